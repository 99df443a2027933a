import { joinSignals } from '../contract/abort';
import { followJob } from '../following/follow';
import type { LinkWish } from '../contract/link';
import type { QueueClient } from '../runpod/queue';
import { conclude } from './conclude';
import type { KnownJob } from './knownJob';
import { searchWhileMissing } from './missingVideo';
import { createOptionalStore } from './optionalStore';
import type { OnTimeout, SharedWatch } from './ports';
import type { JobReport } from './report';
import { requireResult } from './result';
import { recordOf, recoverKnown, type StatusPorts } from './status';
import { ttlOf } from './timeToLive';

export interface WaitPorts extends StatusPorts {
	queue: Pick<QueueClient, 'endpointId' | 'look' | 'lookOnce' | 'cancel'>;
	watch: SharedWatch;
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
): Promise<JobReport> {
	const { queue, clock, watch, signal, bucket } = ports;
	const deadlineMs = clock.monotonic() + timeoutMs;
	const job = { ...known, endpoint_id: queue.endpointId };
	const store = createOptionalStore(bucket, clock);
	const record = await recordOf(job, store);
	const followed = {
		jobId: job.job_id,
		submittedAtMs: job.submitted_at === null ? undefined : Date.parse(job.submitted_at),
		ttlMs: record && ttlOf(record),
	};
	const recover = async () => await recoverKnown(job, record, store);
	const ready = async (ended: JobReport) =>
		await requireResult(ended, { record, links }, ports, store);
	const search = searchWhileMissing(queue.look, recover);
	const joined = joinSignals([signal, search.signal]);
	const follow = { look: search.look, clock, ...watch, signal: joined.signal };
	const end = await followJob(followed, follow, { deadlineMs, maxRestarts });
	joined.release();
	const found = end.tag === 'ended' ? undefined : search.found();
	const report = found
		? await ready(found)
		: await conclude(job, end, {
				queue,
				clock,
				recover,
				ready,
				isOurs: true,
				onTimeout,
				timeoutMs,
			});
	return { ...report, warnings: [...report.warnings, ...store.warnings()] };
}
