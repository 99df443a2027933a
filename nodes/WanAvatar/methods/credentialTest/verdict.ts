import type { INodeCredentialTestResult } from 'n8n-workflow';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { messageOf } from '../../../../lib/base/errors/foreignError';
import { answeredInTime } from '../answeredInTime';

/** What n8n shows of a credential test; it must never reject, and a host that is silent must not hang the form. */
export async function testedWith(
	test: (signal: AbortSignal) => Promise<string>,
): Promise<INodeCredentialTestResult> {
	try {
		return { status: 'OK', message: await answeredInTime(test) };
	} catch (error) {
		return { status: 'Error', message: wordsOf(error) };
	}
}

function wordsOf(error: unknown): string {
	if (error instanceof WanAvatarError) return `${error.message}. ${error.remedy}`;
	return messageOf(error);
}
