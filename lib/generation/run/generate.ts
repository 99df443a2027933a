import { WanAvatarError } from '../../base/errors/errors';
import { winnerOver } from './contest';
import { referenceOf, isSubmitted, type Desk, type SubmittedRecord } from './jobContext';
import { ownerOf } from '../report/owner';
import { findEarlier, readStanding, type Earlier } from './earlier';
import { unfinishedJob } from '../report/failures';
import { withWarningsOf, type JobResult } from '../report/jobResult';
import { pursue } from './pursue';
import { readRecordOf, type JobRecord, type Standing } from '../record/record';
import { completedFromStore, reportOf, submittedReport } from '../report/report';
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
export async function generate(desk: Desk): Promise<Result> {
	assertMaySubmit(desk);
	const earlier = await unlessStopped(desk, async () => await findEarlier(desk));
	const { record, report, video } =
		earlier.tag === 'nothing' ? await begin(desk, earlier.standing) : await takeOver(earlier, desk);
	const warned = withWarningsOf(desk.optional, report);
	// The next try of this execution takes the result from here; a video that lies nowhere else it takes from RunPod.
	if (record) desk.book.remember(video ? record : { ...record, report: { ...warned } });
	return { report: warned, video, ...(record ? { record } : {}) };
}

async function begin(desk: Desk, judged: Standing): Promise<Result> {
	const existing = await existingVideo(desk);
	if (existing) return existing;
	if (desk.refusal) throw desk.refusal;
	return await takeUp(await submit(desk, judged), desk);
}

/** A job of an earlier time that turns out to be lost is made anew; one of our own ends the item. */
async function takeOver(
	earlier: Exclude<Earlier, { tag: 'nothing' }>,
	desk: Desk,
): Promise<Result> {
	try {
		return await takeUp(earlier, desk);
	} catch (error) {
		const isLost = error instanceof WanAvatarError && error.code === 'JOB_LOST';
		if (earlier.tag !== 'going' || !isLost) throw error;
		assertMaySubmit(desk);
		return await begin(desk, await readStanding(desk));
	}
}

async function takeUp(
	found: Submitted | Exclude<Earlier, { tag: 'nothing' }>,
	desk: Desk,
): Promise<Result> {
	const { waitForCompletion } = desk.request;
	switch (found.tag) {
		case 'result':
			return finished(found);
		case 'uncertain':
			throw uncertain(found.record, desk);
		case 'going': {
			desk.book.remember(found.record);
			const job = referenceOf(found.record, desk);
			if (!waitForCompletion) return { report: reportOf(job, found.look), record: found.record };
			return finished(await pursue(found.record, found.isOthers ? "another's" : 'ours', desk));
		}
		case 'submitted':
			if (!waitForCompletion) return await givenOutAtOnce(found, desk);
			return finished(await pursue(found.record, 'ours', desk));
	}
}

function finished({ record, report, video }: JobResult & { record: JobRecord }): Result {
	return { report, video, record: { ...record, state: 'finished' } };
}

/** Stop may have come while the submit was on its way, which is never cut: its job would be lost and go on burning. */
async function givenOutAtOnce(
	{ record }: Extract<Submitted, { tag: 'submitted' }>,
	desk: Desk,
): Promise<Result> {
	const job = referenceOf(record, desk);
	const { signal, queue, clock } = desk.ports;
	if (!signal?.aborted) return await unlessLost(record, desk);
	const end = { tag: 'aborted', last: undefined } as const;
	throw unfinishedJob(job, end, await stopPaying(record.job_id, queue, clock), 0);
}

/** Where the store heeds no conditions, another execution may have submitted the same at this moment: one job is enough. */
async function unlessLost(record: SubmittedRecord, desk: Desk): Promise<Result> {
	const { optional, book, ports } = desk;
	const winner =
		book.key === undefined
			? undefined
			: await optional.attempt(
					'The record of the job could not be compared with those of other executions',
					async (bucket) => await winnerOver(record, undefined, book, bucket),
				);
	if (!winner) return { report: submittedReport(referenceOf(record, desk)), record };
	await stopPaying(record.job_id, ports.queue, ports.clock);
	return { report: submittedReport(referenceOf(winner, desk)), record: winner };
}

/** What the option *If the Video Exists* asks for, when there is one. */
async function existingVideo(desk: Desk): Promise<Result | undefined> {
	const { request, ports, store, optional } = desk;
	const key = request.input.output_video_key;
	if (request.ifVideoExists === 'regenerate' || !store || key === undefined) return undefined;
	const found = await store.stat(key);
	if (found.tag === 'denied' || found.tag === 'unknown') throw mayNotLook(key, found.tag, desk);
	if (found.tag === 'missing' || found.facts.sizeBytes === 0) return undefined;
	if (request.ifVideoExists === 'fail') throw videoExists(key, desk);
	const thumbnail = request.input.output_thumbnail_key;
	const hasThumbnail = thumbnail !== undefined && (await store.stat(thumbnail)).tag === 'there';
	const record = await readRecordOf(key, store);
	const job = record && isSubmitted(record) ? referenceOf(record, desk) : unknownJob(desk);
	const keys = { minio_key: key, thumbnail_key: hasThumbnail ? thumbnail : null };
	const context = { record: undefined, links: request.links };
	const stored = completedFromStore(job, record?.output, keys);
	return await findResult({ report: stored }, context, ports, optional);
}

function unknownJob({ request, ports }: Desk) {
	const { endpointId } = ports.queue;
	return { ...ownerOf(request), job_id: 'unknown', endpoint_id: endpointId, submitted_at: null };
}

/** What the option asks for cannot be found out, and must not fail open. */
function mayNotLook(key: string, tag: 'denied' | 'unknown', { request }: Desk): WanAvatarError {
	const who = tag === 'denied' ? 'The access key may not look' : 'The object store does not tell';
	return new WanAvatarError('STORAGE', `${who} whether there is a video at ${key}`, {
		remedy:
			'Nothing was sent to RunPod for the item. Give the key a policy that allows s3:GetObject and s3:ListBucket, or set If the Video Exists to Regenerate in the options.',
		details: { ...ownerOf(request) },
	});
}

function videoExists(key: string, { request }: Desk): WanAvatarError {
	return new WanAvatarError('VIDEO_EXISTS', `There is a video already at ${key}`, {
		remedy:
			'Nothing was sent to RunPod. Choose another Output Video Key, or another If the Video Exists in the options.',
		details: { ...ownerOf(request) },
	});
}
