import type { Clock } from '../contract/clock';
import { WanAvatarError } from '../contract/errors';
import type { JobInput } from '../contract/jobInput';
import { followJob, type FollowEnd } from '../following/follow';
import type { QueueClient } from '../runpod/queue';
import type { Bucket } from '../storage/bucket';
import { failedJob, unfinishedJob, type CancelOutcome } from './failures';
import { linked } from './links';
import { reportOf, submittedReport, type JobReference, type JobReport } from './report';

/** Whom a generation is done with. */
export interface GenerationPorts {
	queue: Pick<QueueClient, 'endpointId' | 'submit' | 'look' | 'cancel'>;
	clock: Clock;
	/** With it, links are signed here; without it the worker's own links are passed on. */
	bucket?: Pick<Bucket, 'presignGet'> | undefined;
	/** Aborted when the workflow is stopped. */
	signal?: AbortSignal | undefined;
}

/** One avatar to make. */
export interface GenerationRequest {
	input: JobInput;
	/** Off: the answer is the submitted job, not its video. */
	waitForCompletion: boolean;
	/** Milliseconds to wait for the video. */
	timeoutMs: number;
}

/** What came of one piece of work, or why nothing did. */
export type Settled<T> = { value: T } | { error: unknown };

/** The end of one of many: skipped means that another one failed before this one was started. */
export type End<T> = Settled<T> | { skipped: true };

export async function settle<T>(work: Promise<T>): Promise<Settled<T>> {
	try {
		return { value: await work };
	} catch (error) {
		return { error };
	}
}

/** The most jobs that one execution has under way at once. */
const MAX_PARALLEL_JOBS = 10;

/**
 * Makes many avatars at once; the ends come in the order of the requests, and one that is faulty stays as it is.
 * With `stopOnFault` nothing is started when a request is faulty, and nothing more once a job has failed.
 */
export async function generateAll(
	requests: readonly Settled<GenerationRequest>[],
	connect: () => Promise<GenerationPorts>,
	{ stopOnFault }: { stopOnFault: boolean },
): Promise<End<JobReport>[]> {
	const isFaulty = requests.some((request) => 'error' in request);
	if (stopOnFault && isFaulty)
		return requests.map((request) => ('error' in request ? request : { skipped: true }));
	const ports = await connect();
	const ends: End<JobReport>[] = [];
	const queue = requests.entries();
	let hasFailed = false;
	const lane = async () => {
		for (const [index, request] of queue) {
			if (stopOnFault && hasFailed) ends[index] = { skipped: true };
			else ends[index] = await run(request, ports);
			hasFailed ||= 'error' in ends[index];
		}
	};
	const laneCount = Math.min(MAX_PARALLEL_JOBS, requests.length);
	await Promise.all(Array.from({ length: laneCount }, lane));
	return ends;
}

async function run(
	request: Settled<GenerationRequest>,
	ports: GenerationPorts,
): Promise<Settled<JobReport>> {
	return 'error' in request ? request : await settle(generate(request.value, ports));
}

/**
 * Makes one avatar: submit, follow, report. A job that nobody waits for any longer is cancelled.
 * @throws WanAvatarError with the job's facts in `details`
 */
export async function generate(
	{ input, waitForCompletion, timeoutMs }: GenerationRequest,
	ports: GenerationPorts,
): Promise<JobReport> {
	const job = await submit(input, ports);
	if (!waitForCompletion) return await submittedUnlessStopped(job, ports);
	const end = await follow(job, ports, timeoutMs);
	if (end.tag !== 'ended') {
		const cancel = await stopPaying(job, end, ports);
		throw unfinishedJob(job, end, cancel, timeoutMs);
	}
	const { look } = end;
	if (look.tag !== 'completed') throw failedJob(job, look);
	return await linked(reportOf(job, look), ports.bucket);
}

async function submit(input: JobInput, ports: GenerationPorts): Promise<JobReference> {
	const owner = ownerOf(input);
	if (ports.signal?.aborted) throw stoppedBeforeSubmit(owner);
	try {
		const jobId = await ports.queue.submit(input);
		const submittedAt = new Date(ports.clock.now()).toISOString();
		const { endpointId } = ports.queue;
		return { job_id: jobId, endpoint_id: endpointId, ...owner, submitted_at: submittedAt };
	} catch (error) {
		throw error instanceof WanAvatarError ? error.withDetails(owner) : error;
	}
}

type Owner = Omit<JobReference, 'job_id' | 'endpoint_id' | 'submitted_at'>;

function ownerOf(input: JobInput): Owner {
	const { user_id, avatar_id, output_video_key = null, output_thumbnail_key = null } = input;
	return { user_id, avatar_id, output_video_key, output_thumbnail_key };
}

function stoppedBeforeSubmit(owner: Owner): WanAvatarError {
	return new WanAvatarError('STOPPED', 'The workflow was stopped before this item was submitted', {
		remedy: 'Nothing was sent to RunPod for it.',
		details: { ...owner },
	});
}

/** Stop may have come while the submit was on its way, which is never cut: its job would be lost and go on burning. */
async function submittedUnlessStopped(
	job: JobReference,
	ports: GenerationPorts,
): Promise<JobReport> {
	if (!ports.signal?.aborted) return submittedReport(job);
	const end = { tag: 'aborted', last: undefined } as const;
	throw unfinishedJob(job, end, await stopPaying(job, end, ports), 0);
}

async function follow(
	job: JobReference,
	{ queue, clock, signal }: GenerationPorts,
	timeoutMs: number,
): Promise<FollowEnd> {
	const followed = { jobId: job.job_id, submittedAtMs: clock.now() };
	return await followJob(followed, { look: queue.look, clock, signal }, { timeoutMs });
}

/** Cancels a job that is perhaps still running, with a request that the stopped workflow does not cut. */
async function stopPaying(
	job: JobReference,
	end: Exclude<FollowEnd, { tag: 'ended' }>,
	{ queue }: GenerationPorts,
): Promise<CancelOutcome> {
	if (end.tag === 'lost') return 'cancelled';
	const cancelled = await settle(queue.cancel(job.job_id));
	return 'error' in cancelled ? 'not cancelled' : 'cancelled';
}
