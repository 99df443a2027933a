import { WORKFLOW_STOPPED } from '../../base/async/stop';
import { WanAvatarError, type ErrorCode } from '../../base/errors/errors';
import { storedAs } from '../../contract/storedAs';
import type { FollowEnd } from '../../following/follow';
import type { Stall } from '../../following/stall';
import type { EndedJobState, JobState } from '../../runpod/queue/job';
import { outcomeText, type CancelOutcome } from './cancelOutcome';
import type { Owner } from './owner';
import { STALLS } from './stallWords';
import { knownFacts, noVideoReason, reportOf, type JobReference, type JobReport } from './report';

type FailedEnd = Exclude<FollowEnd, { tag: 'ended' }>;
type FailedLook = Exclude<EndedJobState, { tag: 'completed' }>;

/** The error for a job that ended without a video. */
export function failedJob(job: JobReference, look: FailedLook): WanAvatarError {
	switch (look.tag) {
		case 'failed':
			return jobError('JOB_FAILED', job, look, {
				message: `Job ${job.job_id} failed on the worker: ${look.reason}`,
				remedy: failedRemedy(look.reason, job),
			});
		case 'cancelled':
			return jobError('JOB_CANCELLED', job, look, {
				message: `Job ${job.job_id} was cancelled before it had a video`,
				remedy:
					'Somebody cancelled it in the RunPod console or by another workflow. Run the item again to get the video.',
			});
		case 'timedOut':
			return jobError('JOB_TIMED_OUT', job, look, {
				message: `Job ${job.job_id} ran out of its time on RunPod (TIMED_OUT)`,
				remedy:
					'It waited too long for a worker, or ran longer than the endpoint allows. Raise the execution timeout or the number of workers of the endpoint.',
			});
		case 'completedWithoutVideo':
			return jobError('JOB_WITHOUT_VIDEO', job, look, {
				message: `Job ${job.job_id} ${noVideoReason(look.words)}`,
				remedy: `${memoryRemedy(look.words)}Look at the log of worker ${look.facts.workerId ?? '(unknown)'} in the RunPod console.${storedAs('perhaps', job.output_video_key)}`,
			});
	}
}

/** What is wrong with a finished video. */
export interface VideoFault {
	code: Extract<ErrorCode, 'VIDEO_MISSING' | 'VIDEO_BROKEN'>;
	/** Goes on from "its video". */
	reason: string;
}

/** The error for a job that ended well by its own words, but whose video is not there as it should be. */
export function badVideo(report: JobReport, { code, reason }: VideoFault): WanAvatarError {
	const message = `Job ${report.job_id} is completed, but its video ${reason}`;
	return new WanAvatarError(code, message, {
		remedy: BAD_VIDEO_REMEDIES[code],
		details: knownFacts(report),
	});
}

const BAD_VIDEO_REMEDIES: Readonly<Record<VideoFault['code'], string>> = {
	VIDEO_MISSING:
		'The worker may store its videos elsewhere: compare MINIO_ENDPOINT and MINIO_BUCKET of its template on RunPod with the MinIO API credential of this node. While RunPod remembers the job (30 minutes), running the item again looks for its video and pays nothing; with Submit Anyway in the Worker Options it is made anew.',
	VIDEO_BROKEN:
		"Run the item again to make the video anew. If it stays so, look at the worker's log in the RunPod console.",
};

function failedRemedy(reason: string, job: JobReference): string {
	if (/executionTimeout exceeded/i.test(reason))
		return `The job ran longer than the endpoint allows. Raise Execution Timeout of endpoint ${job.endpoint_id} in the RunPod console.`;
	const memory = memoryRemedy(reason);
	const check = memory === '' ? 'Check the portrait and the driving video of this item; t' : 'T';
	return `${memory}${check}he log of the worker in the RunPod console tells more.`;
}

const NO_GPU_MEMORY =
	/(cuda|hip|gpu|torch|device).*out_? ?of_? ?memory|OutOfMemoryError|_ALLOC_FAILED/i;
const NO_MEMORY = /out of memory/i;

/** Goes before another sentence; empty where the words are of something else. */
function memoryRemedy(words: string): string {
	if (!NO_GPU_MEMORY.test(words) && !NO_MEMORY.test(words)) return '';
	const what = NO_GPU_MEMORY.test(words) ? 'The GPU of the worker' : 'The worker';
	return `${what} has too little memory for it: give a shorter driving video or one of lower resolution and a smaller portrait, or let the endpoint use GPUs with more memory (GPU Pools in Endpoint: Deploy, or the RunPod console). If the worker has inputs for size or length, set them in Additional Worker Inputs. `;
}

/** Of a job whose ID alone is known, the ID may be wrong. */
function afterLost({ submitted_at }: JobReference): string {
	return submitted_at === null
		? 'If the job ID was typed in, check it and the endpoint. Generate makes a new video.'
		: 'Running Generate again makes it anew.';
}

/** The error for a job that is no longer waited for. */
export function unfinishedJob(
	job: JobReference,
	end: FailedEnd,
	cancel: CancelOutcome,
	timeoutMs: number,
): WanAvatarError {
	const last = end.last ?? ({ tag: 'missing', jobId: job.job_id, reason: 'no news yet' } as const);
	switch (end.tag) {
		case 'lost':
			return jobError('JOB_LOST', job, last, {
				message: `RunPod no longer knows job ${job.job_id} (${end.reason})`,
				remedy: `RunPod forgets a job 30 minutes after its end, or when its time to live is over.${storedAs('perhaps', job.output_video_key)} ${afterLost(job)}`,
			});
		case 'unreadable':
			return jobError('UNREADABLE_ANSWER', job, last, {
				message: `RunPod's answer about job ${job.job_id} cannot be read: ${end.reason}`,
				remedy: `${outcomeText(cancel, job)} The worker seems to put the video itself into its answer: it should store it in MinIO.${storedAs('perhaps', job.output_video_key)}`,
			});
		case 'refused':
			return jobError('REQUEST_REJECTED', job, last, {
				message: `RunPod refuses to tell about job ${job.job_id}: ${end.reason}`,
				remedy: `It did so for a minute and more. Check the RunPod API credential. The job was not cancelled, and may still be running on endpoint ${job.endpoint_id}.${storedAs('perhaps', job.output_video_key)}`,
			});
		case 'restarted':
			return jobError('RESTARTED_TOO_OFTEN', job, last, {
				message: `Job ${job.job_id} was started over ${String(end.restarts)} times, each time on another worker`,
				remedy: `${outcomeText(cancel, job)} The worker dies while it runs the job: its log in the RunPod console tells why (often too little memory). Max Restarts in the Limits is the limit.`,
			});
		case 'deadline':
			return deadlineError(job, last, end.stall, cancel, timeoutMs);
		case 'aborted':
			return jobError('STOPPED', job, last, {
				message: `${WORKFLOW_STOPPED} while job ${job.job_id} was not finished (${stateIn(last)})`,
				remedy: outcomeText(cancel, job),
			});
	}
}

const RAISE_TIMEOUT =
	'Raise Timeout in the Waiting Options, or turn off Wait for Completion and ask later with Get Status.';

const LOOK_AT_WORKERS =
	'Look at the workers of the endpoint in the RunPod console: Max Workers may be 0, no GPU of the chosen kind free, or the image may not start. If they only start slowly, raise Timeout in the Waiting Options.';

function deadlineError(
	job: JobReference,
	last: JobState,
	stall: Stall | undefined,
	cancel: CancelOutcome,
	timeoutMs: number,
): WanAvatarError {
	const why = stall ? STALLS[stall] : undefined;
	const state = why ? `${stateIn(last)}: ${why.reason}` : stateIn(last);
	const remedy = why?.remedy ?? RAISE_TIMEOUT;
	return jobError(
		'DEADLINE',
		job,
		last,
		{
			message: `Job ${job.job_id} was not finished after ${minutes(timeoutMs)} (${state})`,
			remedy: `${outcomeText(cancel, job)} ${remedy}`,
		},
		stall ? { queue_reason: stall } : {},
	);
}

/** The error for an item that would wait in vain: jobs of the run have waited for as long as it may take in all. */
export function noWorkerInTime(
	owner: Owner,
	endpointId: string,
	quietMs: number,
	stall: Stall | undefined,
): WanAvatarError {
	const why = stall ? STALLS[stall] : undefined;
	return new WanAvatarError(
		'DEADLINE',
		`This item was not sent: no worker of endpoint ${endpointId} has taken a job of this run for ${minutes(quietMs)}${why ? ` (${why.reason})` : ''}`,
		{
			remedy: `Nothing was sent to RunPod for it. ${why?.remedy ?? LOOK_AT_WORKERS}`,
			details: { ...owner, endpoint_id: endpointId, ...(stall ? { queue_reason: stall } : {}) },
		},
	);
}

function stateIn(last: JobState): string {
	switch (last.tag) {
		case 'queued':
			return 'still waiting for a worker';
		case 'running':
			return 'still running';
		default:
			return 'no news of it yet';
	}
}

function minutes(ms: number): string {
	return ms >= 60_000 ? `${String(Math.round(ms / 6000) / 10)} min` : `${String(ms / 1000)} s`;
}

function jobError(
	code: ErrorCode,
	job: JobReference,
	look: JobState,
	{ message, remedy }: { message: string; remedy: string },
	more: Record<string, unknown> = {},
): WanAvatarError {
	const details = { ...knownFacts(reportOf(job, look)), ...more };
	return new WanAvatarError(code, message, { remedy, details });
}
