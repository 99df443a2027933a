import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { InlineVideo } from '../../base/data/inlineText';
import { isInputKey, VIDEO_FOLDER } from '../../contract/layout';
import { LIMITS } from '../../base/async/timeLimits';
import { outputVideoKey, ownerId } from '../../contract/objectKey';
import type { Bucket, ObjectFacts } from '../../storage/objects/bucket';
import { warned, type InlineResult, type JobResult } from '../report/jobResult';
import type { OptionalStore } from '../report/optionalStore';
import { findRecordOf, type JobRecord } from '../record/record';
import type { JobReport } from '../report/report';

const MEGABYTE = 1_000_000;

/**
 * Puts the video of a worker's answer where the worker should have put it: under the output key, else under the key that
 * the form gives by default, or one beside it with the job's ID. Nothing is written over but an earlier video under a key
 * whose record names this job. Where that cannot be, the video stays with the result, and the report says why.
 * `known`: what this execution remembers of the job.
 */
export async function storeInline(
	inline: InlineResult,
	known: JobRecord | undefined,
	store: OptionalStore,
): Promise<JobResult> {
	const { report, video } = inline;
	const keys = keysFor(inline);
	const key = keys[0];
	if (key === undefined) return { report: warned(report, NO_KEY), video };
	const unfit = unfitKey(key, video);
	if (unfit !== undefined) return { report: warned(report, unfit), video };
	const sizeBytes = video.content.length;
	const limitMs =
		LIMITS.storageWholeMs + Math.ceil(sizeBytes / MEGABYTE) * LIMITS.storagePerMegabyteMs;
	const put = await store.attempt(
		`The video of the worker's answer could not be stored as ${key}`,
		async (bucket) =>
			report.output_video_key === null
				? await putUnderFree(keys, inline, bucket)
				: await putUnderOwn(key, inline, known, bucket),
		limitMs,
	);
	if (put && 'key' in put) return { report: { ...report, minio_key: put.key } };
	return { report: put ? warned(report, notStored(key, put.why)) : report, video };
}

/** Where it was stored; or why not, as goes on from its key. */
type Put = { key: string } | { why: string };

const NO_KEY =
	'The worker put the video itself into its answer, and no output key is known of the job: it comes as a binary file.';

function notStored(key: string, why: string): string {
	return `${key} ${why}: the video of the worker's answer was not stored over it, and comes as a binary file.`;
}

/** Of a job without an output key the second is its own, whatever stands under the first. */
function keysFor({ report, video }: InlineResult): string[] {
	const { output_video_key, user_id, avatar_id, job_id } = report;
	if (output_video_key !== null) return [output_video_key];
	const owner = [user_id, avatar_id].map((id) => ownerId.safeParse(id).data);
	if (owner.includes(undefined)) return [];
	const { extension } = video.type;
	return ['idle', `idle_${job_id}`]
		.map((name) => `${VIDEO_FOLDER}${owner.join('/')}/${name}.${extension}`)
		.filter((key) => outputVideoKey.safeParse(key).success);
}

/** A player goes by the name: what it promises must be what it is. */
function unfitKey(key: string, { type }: InlineVideo): string | undefined {
	const isWebm = type.extension === 'webm';
	const fits = isWebm ? /\.webm$/i.test(key) : /\.(mp4|mov)$/i.test(key);
	if (fits && !isInputKey(key) && outputVideoKey.safeParse(key).success) return undefined;
	const why = fits ? 'may not go under' : 'does not fit';
	return `The worker's answer holds a ${type.contentType} video, which ${why} the output key ${key}: it was not stored, and comes as a binary file.`;
}

/** Another job, whose record stands beside the first key, may be about to write there. */
async function putUnderFree(
	keys: readonly string[],
	{ video }: InlineResult,
	bucket: Bucket,
): Promise<Put> {
	for (const [i, key] of keys.entries()) {
		const isOwn = i > 0;
		const mayBeFree = isOwn || (await findRecordOf(key, bucket)).tag === 'missing';
		if (mayBeFree && (await putIfFree(key, video, bucket, isOwn))) return { key };
	}
	return { why: TAKEN };
}

const TAKEN = 'is taken by another file';

/** The record beside the key says whose it is; where it does not, nothing is written over. */
async function putUnderOwn(
	key: string,
	{ report, video }: InlineResult,
	known: JobRecord | undefined,
	bucket: Bucket,
): Promise<Put> {
	const found = await findRecordOf(key, bucket);
	if (found.tag === 'there' && found.record.state !== 'unsent') {
		const { record } = found;
		if (!isOfJob(record, report, known)) return { why: belongsTo(record) };
		// Whether a WebM is whole cannot be told.
		if (video.type.extension !== 'webm') return await putOver(key, video, record, bucket);
	}
	return (await putIfFree(key, video, bucket, false)) ? { key } : { why: TAKEN };
}

function isOfJob(
	record: JobRecord,
	{ job_id }: Pick<JobReport, 'job_id'>,
	known: JobRecord | undefined,
): boolean {
	if (record.job_id !== null) return record.job_id === job_id;
	// The ID of the job could not be written down.
	return (
		known?.execution_id === record.execution_id && known.intended_at_ms === record.intended_at_ms
	);
}

function belongsTo({ job_id }: JobRecord): string {
	return job_id === null
		? 'belongs to a job that is being submitted'
		: `belongs to job ${job_id} by now`;
}

/** Over what was there before the job; an earlier look at the same job may have stored its video. */
async function putOver(
	key: string,
	{ type, content }: InlineVideo,
	{ recorded_at_ms }: JobRecord,
	bucket: Bucket,
): Promise<Put> {
	const stat = await bucket.stat(key);
	if (stat.tag === 'there' && recorded_at_ms !== null) {
		const { sizeBytes, lastModifiedMs } = stat.facts;
		if (sizeBytes === content.length && lastModifiedMs >= recorded_at_ms) return { key };
		if (lastModifiedMs > recorded_at_ms) return { why: 'was written by somebody else meanwhile' };
	}
	await bucket.put(key, Readable.from([content]), content.length, type.contentType);
	return { key };
}

/** Whether it is there now. `isOwn`: nobody else writes under this key, so what has its size is the same video. */
async function putIfFree(
	key: string,
	{ type, content }: InlineVideo,
	bucket: Bucket,
	isOwn: boolean,
): Promise<boolean> {
	const isSame = ({ sizeBytes, etag }: ObjectFacts) =>
		sizeBytes === content.length && (isOwn || etag === md5Of(content));
	const before = await bucket.stat(key);
	if (before.tag === 'there') return isSame(before.facts);
	if ((await bucket.putBytes(key, content, type.contentType, { etag: null })) === 'written')
		return true;
	// It may be the same, where a first try took effect and its answer was lost.
	const after = await bucket.stat(key);
	return after.tag === 'there' && isSame(after.facts);
}

/** What a store gives as the ETag of an object that was put by one request, as a rule. */
function md5Of(content: Buffer): string {
	return createHash('md5').update(content).digest('hex');
}
