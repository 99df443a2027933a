import { Readable } from 'node:stream';
import type { InlineVideo } from '../contract/inlineText';
import { VIDEO_FOLDER } from '../contract/layout';
import { LIMITS } from '../contract/limits';
import { outputVideoKey } from '../contract/objectKey';
import type { Bucket } from '../storage/bucket';
import { warned, type InlineResult, type JobResult } from './jobResult';
import type { OptionalStore } from './optionalStore';
import { readRecordOf, type JobRecord } from './record';
import type { JobReport } from './report';

const MEGABYTE = 1_000_000;

/**
 * Puts the video of a worker's answer where the worker should have put it: under the output key, else under the key that
 * the form gives by default. Where that cannot be, the video stays with the result, and the report says why.
 */
export async function storeInline(
	{ report, video }: InlineResult,
	store: OptionalStore,
): Promise<JobResult> {
	const key = keyFor(report, video.type.extension);
	if (key === undefined) return { report: warned(report, NO_KEY), video };
	const unfit = unfitKey(key, video);
	if (unfit !== undefined) return { report: warned(report, unfit), video };
	const sizeBytes = video.content.length;
	const limitMs =
		LIMITS.storageWholeMs + Math.ceil(sizeBytes / MEGABYTE) * LIMITS.storagePerMegabyteMs;
	const put = await store.attempt(
		`The video of the worker's answer could not be stored as ${key}`,
		async (bucket) => await putVideo(key, report.job_id, video, bucket),
		limitMs,
	);
	if (put === 'stored') return { report: { ...report, minio_key: key } };
	return { report: put === undefined ? report : warned(report, othersKey(key, put.jobId)), video };
}

const NO_KEY =
	'The worker put the video itself into its answer, and no output key is known of the job: it comes as a binary file.';

function keyFor(
	{ output_video_key, user_id, avatar_id }: JobReport,
	extension: string,
): string | undefined {
	if (output_video_key !== null) return output_video_key;
	if (user_id === null || avatar_id === null) return undefined;
	return outputVideoKey.safeParse(`${VIDEO_FOLDER}${user_id}/${avatar_id}/idle.${extension}`).data;
}

/** A player goes by the name: what it promises must be what it is. */
function unfitKey(key: string, { type }: InlineVideo): string | undefined {
	if (/\.webm$/i.test(key) === (type.extension === 'webm')) return undefined;
	return `The worker's answer holds a ${type.contentType} video, which does not fit the output key ${key}: it was not stored, and comes as a binary file.`;
}

function othersKey(key: string, jobId: string): string {
	return `${key} belongs to job ${jobId} by now: the video of the worker's answer was not stored over it, and comes as a binary file.`;
}

/** Another job's video under the same key is not written over by one that came before it. */
async function putVideo(
	key: string,
	jobId: string,
	{ type, content }: InlineVideo,
	bucket: Bucket,
): Promise<'stored' | { jobId: string }> {
	const record = await readRecordOf(key, bucket);
	if (record && record.job_id !== null && record.job_id !== jobId) return { jobId: record.job_id };
	if (!(await isThere(key, content.length, record, bucket)))
		await bucket.put(key, Readable.from([content]), content.length, type.contentType);
	return 'stored';
}

/** An earlier look at the same job may have stored it. */
async function isThere(
	key: string,
	sizeBytes: number,
	record: JobRecord | undefined,
	bucket: Bucket,
): Promise<boolean> {
	const recordedMs = record?.recorded_at_ms ?? null;
	if (recordedMs === null) return false;
	const stat = await bucket.stat(key);
	if (stat.tag !== 'there' || stat.facts.sizeBytes !== sizeBytes) return false;
	return stat.facts.lastModifiedMs >= recordedMs;
}
