import type { INodeCredentialTestResult } from 'n8n-workflow';
import { WanAvatarError } from '../../../lib/contract/errors';
import { clock } from '../connections';

const MAX_TEST_MS = 20_000;

/** What n8n shows of a credential test; it must never reject, and a host that is silent must not hang the form. */
export async function testedWith(test: () => Promise<string>): Promise<INodeCredentialTestResult> {
	try {
		return { status: 'OK', message: await Promise.race([test(), silence()]) };
	} catch (error) {
		return { status: 'Error', message: wordsOf(error) };
	}
}

async function silence(): Promise<never> {
	await clock.sleep(MAX_TEST_MS);
	throw new WanAvatarError('UNREACHABLE', 'There was no answer for 20 seconds', {
		remedy: 'Check the address and the port, and that n8n may reach the host.',
	});
}

function wordsOf(error: unknown): string {
	if (error instanceof WanAvatarError) return `${error.message}. ${error.remedy}`;
	return error instanceof Error ? error.message : String(error);
}
