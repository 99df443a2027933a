import { pause } from '../../base/async/clock';
import { WanAvatarError } from '../../base/errors/errors';
import { LIMITS } from '../../base/async/timeLimits';
import type { EndedJobState, JobState } from '../../runpod/queue/job';
import { isSubmitted, referenceOf, type JobContext, type SubmittedRecord } from './jobContext';
import { ownerOf } from '../report/owner';
import { missesUnseen } from '../report/deniedWords';
import { failedJob } from '../report/failures';
import { resultOf, warned, type JobResult } from '../report/jobResult';
import { hasRunOut, isFollowed, isOlderThanItsTtl } from '../record/timeToLive';
import type { JobRecord, Standing } from '../record/record';
import { recover } from '../record/recover';
import { reportFrom, type JobReport } from '../report/report';
import { findResult } from '../result/result';
import { settle } from '../../base/errors/settled';

/** What an earlier try, or another execution, has left of the same request. */
export type Earlier =
	/** Nothing that counts; `standing` is what was judged so. */
	| { tag: 'nothing'; standing: Standing }
	/** Its result is known: it was never given out, or to an earlier try of this execution. */
	| ({ tag: 'result'; record: JobRecord } & JobResult)
	/** Its job is still going. `isOthers`: another execution waits for it at this moment. */
	| { tag: 'going'; record: SubmittedRecord; look: JobState; isOthers: boolean }
	/** A submit was on its way, and nobody knows whether it took effect. */
	| { tag: 'uncertain'; record: JobRecord };

/** What one record comes to. */
type Judgement = Exclude<Earlier, { tag: 'nothing' }> | { tag: 'nothing' };

// A submit is repeated for at most half a minute, and its answer waited for as long.
const WATCH_OTHERS_MS = 60_000;
const WATCH_INTERVAL_MS = 500;

/**
 * Finds what there is already of a request, so that it is not paid for again.
 * @throws WanAvatarError where it cannot be found out: nothing is submitted then
 */
export async function findEarlier(context: JobContext): Promise<Earlier> {
	const remembered = context.book.remembered();
	const report = remembered?.report && reportFrom(remembered.report);
	if (remembered && report && !isAskedAgain(context))
		return { tag: 'result', report, record: remembered };
	if (remembered && remembered.state !== 'unsent') {
		const judged = await judge(remembered, context, false);
		if (judged.tag !== 'nothing') return judged;
	}
	return await judgeStanding(await readStanding(context), context, remembered);
}

/** What stands in the bucket, in time for a decision about money. */
export async function readStanding({ book, store, request }: JobContext): Promise<Standing> {
	if (!store) return { tag: 'none' };
	const first = await book.read(store);
	// What is no record may be an answer of the moment, such as a page of a proxy.
	const standing = first.tag === 'unreadable' ? await book.read(store) : first;
	if (standing.tag === 'unreadable' && !request.submitAnyway) throw unreadable(book.key ?? '');
	return standing;
}

function unreadable(key: string): WanAvatarError {
	return new WanAvatarError('STORAGE', `The job record ${key} cannot be read`, {
		remedy:
			'It may be of a job of this item that is still running. If you are sure that it is not, delete that object, or turn on Submit Anyway in the Worker Options.',
	});
}

/** What a record in the bucket comes to: one of another execution may be about to get its job id. */
export async function judgeStanding(
	standing: Standing,
	context: JobContext,
	judgedBefore?: JobRecord,
): Promise<Earlier> {
	if (standing.tag !== 'ours') return { tag: 'nothing', standing };
	const { record } = standing;
	if (judgedBefore && isSameJob(record, judgedBefore)) return { tag: 'nothing', standing };
	const { executionId, clock } = context.ports;
	const mayChange = record.state === 'intent' && !hasRunOut(record, clock.now());
	if (!mayChange || record.execution_id === executionId) {
		const isOthers = record.execution_id !== executionId && isFollowed(record, clock.now());
		const judged = await judge(record, context, isOthers);
		return judged.tag === 'nothing' ? { tag: 'nothing', standing } : judged;
	}
	const settled = await watchOthers(standing, context);
	if (settled.tag !== 'ours') return { tag: 'nothing', standing: settled };
	const judged = await judge(settled.record, context, isSubmitted(settled.record));
	return judged.tag === 'nothing' ? { tag: 'nothing', standing: settled } : judged;
}

function isSameJob(one: JobRecord, other: JobRecord): boolean {
	return one.intended_at_ms === other.intended_at_ms && one.execution_id === other.execution_id;
}

async function watchOthers(first: Standing, context: JobContext): Promise<Standing> {
	const { clock } = context.ports;
	const endMs = clock.monotonic() + WATCH_OTHERS_MS;
	let standing = first;
	while (standing.tag === 'ours' && standing.record.state === 'intent') {
		if (clock.monotonic() >= endMs || context.signal.aborted) break;
		await pause(clock, WATCH_INTERVAL_MS, context.signal);
		standing = await readStanding(context);
	}
	return standing;
}

async function judge(
	record: JobRecord,
	context: JobContext,
	isOthers: boolean,
): Promise<Judgement> {
	const isGivenOut = isDelivered(record, context);
	if (record.state === 'unsent' || (record.state === 'finished' && isGivenOut))
		return { tag: 'nothing' };
	if (!isSubmitted(record)) return await judgeIntent(record, context);
	if (record.failure) return { tag: 'nothing' };
	if (record.lost) return await stored(record, context);
	const look = await context.ports.queue.getStatus(record.job_id, context.signal);
	switch (look.tag) {
		case 'queued':
		case 'running':
		case 'unreachable':
			return { tag: 'going', record, look, isOthers };
		case 'completed':
			if (isGivenOut) return { tag: 'nothing' };
			return await result(resultOf(referenceOf(record, context), look), record, context);
		case 'missing':
			return await judgeMissing(record, look, context, isOthers);
		case 'refused':
			throw refused(record, look.reason, context);
		case 'tooLarge':
			return await judgeUnreadable(record, look.reason, context);
		case 'completedWithoutVideo':
			return await judgeWithoutVideo(record, look, context);
		// A cancel can come a moment after the video was stored.
		case 'cancelled': {
			const found = await stored(record, context);
			if (found.tag === 'nothing') assertNotSameCall(record, look, context);
			return found;
		}
		case 'failed':
			return judgeFailed(record, look, context);
		case 'timedOut':
			assertNotSameCall(record, look, context);
			return { tag: 'nothing' };
	}
}

/** Whoever asks for it anew takes nothing that has ended. */
function isAskedAgain({ request }: JobContext): boolean {
	return request.byModel?.again ?? false;
}

function isDelivered(record: JobRecord, context: JobContext): boolean {
	return record.delivered || isAskedAgain(context);
}

/** A model would try the same inputs again and again, and pay for each. */
function assertNotSameCall(
	record: SubmittedRecord,
	look: Parameters<typeof failedJob>[1],
	context: JobContext,
): void {
	const { request, ports } = context;
	const isOwn = record.execution_id === ports.executionId;
	if (request.byModel && isOwn && !isAskedAgain(context))
		throw failedJob(referenceOf(record, context), look);
}

async function result(
	found: JobResult,
	record: JobRecord,
	context: JobContext,
): Promise<Judgement> {
	const wanted = { record, links: context.request.links };
	const seen = await settle(findResult(found, wanted, context.ports, context.optional));
	if ('error' in seen && !context.request.submitAnyway) throw seen.error;
	if (!('value' in seen) || !seen.value) return { tag: 'nothing' };
	const { report, video } = seen.value;
	return { tag: 'result', report: tellingOrigin(report, record, context), video, record };
}

/** Whoever asked for a new video is told that this is none. */
function tellingOrigin(report: JobReport, record: JobRecord, { ports }: JobContext): JobReport {
	if (record.execution_id === ports.executionId) return report;
	const origin = `This video was made by execution ${record.execution_id}, which did not give it out: nothing was paid for it again.`;
	return warned(report, origin);
}

/** What lies under the output key, where it is newer than the record. */
async function stored(record: SubmittedRecord, context: JobContext): Promise<Judgement> {
	if (isDelivered(record, context)) return { tag: 'nothing' };
	const report = await recover(referenceOf(record, context), record, context.store);
	return report ? await result({ report }, record, context) : { tag: 'nothing' };
}

/** Missing once is not gone: who follows it finds out, unless its time to live is over. */
async function judgeMissing(
	record: SubmittedRecord,
	look: JobState,
	context: JobContext,
	isOthers: boolean,
): Promise<Judgement> {
	const { clock } = context.ports;
	const ageMs = clock.now() - (record.submitted_at_ms ?? -Infinity);
	if (ageMs > LIMITS.missingMs || ageMs < 0) {
		const found = await stored(record, context);
		if (found.tag !== 'nothing' || isDelivered(record, context)) return found;
		if (isOlderThanItsTtl(record, clock.now())) return found;
	}
	return { tag: 'going', record, look, isOthers };
}

/** The error stands for all tries of its execution: each would be paid, and end so too. */
async function judgeWithoutVideo(
	record: SubmittedRecord,
	look: Extract<EndedJobState, { tag: 'completedWithoutVideo' }>,
	context: JobContext,
): Promise<Judgement> {
	const found = await stored(record, context);
	if (found.tag !== 'nothing' || context.request.submitAnyway) return found;
	if (record.execution_id !== context.ports.executionId) return found;
	throw failedJob(referenceOf(record, context), look);
}

/** Nobody could look at its inputs: where one is missing, each try would be paid, and end so too. */
function judgeFailed(
	record: SubmittedRecord,
	look: Extract<EndedJobState, { tag: 'failed' }>,
	context: JobContext,
): Judgement {
	assertNotSameCall(record, look, context);
	const { request, ports } = context;
	const isOwn = record.execution_id === ports.executionId;
	if (!isOwn || request.submitAnyway || !missesUnseen(look.reason, request.unseenInputs))
		return { tag: 'nothing' };
	throw failedJob(referenceOf(record, { request }), look);
}

async function judgeUnreadable(
	record: SubmittedRecord,
	reason: string,
	context: JobContext,
): Promise<Judgement> {
	const found = await stored(record, context);
	if (found.tag !== 'nothing' || context.request.submitAnyway) return found;
	throw new WanAvatarError(
		'UNREADABLE_ANSWER',
		`RunPod's answer about job ${record.job_id} of this item cannot be read: ${reason}`,
		{
			remedy:
				'The worker seems to put the video itself into its answer: it should store it in MinIO. The item was not submitted again, since that job is paid; Submit Anyway in the Worker Options does it all the same.',
			details: { ...referenceOf(record, context) },
		},
	);
}

async function judgeIntent(record: JobRecord, context: JobContext): Promise<Judgement> {
	const { endpoint_id } = record;
	const job = { ...ownerOf(context.request), job_id: 'unknown', endpoint_id, submitted_at: null };
	const report = await recover(job, record, context.store);
	const found = report && (await result({ report }, record, context));
	if (found?.tag === 'result') return found;
	if (context.request.submitAnyway || hasRunOut(record, context.ports.clock.now()))
		return { tag: 'nothing' };
	return { tag: 'uncertain', record };
}

function refused(record: SubmittedRecord, reason: string, context: JobContext): WanAvatarError {
	return new WanAvatarError(
		'UNAUTHORIZED',
		`RunPod refuses to tell about job ${record.job_id} of this item: ${reason}`,
		{
			remedy:
				'Check the RunPod API credential. The item was not submitted again, since that job may have its video.',
			details: { ...referenceOf(record, context) },
		},
	);
}
