import type { Clock } from '../../base/async/clock';
import type { FollowEnd } from '../../following/follow';
import type { EndedJobState } from '../../runpod/queue/job';
import type { QueueClient } from '../../runpod/queue/queue';
import type { CancelOutcome } from '../report/cancelOutcome';
import { failedJob, unfinishedJob } from '../report/failures';
import { resultOf, warned, type JobResult } from '../report/jobResult';
import type { OnTimeout } from '../request/ports';
import { reportOf, submittedReport, type JobReference, type JobReport } from '../report/report';
import { STALLS } from '../report/stallWords';
import type { Followed } from './missingVideo';
import { stopPaying } from './stopPaying';

export interface Conclusion {
	queue: Pick<QueueClient, 'cancel'>;
	clock: Pick<Clock, 'timeout'>;
	/** The result from the bucket, where RunPod has none: a video that is newer than the job's record. */
	recover: () => Promise<JobReport | undefined>;
	/** Makes a result ready to be given out. */
	ready: (found: JobResult) => Promise<JobResult>;
	/** Whether the job is ours to cancel: it is not while another execution waits for it. Asked only where that matters; default: it is. */
	isOurs?: () => Promise<boolean>;
	onTimeout: OnTimeout;
	timeoutMs: number;
}

/**
 * What following a job has come to: its result, or the error that says what became of it. A job that is perhaps still
 * going is cancelled.
 * @throws WanAvatarError with the job's facts in `details`
 */
export async function conclude(
	job: JobReference,
	followed: Followed,
	conclusion: Conclusion,
): Promise<JobResult> {
	if ('found' in followed) return await conclusion.ready({ report: followed.found });
	const { end } = followed;
	if (end.tag === 'ended') return await concludeEnded(job, end.state, conclusion);
	if (end.tag === 'deadline' && conclusion.onTimeout === 'hand back') return handedBack(job, end);
	return await concludeUnfinished(job, end, conclusion);
}

async function concludeEnded(
	job: JobReference,
	state: EndedJobState,
	{ ready, recover }: Conclusion,
): Promise<JobResult> {
	if (state.tag === 'completed') return await ready(resultOf(job, state));
	// RunPod's answer names no video, but one may lie under the output key: also a cancel can come too late.
	const mayHaveVideo = state.tag === 'completedWithoutVideo' || state.tag === 'cancelled';
	const found = mayHaveVideo ? await recover() : undefined;
	if (found) return await ready({ report: found });
	throw failedJob(job, state);
}

/** The job as it was seen last, with what keeps it waiting. */
function handedBack(
	job: JobReference,
	{ last, stall }: Extract<FollowEnd, { tag: 'deadline' }>,
): JobResult {
	const report = last ? reportOf(job, last) : submittedReport(job);
	const told = stall ? warned(report, `It still waits: ${STALLS[stall].reason}.`) : report;
	return { report: told, isGoing: true };
}

async function concludeUnfinished(
	job: JobReference,
	end: Exclude<FollowEnd, { tag: 'ended' }>,
	conclusion: Conclusion,
): Promise<JobResult> {
	// The cancel is on its way while the bucket is looked at.
	const cancelling = cancelAtEnd(job.job_id, end, conclusion);
	const mayHaveVideo = end.tag === 'lost' || end.tag === 'unreadable';
	const found = mayHaveVideo ? await conclusion.recover() : undefined;
	const outcome = await cancelling;
	if (found) return await conclusion.ready({ report: found });
	throw unfinishedJob(job, end, outcome, conclusion.timeoutMs);
}

async function cancelAtEnd(
	jobId: string,
	end: Exclude<FollowEnd, { tag: 'ended' }>,
	{ queue, clock, isOurs = async () => Promise.resolve(true), onTimeout }: Conclusion,
): Promise<CancelOutcome> {
	if (!(await isOurs())) return "another's";
	// A job that RunPod refuses to tell about is perhaps finished, and its video paid for.
	if (end.tag === 'refused') return 'left running';
	if (end.tag === 'deadline' && onTimeout !== 'cancel') return 'left running';
	return await stopPaying(jobId, queue, clock);
}
