import { joinSignals } from '../../base/async/abort';
import type { FollowEnd } from '../../following/follow';
import { WanAvatarError } from '../../base/errors/errors';
import { messageOf } from '../../base/errors/foreignError';
import { LIMITS } from '../../base/async/timeLimits';
import { conclude } from '../result/conclude';
import { createContest } from './contest';
import {
	isSubmitted,
	note,
	referenceOf,
	type JobContext,
	type SubmittedRecord,
} from './jobContext';
import type { JobResult } from '../report/jobResult';
import { followOrFind, type Followed } from '../result/missingVideo';
import { recover } from '../record/recover';
import { outcomeInShort, storedUnder } from '../report/cancelOutcome';
import type { JobReference, JobReport } from '../report/report';
import type { JobState } from '../../runpod/queue/job';
import { requireResult } from '../result/result';
import { BY_STATUS } from '../../contract/storedAs';
import { settle } from '../../base/errors/settled';
import { stopPaying } from '../result/stopPaying';
import { isFollowed, NOT_FOLLOWED, ttlOf } from '../record/timeToLive';

/** A finished job, or one that is handed back, with its record. */
export interface FollowedJob extends JobResult {
	record: SubmittedRecord;
}

/** Whose the job is: one that another execution waits for at this moment is not ours to cancel. */
export type Ownership = 'ours' | "another's";

/** The run ended with another item's failure: this one is not waited for any longer. */
export class RunAborted extends Error {
	override readonly name = 'Halted';
}

/**
 * Follows a job until there is a video, and cancels one that nobody waits for any longer.
 * @throws WanAvatarError with the job's facts in `details`, or Halted
 */
export async function followToResult(
	record: SubmittedRecord,
	ownership: Ownership,
	context: JobContext,
): Promise<FollowedJob> {
	try {
		return await followOrTakeOver(record, ownership, context);
	} catch (error) {
		if (error instanceof RunAborted) throw error;
		throw withJob(error, record, context);
	}
}

/** Whatever goes wrong once there is a job, the error names it. */
function withJob(error: unknown, record: SubmittedRecord, context: JobContext): WanAvatarError {
	const details = { ...referenceOf(record, context) };
	if (error instanceof WanAvatarError) return error.withDetails(details);
	return new WanAvatarError(
		'INTERNAL',
		`Job ${record.job_id} could not be followed: ${messageOf(error)}`,
		{
			remedy:
				'The job is not lost: Get Status with its job ID tells how it is. Please report this fault.',
			details,
		},
	);
}

async function followOrTakeOver(
	record: SubmittedRecord,
	ownership: Ownership,
	context: JobContext,
): Promise<FollowedJob> {
	const { followed, winner, isOurs } = await follow(record, ownership, context);
	if (winner) {
		await stopPaying(record.job_id, context.ports.queue, context.ports.clock);
		context.book.remember(winner);
		return await followToResult(winner, "another's", context);
	}
	const successor =
		ownership === "another's" ? await successorOf(record, followed, context) : undefined;
	return successor
		? await followToResult(successor, "another's", context)
		: await concluded(record, followed, isOurs ? 'ours' : ownership, context);
}

async function follow(
	record: SubmittedRecord,
	ownership: Ownership,
	context: JobContext,
): Promise<{ followed: Followed; winner: SubmittedRecord | undefined; isOurs: boolean }> {
	const { ports, polling, runAborted, request, deadlineMs } = context;
	const lost = new AbortController();
	const contest = createContest(record, ownership === 'ours', context, () => {
		lost.abort();
	});
	const pollStatus = async (jobId: string, signal?: AbortSignal) => {
		contest.check();
		return await ports.queue.pollStatus(jobId, signal);
	};
	const joined = joinSignals([ports.signal, runAborted, lost.signal]);
	contest.check();
	const job = {
		jobId: record.job_id,
		submittedAtMs: record.submitted_at_ms ?? undefined,
		ttlMs: ttlOf(record),
	};
	const { maxRestarts } = request;
	try {
		const follow = { pollStatus, clock: ports.clock, ...polling, signal: joined.signal };
		const recover = async () => await stored(record, context);
		const followed = await followOrFind(job, follow, { deadlineMs, maxRestarts }, recover);
		// A video that is there already is worth more than an agreement on whose it is.
		const isThere = 'found' in followed || followed.end.tag === 'ended';
		const winner = isThere ? undefined : contest.winner();
		return { followed, winner, isOurs: contest.isOurs() };
	} finally {
		joined.release();
	}
}

/** Another's job may have been cancelled because a third one won. */
async function successorOf(
	record: SubmittedRecord,
	followed: Followed,
	{ book, optional }: JobContext,
): Promise<SubmittedRecord | undefined> {
	if (!wasCancelled(followed)) return undefined;
	const standing = await optional.attempt(
		'The record of the job could not be read',
		async (bucket) => await book.read(bucket),
	);
	if (standing?.tag !== 'ours' || !isSubmitted(standing.record)) return undefined;
	return standing.record.job_id === record.job_id ? undefined : standing.record;
}

function wasCancelled(followed: Followed): boolean {
	if ('found' in followed || followed.end.tag !== 'ended') return false;
	return followed.end.state.tag === 'cancelled';
}

async function concluded(
	record: SubmittedRecord,
	followed: Followed,
	ownership: Ownership,
	context: JobContext,
): Promise<FollowedJob> {
	const { ports, request } = context;
	const job = referenceOf(record, context);
	const end = 'end' in followed ? followed.end : undefined;
	if (end?.tag === 'aborted' && !ports.signal?.aborted) {
		if (ownership === 'ours') void note({ ...record, followed_at_ms: NOT_FOLLOWED }, context);
		throw await abortedWith(record, end, ownership, context);
	}
	const result = await settle(
		conclude(job, followed, {
			queue: ports.queue,
			clock: ports.clock,
			recover: async () => await stored(record, context),
			ready: async (ended) => await ready(ended, record, context),
			isOurs: async () => ownership === 'ours' || !(await isStillFollowed(context)),
			onTimeout: request.onTimeout,
			timeoutMs: request.timeoutMs,
		}),
	);
	if ('value' in result) {
		if (result.value.isGoing && ownership === 'ours')
			void note({ ...record, followed_at_ms: NOT_FOLLOWED }, context);
		return { record, ...result.value };
	}
	// Memory has it at once; nobody waits for the bucket.
	if (end && ownership === 'ours')
		void note({ ...record, lost: end.tag === 'lost', followed_at_ms: NOT_FOLLOWED }, context);
	throw result.error;
}

/** Whoever waited for the job may have been killed meanwhile: then nobody else ends it. */
async function isStillFollowed({ book, optional, ports }: JobContext): Promise<boolean> {
	const standing = await optional.attempt(
		'The record of the job could not be read',
		async (bucket) => await book.read(bucket),
		LIMITS.graceMs,
	);
	return standing?.tag !== 'ours' || isFollowed(standing.record, ports.clock.now());
}

/** A video that is newer than the job's record, where the bucket has one. */
async function stored(
	record: SubmittedRecord,
	context: JobContext,
): Promise<JobReport | undefined> {
	return await context.optional.attempt(
		'The bucket could not be searched for the video',
		async (bucket) => await recover(referenceOf(record, context), record, bucket),
	);
}

export async function ready(
	found: JobResult,
	record: SubmittedRecord,
	{ ports, request, optional }: JobContext,
): Promise<JobResult> {
	return await requireResult(found, { record, links: request.links }, ports, optional);
}

/** The run's failure, with what became of this job. */
async function abortedWith(
	record: SubmittedRecord,
	{ last }: Extract<FollowEnd, { tag: 'aborted' }>,
	ownership: Ownership,
	context: JobContext,
): Promise<RunAborted> {
	const { queue, clock } = context.ports;
	const job = referenceOf(record, context);
	const look =
		last?.tag === 'running'
			? last
			: await queue.pollStatus(job.job_id, clock.timeout(LIMITS.noteMs));
	if (look.tag === 'completed') return new RunAborted(finishedText(job, look));
	// A job that still waits for a worker has cost nothing: it is cancelled. One that runs is left to store its video.
	const isCancelled = look.tag === 'queued' && ownership === 'ours';
	const outcome = isCancelled ? await stopPaying(job.job_id, queue, clock) : 'left running';
	return new RunAborted(outcomeInShort(outcome, job));
}

function finishedText(
	job: JobReference,
	{ video, output }: Extract<JobState, { tag: 'completed' }>,
): string {
	return video && output.minio_key === null
		? `job ${job.job_id} is finished; ${BY_STATUS}`
		: `job ${job.job_id} is finished; its video is stored ${storedUnder(job)}`;
}
