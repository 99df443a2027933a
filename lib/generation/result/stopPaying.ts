import { WaitEnded, waitUnlessAborted } from '../../base/async/abort';
import type { Clock } from '../../base/async/clock';
import { LIMITS } from '../../base/async/timeLimits';
import type { QueueClient } from '../../runpod/queue/queue';
import type { CancelOutcome } from '../report/cancelOutcome';

/**
 * Cancels a job that nobody waits for any longer. The cancel goes on for a minute, whatever is stopped meanwhile, but
 * its answer is only waited for as long as a stopped workflow may take.
 */
export async function stopPaying(
	jobId: string,
	queue: Pick<QueueClient, 'cancel'>,
	clock: Pick<Clock, 'timeout'>,
): Promise<CancelOutcome> {
	try {
		return await waitUnlessAborted(queue.cancel(jobId), clock.timeout(LIMITS.graceMs));
	} catch (error) {
		return error instanceof WaitEnded ? 'unanswered' : 'not cancelled';
	}
}
