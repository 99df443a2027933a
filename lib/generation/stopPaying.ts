import type { FollowEnd } from '../following/follow';
import type { QueueClient } from '../runpod/queue';
import type { CancelOutcome } from './failures';
import type { OnTimeout } from './ports';
import { settle } from './settled';

/** Cancels a job that is perhaps still going, with a request that the stopped workflow does not cut. */
export async function stopPaying(
	jobId: string,
	end: Exclude<FollowEnd, { tag: 'ended' }>,
	queue: Pick<QueueClient, 'cancel'>,
	onTimeout: OnTimeout,
): Promise<CancelOutcome> {
	if (end.tag === 'lost') return 'gone';
	if (end.tag === 'deadline' && onTimeout === 'leave') return 'left running';
	const cancelled = await settle(queue.cancel(jobId));
	return 'error' in cancelled ? 'not cancelled' : 'cancelled';
}
