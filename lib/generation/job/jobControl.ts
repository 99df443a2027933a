import type { Clock } from '../../base/async/clock';
import { WanAvatarError } from '../../base/errors/errors';
import { LIMITS } from '../../base/async/timeLimits';
import type { JobState } from '../../runpod/queue/job';
import type { QueueClient } from '../../runpod/queue/queue';
import { hasEnded } from './hasEnded';
import { factsOfJob, type KnownJob } from './knownJob';
import { resultOf, warned } from '../report/jobResult';
import { reportOf, submittedReport, type JobReference, type JobReport } from '../report/report';
import { settle } from '../../base/errors/settled';
import { BY_STATUS } from '../../contract/storedAs';
import { assertAnswered } from './status';

type Queue = Pick<
	QueueClient,
	'endpointId' | 'isChosen' | 'pollStatus' | 'getStatus' | 'cancel' | 'retry'
>;

/**
 * Cancels a job, queued or running, and reports its state afterwards; one that has ended is left as it is, since RunPod
 * may make a cancelled one even of a finished job.
 * @throws WanAvatarError when RunPod refuses, or does not tell what came of it
 */
export async function cancelJob(
	known: KnownJob,
	queue: Queue,
	clock: Pick<Clock, 'timeout'>,
): Promise<JobReport> {
	const job = { ...known, endpoint_id: queue.endpointId };
	const before = await queue.pollStatus(job.job_id, clock.timeout(LIMITS.noteMs));
	if (hasEnded(before)) return endedReport(job, before);
	const cancelled = await settle(queue.cancel(job.job_id));
	if ('error' in cancelled) throw notCancelled(job, cancelled.error);
	const after = await queue.getStatus(job.job_id);
	if (after.tag === 'unreachable' || after.tag === 'refused' || after.tag === 'tooLarge')
		throw untold(job, after.reason);
	assertAnswered(after, job, queue);
	const report = reportOf(job, after);
	return after.tag === 'missing' ? { ...report, warnings: [unknownThere(job)] } : report;
}

function endedReport(job: JobReference, look: JobState): JobReport {
	const { report, video } = resultOf(job, look);
	return video ? warned(report, `${BY_STATUS}.`) : report;
}

function notCancelled({ job_id, endpoint_id }: JobReference, error: unknown): unknown {
	if (!(error instanceof WanAvatarError)) return error;
	const { code, message, remedy, details } = error;
	return new WanAvatarError(code, `Job ${job_id} was not cancelled: ${message}`, {
		remedy: `It may still be running on endpoint ${endpoint_id}. ${remedy}`,
		details: { ...details, job_id, endpoint_id },
	});
}

function untold({ job_id, endpoint_id }: JobReference, reason: string): WanAvatarError {
	return new WanAvatarError(
		'UNREACHABLE',
		`RunPod took the cancel of job ${job_id}, but tells nothing about it: ${reason}`,
		{ remedy: 'See with Get Status whether it has ended.', details: { job_id, endpoint_id } },
	);
}

function unknownThere({ job_id, endpoint_id }: JobReference): string {
	return `RunPod knows no job ${job_id} on endpoint ${endpoint_id}: it ended more than 30 minutes ago, or runs on another endpoint and was not cancelled`;
}

/**
 * Starts a failed or timed out job over, under the same id. Sent once; `signal` keeps it from being sent later.
 * @throws WanAvatarError when RunPod does not: the job is in another state, or forgotten
 */
export async function retryJob(
	known: KnownJob,
	queue: Queue,
	signal?: AbortSignal,
): Promise<JobReport> {
	const job = { ...known, endpoint_id: queue.endpointId };
	try {
		await queue.retry(job.job_id, signal);
	} catch (error) {
		throw error instanceof WanAvatarError ? error.withDetails(factsOfJob(job)) : error;
	}
	return submittedReport(job);
}
