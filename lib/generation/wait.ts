import { followJob } from '../following/follow';
import type { LinkWish } from '../contract/link';
import type { QueueClient } from '../runpod/queue';
import { failedJob, unfinishedJob } from './failures';
import type { KnownJob } from './knownJob';
import type { OnTimeout, SharedWatch } from './ports';
import type { JobReport } from './report';
import { reportOf } from './report';
import { requireResult } from './result';
import { recordedAtMs, recoverKnown, type StatusPorts } from './status';
import { stopPaying } from './stopPaying';

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
	options: WaitOptions,
): Promise<JobReport> {
	const { queue, clock, watch, signal, bucket } = ports;
	const job = { ...known, endpoint_id: queue.endpointId };
	const submittedAtMs = job.submitted_at === null ? undefined : Date.parse(job.submitted_at);
	const follow = { look: queue.look, clock, ...watch, signal };
	const end = await followJob({ jobId: job.job_id, submittedAtMs }, follow, options);
	const result = async (report: JobReport) => {
		const context = { recordedAtMs: await recordedAtMs(job, bucket), links: options.links };
		return await requireResult(report, context, ports);
	};
	if (end.tag === 'ended') {
		if (end.look.tag !== 'completed') throw failedJob(job, end.look);
		return await result(reportOf(job, end.look));
	}
	const recovered = end.tag === 'lost' ? await recoverKnown(job, bucket) : undefined;
	if (recovered) return await result(recovered);
	throw unfinishedJob(
		job,
		end,
		await stopPaying(job.job_id, end, queue, options.onTimeout),
		options.timeoutMs,
	);
}
