import { AccessDenied, StoreRefusal } from '../../base/errors/accessDenied';
import type { Bucket, Stat } from '../../storage/objects/bucket';
import type { VideoFault } from '../report/failures';
import { warned } from '../report/jobResult';
import type { Mp4Facts } from '../../base/media/mp4Facts';
import { originOf } from '../record/origin';
import type { ReadFacts } from '../request/ports';
import type { JobRecord } from '../record/record';
import type { JobReport } from '../report/report';
import { settle } from '../../base/errors/settled';

/** Where results are looked at before they are given out. */
export interface VideoStore {
	bucket: Bucket;
	readFacts: ReadFacts;
}

export interface Verified {
	/** With the facts of the stored file, as far as they are known. */
	report: JobReport;
	fault?: VideoFault;
	/** What the store refuses to be read with the access key: a link that it signs would not open. */
	refusals: readonly Refusal[];
}

export interface Refusal {
	key: string;
	/** Why, as the beginning of a sentence. */
	reason: string;
	/** Whether a right is missing; else the keys are wrong, or the object is kept from everybody. */
	isDenied: boolean;
}

/**
 * Looks at the video of a finished job where it is stored. An object that is older than the job, by the store's own clock,
 * is of an earlier one. What cannot be looked at passes: it is paid for.
 */
export async function verify(
	report: JobReport,
	record: JobRecord | undefined,
	store: VideoStore,
): Promise<Verified> {
	const { minio_key } = report;
	if (minio_key === null) return { report, refusals: [] };
	const { bucket } = store;
	const looked = await unlessRefused(minio_key, bucket.statPatiently(minio_key));
	if ('refusal' in looked) return await withRealThumbnail(report, store, [looked.refusal]);
	const stat = looked.value;
	if (stat.tag === 'denied') return await withRealThumbnail(report, store, [deniedLook(minio_key)]);
	if (stat.tag === 'unknown') {
		const refusal = await refusalOf(minio_key, store);
		if (refusal) return await withRealThumbnail(report, store, [refusal]);
		const untold = `The object store does not tell the size of ${minio_key}: it was not checked.`;
		return await withRealThumbnail(warned(report, untold), store);
	}
	if (stat.tag === 'missing')
		return faulty(
			report,
			missing(`is not in bucket ${bucket.name}, where it should be as ${minio_key}`),
		);
	const { sizeBytes, lastModifiedMs } = stat.facts;
	const origin = originOf(report, record, lastModifiedMs);
	if (origin === 'earlier')
		return faulty(
			report,
			missing(`was not stored: ${minio_key} in bucket ${bucket.name} is of an earlier job`),
		);
	const told = origin === 'doubtful' ? warned(report, doubtText(minio_key, record)) : report;
	return await verifyFile(told, minio_key, sizeBytes, store);
}

function faulty(report: JobReport, fault: VideoFault): Verified {
	return { report, fault, refusals: [] };
}

// A worker that was cancelled may run on and store its video over that of the job after it.
function doubtText(key: string, record: JobRecord | undefined): string {
	const others = (record?.earlier_job_ids ?? []).join(', ');
	return `${key} was not stored while this job ran: it may be the video of an earlier job that was cancelled and ran on (${others}).`;
}

async function verifyFile(
	report: JobReport,
	key: string,
	sizeBytes: number,
	store: VideoStore,
): Promise<Verified> {
	const sized = { ...report, size_bytes: sizeBytes };
	const read = await readVideo(sized, key, sizeBytes, store);
	if (read && 'refusal' in read) return await withRealThumbnail(sized, store, [read.refusal]);
	if (read) return await withRealThumbnail(read, store);
	const realBytes = await secondSize(key, store);
	if (realBytes === sizeBytes) {
		const what = sizeBytes === 0 ? 'is empty' : 'is not a complete MP4';
		return faulty(sized, broken(`${key} ${what}`));
	}
	// A good video must not be paid again because of a wrong size.
	const remeasured = { ...report, size_bytes: realBytes };
	const reread =
		realBytes === null ? undefined : await readVideo(remeasured, key, realBytes, store);
	if (reread && 'refusal' in reread)
		return await withRealThumbnail(remeasured, store, [reread.refusal]);
	const passed = reread ?? warned(remeasured, unsureText(key, sizeBytes, realBytes));
	return await withRealThumbnail(passed, store);
}

/** What is known of a video that can be played, or cannot be read; nothing for one that is not a complete MP4. */
async function readVideo(
	report: JobReport,
	key: string,
	sizeBytes: number,
	{ bucket, readFacts }: VideoStore,
): Promise<JobReport | { refusal: Refusal } | undefined> {
	if (sizeBytes === 0) return undefined;
	const read = await settle(readFacts(bucket, key, sizeBytes));
	if ('error' in read) {
		const refusal = refusalBy(read.error, key);
		return refusal ? { refusal } : report;
	}
	if (read.value) return withFacts(report, read.value);
	// The contract says MP4; a user who names another type has a worker that makes it.
	return /\.webm$/i.test(key) ? report : undefined;
}

/** By a read, else by a second look; null where neither tells. */
async function secondSize(key: string, store: VideoStore): Promise<number | null> {
	const measured = await settle(store.bucket.measure(key));
	if ('value' in measured && measured.value !== null) return measured.value;
	const stat = await look(key, store);
	return stat.tag === 'there' ? stat.facts.sizeBytes : null;
}

function unsureText(key: string, sizeBytes: number, realBytes: number | null): string {
	const second = realBytes === null ? 'no size' : `${String(realBytes)} bytes`;
	return `The object store told ${String(sizeBytes)} bytes of ${key} first, and then ${second}: it was not checked.`;
}

/** What the worker says stays; what the file says stands beside it, and in the place of what the worker leaves out. */
export function withFacts(report: JobReport, facts: Mp4Facts): JobReport {
	const fps = rounded(facts.fps);
	const { width, height } = facts;
	return {
		...report,
		fps: report.fps ?? fps,
		width: report.width ?? width,
		height: report.height ?? height,
		duration_seconds: rounded(facts.durationSeconds),
		measured_fps: fps,
		measured_width: width,
		measured_height: height,
	};
}

function rounded(value: number | null): number | null {
	return value === null ? null : Math.round(value * 1000) / 1000;
}

/** A thumbnail is made as best the worker can: a link to one that is not there would be a dead one. */
async function withRealThumbnail(
	report: JobReport,
	store: VideoStore,
	refusals: readonly Refusal[] = [],
): Promise<Verified> {
	const { thumbnail_key } = report;
	if (thumbnail_key === null) return { report, refusals };
	const stat = await look(thumbnail_key, store);
	const isGone = stat.tag === 'missing' || (stat.tag === 'there' && stat.facts.sizeBytes === 0);
	if (isGone) return { report: { ...report, thumbnail_key: null, thumbnail_url: null }, refusals };
	const refusal =
		stat.tag === 'denied' ? deniedLook(thumbnail_key) : await refusalOf(thumbnail_key, store);
	return { report, refusals: refusal ? [...refusals, refusal] : refusals };
}

/** What a link does is a GET: a store may tell what it does not give. */
async function refusalOf(key: string, { bucket }: VideoStore): Promise<Refusal | undefined> {
	const read = await settle(bucket.measure(key));
	return 'error' in read ? refusalBy(read.error, key) : undefined;
}

/** @throws what is no refusal */
async function unlessRefused<T>(
	key: string,
	work: Promise<T>,
): Promise<{ value: T } | { refusal: Refusal }> {
	const done = await settle(work);
	if ('value' in done) return done;
	const refusal = refusalBy(done.error, key);
	if (refusal) return { refusal };
	throw done.error;
}

function refusalBy(error: unknown, key: string): Refusal | undefined {
	if (error instanceof AccessDenied) return deniedLook(key);
	if (!(error instanceof StoreRefusal)) return undefined;
	return { key, reason: `${key} cannot be read (${error.message})`, isDenied: false };
}

function deniedLook(key: string): Refusal {
	return { key, reason: `The access key may not look at ${key}`, isDenied: true };
}

function missing(reason: string): VideoFault {
	return { code: 'VIDEO_MISSING', reason };
}

function broken(reason: string): VideoFault {
	return { code: 'VIDEO_BROKEN', reason: `cannot be played: ${reason}` };
}

async function look(key: string, { bucket }: VideoStore): Promise<Stat> {
	const looked = await settle(bucket.stat(key));
	return 'error' in looked ? { tag: 'unknown' } : looked.value;
}
