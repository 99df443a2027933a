import { DEFAULT_TTL_MS } from '../../base/async/timeLimits';
import * as z from 'zod/v4';
import { INPUT_FOLDERS, isInputKey } from '../../contract/layout';
import { fromJson } from '../../base/data/json';
import type { Bucket } from '../objects/bucket';
import { isPictureKey } from '../objects/fileName';

/** The objects that a job record names, as far as a record is to be believed. */
export interface RecordedKeys {
	/** What was uploaded for the job; nothing in records of earlier versions. */
	inputKeys: string[];
	thumbnailKey?: string;
}

/** What stands beside a video: also `denied` is what some stores say of an object that is not there. */
export type ReadRecord =
	| { tag: 'there'; keys: RecordedKeys; job: RecordedJob | undefined }
	| { tag: 'missing' | 'denied' };

/** When a job was submitted, milliseconds since the epoch. */
export interface RecordedJob {
	isFinished: boolean;
	/** By n8n's clock. */
	submittedAtMs: number;
	/** By the store's clock; nothing where it does not tell. */
	recordedAtMs: number | null;
	ttlMs: number;
}

const record = z.object({
	input_keys: z.array(z.string()).catch([]),
	output: z.looseObject({ thumbnail_key: z.string().optional() }).catch({}),
});

const job = z.object({
	state: z.enum(['intent', 'unsent', 'submitted', 'finished']),
	lost: z.boolean().default(false),
	intended_at_ms: z.number(),
	submitted_at_ms: z.number().nullable(),
	ttl_ms: z.number().nullable().default(null),
	recorded_at_ms: z.number().nullable(),
});

/** Reads a job record; whoever may write into the bucket may have written it, so it cannot name any key at all. */
export async function readRecord(
	bucket: Pick<Bucket, 'getText'>,
	recordKey: string,
): Promise<ReadRecord> {
	const stored = await bucket.getText(recordKey);
	if (stored.tag !== 'there') return stored;
	const raw = fromJson(stored.text);
	return { tag: 'there', keys: keysIn(raw), job: jobIn(raw, stored.lastModifiedMs) };
}

/** The keys alone; none where the record may not be read. */
export async function readRecordedKeys(
	bucket: Pick<Bucket, 'getText'>,
	recordKey: string,
): Promise<RecordedKeys> {
	const read = await readRecord(bucket, recordKey);
	return read.tag === 'there' ? read.keys : { inputKeys: [] };
}

function keysIn(raw: unknown): RecordedKeys {
	const { data } = record.safeParse(raw);
	const thumbnailKey = data?.output.thumbnail_key;
	return {
		inputKeys: (data?.input_keys ?? []).filter((key) => uploadOf(key) !== undefined),
		...(thumbnailKey !== undefined && isThumbnailKey(thumbnailKey) ? { thumbnailKey } : {}),
	};
}

function jobIn(raw: unknown, lastModifiedMs: number | null): RecordedJob | undefined {
	const { data } = job.safeParse(raw);
	if (!data) return undefined;
	return {
		isFinished: data.state === 'finished' || data.state === 'unsent' || data.lost,
		submittedAtMs: data.submitted_at_ms ?? data.intended_at_ms,
		recordedAtMs: data.recorded_at_ms ?? lastModifiedMs,
		ttlMs: data.ttl_ms ?? DEFAULT_TTL_MS,
	};
}

function isThumbnailKey(key: string): boolean {
	return isPictureKey(key) && !isInputKey(key);
}

// Generate names what it uploads by its SHA-256.
const UPLOAD = /^([^/]+)\/([^/]+)\/[0-9a-f]{64}\.\w+$/;

/** Whose upload it is; nothing for a key that Generate gives no upload, such as one of a picture that all use. */
export function uploadOf(key: string): { userId: string; avatarId: string } | undefined {
	const folder = Object.values(INPUT_FOLDERS).find((each) => key.startsWith(each));
	if (folder === undefined) return undefined;
	const [, userId, avatarId] = UPLOAD.exec(key.slice(folder.length)) ?? [];
	return userId === undefined || avatarId === undefined ? undefined : { userId, avatarId };
}
