import type { LinkWish } from '../../contract/link';
import type { QueueClient } from '../../runpod/queue/queue';
import { conclude } from '../result/conclude';
import { withWarningsOf, type JobResult } from '../report/jobResult';
import type { KnownJob } from './knownJob';
import { followOrFind } from '../result/missingVideo';
import { createOptionalStore } from '../report/optionalStore';
import type { OnTimeout, SharedPolling } from '../request/ports';
import { requireResult } from '../result/result';
import { recordOf, recoverKnown, type StatusPorts } from './status';
import { ttlOf } from '../record/timeToLive';

export interface WaitPorts extends StatusPorts {
	queue: Pick<QueueClient, 'endpointId' | 'isChosen' | 'pollStatus' | 'getStatus' | 'cancel'>;
	polling: SharedPolling;
}

export interface WaitOptions {
	timeoutMs: number;
	onTimeout: OnTimeout;
	maxRestarts: number;
	links: LinkWish;
}

/**
 * Follows a job that was submitted before until it has its video.
 * @throws WanAvatarError with the job's facts in `details` when it has none in the end
 */
export async function waitForJob(
	known: KnownJob,
	ports: WaitPorts,
	{ timeoutMs, maxRestarts, onTimeout, links }: WaitOptions,
): Promise<JobResult> {
	const { queue, clock, polling, signal, bucket } = ports;
	const deadlineMs = clock.monotonic() + timeoutMs;
	const job = { ...known, endpoint_id: queue.endpointId };
	const store = createOptionalStore(bucket, clock);
	const record = await recordOf(job, store);
	const followedJob = {
		jobId: job.job_id,
		submittedAtMs: job.submitted_at === null ? undefined : Date.parse(job.submitted_at),
		ttlMs: record && ttlOf(record),
	};
	const recover = async () => await recoverKnown(job, record, store);
	const ready = async (ended: JobResult) =>
		await requireResult(ended, { record, links }, ports, store);
	const follow = { pollStatus: queue.pollStatus, clock, ...polling, signal };
	const followed = await followOrFind(followedJob, follow, { deadlineMs, maxRestarts }, recover);
	const conclusion = { queue, clock, recover, ready, onTimeout, timeoutMs };
	const { report, video } = await conclude(job, followed, conclusion);
	return { report: withWarningsOf(store, report), video };
}
