import { waitUnlessAborted } from '../../../lib/base/async/abort';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import { LIMITS } from '../../../lib/base/async/timeLimits';
import { clock } from '../n8n/connections';

/**
 * Does what a form of n8n waits for, which must not hang on a host that is silent; its requests end with the signal.
 * @throws WanAvatarError UNREACHABLE when there is no answer in time, or what the work throws
 */
export async function answeredInTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
	const signal = clock.timeout(LIMITS.formMs);
	try {
		return await waitUnlessAborted(work(signal), signal);
	} catch (error) {
		throw signal.aborted ? noAnswer() : error;
	}
}

function noAnswer(): WanAvatarError {
	const seconds = String(LIMITS.formMs / 1000);
	return new WanAvatarError('UNREACHABLE', `There was no answer for ${seconds} seconds`, {
		remedy: 'Check the address and the port, and that n8n may reach the host.',
	});
}
