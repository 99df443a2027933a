import { followJob, type FollowEnd } from '../following/follow';
import { isSubmitted, referenceOf, type Desk, type SubmittedRecord } from './desk';
import { failedJob, unfinishedJob } from './failures';
import { recover } from './recover';
import { reportOf, type JobReport } from './report';
import { requireResult } from './result';
import { settle } from './settled';
import { stopPaying } from './stopPaying';

/** A finished job with its record. */
export interface Made {
	report: JobReport;
	record: SubmittedRecord;
}

/** Whose the job is: one that another execution waits for at this moment is not ours to cancel. */
export type Ownership = 'ours' | "another's";

/** The run ended with another item's failure: this one is not waited for any longer. */
export class Halted extends Error {
	override readonly name = 'Halted';
}

// As long as a submit can be on its way in another execution.
const CONTEST_MS = 60_000;
const CONTEST_INTERVAL_MS = 2000;

/**
 * Follows a job until there is a video, and cancels one that nobody waits for any longer.
 * @throws WanAvatarError with the job's facts in `details`, or Halted
 */
export async function pursue(
	record: SubmittedRecord,
	ownership: Ownership,
	desk: Desk,
): Promise<Made> {
	const contest = ownership === 'ours' && desk.book.isShared;
	const { end, winner } = await follow(record, desk, contest);
	if (winner) {
		await settle(desk.ports.queue.cancel(record.job_id));
		desk.book.remember(winner);
		return await pursue(winner, "another's", desk);
	}
	const successor = ownership === "another's" && (await successorOf(record, end, desk));
	return successor
		? await pursue(successor, "another's", desk)
		: await conclude(record, end, ownership, desk);
}

async function follow(
	record: SubmittedRecord,
	{ ports, watch, book, halt, request }: Desk,
	contest: boolean,
): Promise<{ end: FollowEnd; winner: SubmittedRecord | undefined }> {
	const lost = new AbortController();
	const signals = [ports.signal, halt, lost.signal].filter((signal) => signal !== undefined);
	const contestedUntilMs = (record.submitted_at_ms ?? 0) + CONTEST_MS;
	let winner: SubmittedRecord | undefined;

	let contestedAtMs = ports.clock.now();
	const isDue = () =>
		contest &&
		ports.clock.now() < contestedUntilMs &&
		ports.clock.now() - contestedAtMs >= CONTEST_INTERVAL_MS;
	const look = async (jobId: string, signal?: AbortSignal) => {
		if (isDue()) {
			contestedAtMs = ports.clock.now();
			winner = await winnerOver(record, book);
		}
		if (winner) lost.abort();
		return await ports.queue.look(jobId, signal);
	};
	if (contest) winner = await winnerOver(record, book);
	if (winner) lost.abort();
	const end = await followJob(
		{ jobId: record.job_id, submittedAtMs: record.submitted_at_ms ?? undefined },
		{ look, clock: ports.clock, ...watch, signal: AbortSignal.any(signals) },
		request,
	);
	// A video that is there already is worth more than an agreement on whose it is.
	return { end, winner: end.tag === 'ended' ? undefined : winner };
}

/** Of two jobs for one request the lower job id wins; the winner puts its record back, so that the other reads it. */
async function winnerOver(
	record: SubmittedRecord,
	book: Desk['book'],
): Promise<SubmittedRecord | undefined> {
	const read = await settle(book.recorded());
	if ('error' in read || !read.value || read.value.job_id === record.job_id) return undefined;
	if (isSubmitted(read.value) && read.value.job_id < record.job_id) return read.value;
	await settle(book.write(record));
	return undefined;
}

/** Another's job may have been cancelled because a third one won. */
async function successorOf(
	record: SubmittedRecord,
	end: FollowEnd,
	{ book }: Desk,
): Promise<SubmittedRecord | undefined> {
	if (end.tag !== 'ended' || end.look.tag !== 'cancelled') return undefined;
	const recorded = await book.recorded();
	if (!recorded || !isSubmitted(recorded)) return undefined;
	return recorded.job_id === record.job_id ? undefined : recorded;
}

async function conclude(
	record: SubmittedRecord,
	end: FollowEnd,
	ownership: Ownership,
	desk: Desk,
): Promise<Made> {
	const { ports, request } = desk;
	const job = referenceOf(record, desk);
	const context = { recordedAtMs: record.recorded_at_ms, links: request.links };
	if (end.tag === 'ended') {
		if (end.look.tag !== 'completed') throw failedJob(job, end.look);
		return { record, report: await requireResult(reportOf(job, end.look), context, ports) };
	}
	if (end.tag === 'lost') {
		const report = await recover(job, record, ports.bucket);
		if (report) return { record, report: await requireResult(report, context, ports) };
	}
	if (end.tag === 'aborted' && !ports.signal?.aborted) throw await halted(record, end, desk);
	const cancel =
		ownership === "another's"
			? ownership
			: await stopPaying(record.job_id, end, ports.queue, request.onTimeout);
	throw unfinishedJob(job, end, cancel, request.timeoutMs);
}

/** A job that still waits for a worker has cost nothing: it is cancelled. One that runs is left to store its video. */
async function halted(
	record: SubmittedRecord,
	{ last }: Extract<FollowEnd, { tag: 'aborted' }>,
	desk: Desk,
): Promise<Halted> {
	const { job_id } = record;
	const key = desk.request.input.output_video_key;
	const stored = key === undefined ? 'under a key of its own' : `as ${key}`;
	const look = last?.tag === 'running' ? last : await desk.ports.queue.look(job_id);
	if (look.tag === 'completed')
		return new Halted(`job ${job_id} is finished; its video is stored ${stored}`);
	if (look.tag !== 'queued')
		return new Halted(`job ${job_id} goes on; its video will be stored ${stored}`);
	const cancelled = await settle(desk.ports.queue.cancel(job_id));
	return new Halted(
		'error' in cancelled
			? `job ${job_id} could not be cancelled; its video will be stored ${stored}`
			: `job ${job_id} was cancelled while it waited for a worker`,
	);
}
