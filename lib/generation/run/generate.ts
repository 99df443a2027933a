import { WanAvatarError } from '../../base/errors/errors';
import { winnerOver } from './contest';
import {
	isLookedAtAgain,
	isSubmitted,
	referenceOf,
	type JobContext,
	type SubmittedRecord,
} from './jobContext';
import { ownerOf } from '../report/owner';
import { findEarlier, judgeStanding, readStanding, type Earlier } from './earlier';
import { unseenThumbnail } from '../report/deniedWords';
import { unfinishedJob } from '../report/failures';
import { warned, withWarningsOf, type JobResult } from '../report/jobResult';
import { followToResult } from './followToResult';
import { readRecordOf, type JobRecord, type Standing } from '../record/record';
import { completedFromStore, reportOf, submittedReport, type JobReport } from '../report/report';
import type { Stat } from '../../storage/objects/bucket';
import { findResult } from '../result/result';
import { stopPaying } from '../result/stopPaying';
import { submit, unlessStopped, type Submitted } from './submit';
import { assertMaySubmit, uncertain } from './submitFaults';

/** A result on its way out; its record, where there is one, is marked when it is given out. */
export interface Result extends JobResult {
	record?: JobRecord;
}

/**
 * Makes one avatar: what there is already is used, else it is submitted, followed, and reported.
 * @throws WanAvatarError with the job's facts in `details`
 */
export async function generate(context: JobContext): Promise<Result> {
	assertMaySubmit(context);
	const earlier = await unlessStopped(context, async () => await findEarlier(context));
	const found =
		earlier.tag === 'nothing'
			? await begin(context, earlier.standing)
			: await takeOver(earlier, context);
	return remembered(found, context);
}

/** The next try of this execution takes the result from memory; a video that lies nowhere else it takes from RunPod. */
export function remembered({ record, report, video }: Result, context: JobContext): Result {
	const whole = withWarningsOf(context.optional, report);
	const isLooked = video !== undefined || (record && isLookedAtAgain(record, context.request));
	if (record) context.book.remember(isLooked ? record : { ...record, report: whole });
	return { report: whole, video, ...(record ? { record } : {}) };
}

async function begin(context: JobContext, judged: Standing): Promise<Result> {
	const existing = await existingVideo(context);
	if (existing) return existing;
	if (context.refusal) throw context.refusal;
	return await takeUp(await submit(context, judged), context);
}

/** A job of an earlier time that turns out to be lost is made anew; one of our own ends the item. */
async function takeOver(
	earlier: Exclude<Earlier, { tag: 'nothing' }>,
	context: JobContext,
): Promise<Result> {
	try {
		return await takeUp(earlier, context);
	} catch (error) {
		const isLost = error instanceof WanAvatarError && error.code === 'JOB_LOST';
		if (earlier.tag !== 'going' || !isLost) throw error;
		assertMaySubmit(context);
		// Whoever waited for the same job may have made it anew already.
		const next = await judgeStanding(await readStanding(context), context, earlier.record);
		return next.tag === 'nothing'
			? await begin(context, next.standing)
			: await takeOver(next, context);
	}
}

async function takeUp(
	found: Submitted | Exclude<Earlier, { tag: 'nothing' }>,
	context: JobContext,
): Promise<Result> {
	const { waitForCompletion } = context.request;
	switch (found.tag) {
		case 'result':
			return finished(found);
		case 'uncertain':
			throw uncertain(found.record, context);
		case 'going': {
			context.book.remember(found.record);
			const job = referenceOf(found.record, context);
			if (!waitForCompletion) return { report: reportOf(job, found.look), record: found.record };
			return finished(
				await followToResult(found.record, found.isOthers ? "another's" : 'ours', context),
			);
		}
		case 'submitted':
			if (!waitForCompletion) return await givenOutAtOnce(found, context);
			return finished(await followToResult(found.record, 'ours', context));
	}
}

export function finished({
	record,
	report,
	video,
	isGoing,
}: JobResult & { record: JobRecord }): Result {
	return { report, video, record: isGoing ? record : { ...record, state: 'finished' } };
}

/** Stop may have come while the submit was on its way, which is never cut: its job would be lost and go on burning. */
async function givenOutAtOnce(
	{ record }: Extract<Submitted, { tag: 'submitted' }>,
	context: JobContext,
): Promise<Result> {
	const job = referenceOf(record, context);
	const { signal, queue, clock } = context.ports;
	if (!signal?.aborted) return await unlessLost(record, context);
	const end = { tag: 'aborted', last: undefined } as const;
	throw unfinishedJob(job, end, await stopPaying(record.job_id, queue, clock), 0);
}

/** Where the store heeds no conditions, another execution may have submitted the same at this moment: one job is enough. */
async function unlessLost(record: SubmittedRecord, context: JobContext): Promise<Result> {
	const { optional, book, ports } = context;
	const winner =
		book.key === undefined
			? undefined
			: await optional.attempt(
					'The record of the job could not be compared with those of other executions',
					async (bucket) => await winnerOver(record, undefined, book, bucket),
				);
	if (!winner) return { report: submittedReport(referenceOf(record, context)), record };
	await stopPaying(record.job_id, ports.queue, ports.clock);
	return { report: submittedReport(referenceOf(winner, context)), record: winner };
}

/** What the option *If the Video Exists* asks for, when there is one. */
async function existingVideo(context: JobContext): Promise<Result | undefined> {
	const { request, ports, store, optional } = context;
	const key = request.input.output_video_key;
	if (request.ifVideoExists === 'regenerate' || !store || key === undefined) return undefined;
	const found = await store.stat(key);
	if (found.tag === 'denied' || found.tag === 'unknown') throw mayNotLook(key, found.tag);
	if (found.tag === 'missing' || found.facts.sizeBytes === 0) return undefined;
	if (request.ifVideoExists === 'fail') throw videoExists(key);
	const thumbnail = request.input.output_thumbnail_key;
	const thumbnailStat = thumbnail === undefined ? undefined : await store.stat(thumbnail);
	const record = await readRecordOf(key, store);
	const job = record && isSubmitted(record) ? referenceOf(record, context) : unknownJob(context);
	const keys = {
		minio_key: key,
		thumbnail_key: thumbnailStat?.tag === 'there' ? (thumbnail ?? null) : null,
	};
	const wanted = { record: undefined, links: request.links };
	const stored = { ...completedFromStore(job, record?.output, keys), ...record?.run };
	const report = told(stored, thumbnail, thumbnailStat, context);
	return await findResult({ report }, wanted, ports, optional);
}

/** A thumbnail at which nobody may look is not lost in silence. */
function told(
	report: JobReport,
	key: string | undefined,
	stat: Stat | undefined,
	{ ports, store }: JobContext,
): JobReport {
	if (key === undefined || (stat?.tag !== 'denied' && stat?.tag !== 'unknown')) return report;
	if (stat.tag === 'denied' && store) ports.onDenied?.('readResult', store.name);
	return warned(report, unseenThumbnail(key, stat.tag));
}

function unknownJob({ request, ports }: JobContext) {
	const { endpointId } = ports.queue;
	return { ...ownerOf(request), job_id: 'unknown', endpoint_id: endpointId, submitted_at: null };
}

/** What the option asks for cannot be found out, and must not fail open. */
function mayNotLook(key: string, tag: 'denied' | 'unknown'): WanAvatarError {
	const who = tag === 'denied' ? 'The access key may not look' : 'The object store does not tell';
	return new WanAvatarError('STORAGE', `${who} whether there is a video at ${key}`, {
		remedy:
			'Nothing was sent to RunPod for the item. Give the key a policy that allows s3:GetObject and s3:ListBucket, or set If the Video Exists to Regenerate in the Output Options.',
	});
}

function videoExists(key: string): WanAvatarError {
	return new WanAvatarError('VIDEO_EXISTS', `There is a video already at ${key}`, {
		remedy:
			'Nothing was sent to RunPod. Choose another Output Video Key, or another If the Video Exists in the Output Options.',
	});
}
