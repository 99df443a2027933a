import type { INodeCredentialTestResult } from 'n8n-workflow';
import { messageOf } from '../../../lib/contract/foreignError';
import { WanAvatarError } from '../../../lib/contract/errors';
import { clock } from '../connections';

const MAX_TEST_MS = 20_000;
const SLICE_MS = 250;

/** What n8n shows of a credential test; it must never reject, and a host that is silent must not hang the form. */
export async function testedWith(test: () => Promise<string>): Promise<INodeCredentialTestResult> {
	const tested = { isDone: false };
	try {
		return { status: 'OK', message: await Promise.race([test(), silence(tested)]) };
	} catch (error) {
		return { status: 'Error', message: wordsOf(error) };
	} finally {
		tested.isDone = true;
	}
}

/** In slices, since n8n's sleep cannot be ended early and would outlive a quick test. */
async function silence(tested: { isDone: boolean }): Promise<never> {
	const endMs = clock.now() + MAX_TEST_MS;
	while (!tested.isDone && clock.now() < endMs) await clock.sleep(SLICE_MS);
	throw new WanAvatarError('UNREACHABLE', 'There was no answer for 20 seconds', {
		remedy: 'Check the address and the port, and that n8n may reach the host.',
	});
}

function wordsOf(error: unknown): string {
	if (error instanceof WanAvatarError) return `${error.message}. ${error.remedy}`;
	return messageOf(error);
}
