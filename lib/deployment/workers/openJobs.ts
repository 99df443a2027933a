import { joinSignals, waitUnlessAborted } from '../../base/async/abort';
import type { Clock } from '../../base/async/clock';
import { LIMITS } from '../../base/async/timeLimits';
import type { EndpointQueue } from '../../runpod/queue/endpointQueue';

/** Jobs that end with their endpoint. */
export interface OpenJobs {
	in_queue: number;
	in_progress: number;
}

export interface OpenJobsPorts {
	queue: Pick<EndpointQueue, 'health'>;
	clock: Clock;
	signal?: AbortSignal | undefined;
}

/** How many jobs of an endpoint wait and run; nothing where the queue API does not say so in a few seconds. */
export async function openJobsOf({
	queue,
	clock,
	signal,
}: OpenJobsPorts): Promise<OpenJobs | undefined> {
	const end = joinSignals([signal, clock.timeout(LIMITS.noteMs)]);
	try {
		const health = await waitUnlessAborted(queue.health(), end.signal);
		return health && { in_queue: health.jobs.inQueue, in_progress: health.jobs.inProgress };
	} catch {
		return undefined;
	} finally {
		end.release();
	}
}
