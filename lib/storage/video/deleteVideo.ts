import { WanAvatarError } from '../../base/errors/errors';
import { InvalidInput } from '../../base/errors/invalidInput';
import { settle } from '../../base/errors/settled';
import { isInputKey, isRecordKey, recordKey, VIDEO_FOLDER } from '../../contract/layout';
import type { Bucket, Stat } from '../objects/bucket';
import { folderOf } from '../objects/fileName';
import { allPages } from '../objects/listing';
import { readRecord, uploadOf, type ReadRecord } from './recordedKeys';
import { mayNotDelete } from '../template/templates';
import { noVideo, parseThumbnailKey } from './videos';

/** What is to be deleted; `thumbnailKey` is what the form gives. */
export interface Deletion {
	key: string;
	thumbnailKey: unknown;
	withInputs: boolean;
}

/** The keys that are gone, and in sentences what was kept though it was asked for. */
export interface Deleted {
	deletedKeys: string[];
	warnings: string[];
}

/**
 * Deletes one video with its thumbnail and its job record, and, if asked for, the inputs that were uploaded for its job.
 * The record goes last, so that a delete that was cut short can be done again; it stays where it may not be read, and
 * while its job may still run. `nowMs` is n8n's time.
 * @throws WanAvatarError INVALID_INPUT, NOT_FOUND, NOT_CONFIRMED while the job may still need its inputs, STORAGE
 */
export async function deleteVideo(
	bucket: Bucket,
	{ key, thumbnailKey, withInputs }: Deletion,
	nowMs: number,
): Promise<Deleted> {
	assertNoInput(key);
	const named = parseOwnThumbnail(thumbnailKey);
	const video = await bucket.stat(key);
	const record = await readRecord(bucket, recordKey(key));
	if (video.tag === 'missing' && record.tag === 'missing') throw noVideo(bucket.name, key);
	assertResult(key, record);
	const mayRun = mayStillRun(record, video, nowMs);
	if (mayRun && (withInputs || video.tag === 'missing')) throw stillRuns(key);
	const inputs = withInputs ? await inputsOfItsOwn(bucket, key, record) : NO_INPUTS;
	// A picture beside it may be of another video: only one that is named goes too.
	const thumbnail = named ?? (record.tag === 'there' ? record.keys.thumbnailKey : undefined);
	const keys = [
		...inputs.deletedKeys,
		...(thumbnail === undefined ? [] : [thumbnail]),
		...(video.tag === 'missing' ? [] : [key]),
		...(record.tag === 'there' && !mayRun ? [recordKey(key)] : []),
	];
	await removeAll(bucket, keys);
	const unseen = video.tag === 'denied' ? [unseenVideo(key)] : [];
	const warnings = [...inputs.warnings, ...unseen, ...recordWarnings(key, record, mayRun)];
	return { deletedKeys: keys, warnings };
}

/** One after another; an error names what is gone by then. */
async function removeAll(bucket: Bucket, keys: readonly string[]): Promise<void> {
	for (const [i, key] of keys.entries()) {
		const removed = await settle(bucket.remove(key));
		if ('value' in removed && removed.value) continue;
		const error = 'error' in removed ? removed.error : mayNotDelete(bucket.name, key);
		throw error instanceof WanAvatarError ? namingDeleted(error, keys.slice(0, i)) : error;
	}
}

function namingDeleted(error: WanAvatarError, deletedKeys: readonly string[]): WanAvatarError {
	if (deletedKeys.length === 0) return error;
	const { code, message, remedy, details } = error;
	return new WanAvatarError(code, message, {
		remedy: `${remedy} Deleted already: ${deletedKeys.join(', ')}.`,
		details: { ...details, deleted_keys: [...deletedKeys] },
	});
}

/** A store takes the delete of what is not there for done. */
function unseenVideo(key: string): string {
	return `The access key may not look at "${key}" (s3:GetObject, and s3:ListBucket for what is not there): nobody knows whether there was such a video.`;
}

/** @throws InvalidInput */
export function assertNoInput(key: string): void {
	if (isInputKey(key))
		throw new InvalidInput([{ field: 'Video Key', message: 'is an uploaded input, not a result' }]);
}

/**
 * The key of a thumbnail that may be deleted, checked; nothing where none is given.
 * @throws InvalidInput
 */
export function parseOwnThumbnail(given: unknown): string | undefined {
	const key = parseThumbnailKey(given);
	if (key === undefined || !isInputKey(key)) return key;
	const message = 'is in a folder of uploaded inputs: it is no thumbnail of a result';
	throw new InvalidInput([{ field: 'Thumbnail Key', message }]);
}

/** Whatever else the bucket holds is not for this operation. */
function assertResult(key: string, record: ReadRecord): void {
	if (key.startsWith(VIDEO_FOLDER) || record.tag === 'there') return;
	const what =
		record.tag === 'denied' ? 'the job record beside it may not be read' : 'has no job record';
	throw new WanAvatarError(
		'INVALID_INPUT',
		`"${key}" may be no result of Generate: it is outside of ${VIDEO_FOLDER}, and ${what}`,
		{
			remedy: `Nothing was deleted. For a template use Delete of the resource Template.${record.tag === 'denied' ? ' For a result give the access key a policy that allows s3:GetObject.' : ''}`,
			details: { minio_key: key },
		},
	);
}

/** A video that is younger than the record is of its job: then it has ended, though nobody wrote that down. */
function mayStillRun(record: ReadRecord, video: Stat, nowMs: number): boolean {
	if (record.tag !== 'there' || !record.job) return false;
	const { isFinished, submittedAtMs, recordedAtMs, ttlMs } = record.job;
	if (isFinished || nowMs - submittedAtMs > ttlMs) return false;
	const isMade =
		video.tag === 'there' && recordedAtMs !== null && video.facts.lastModifiedMs >= recordedAtMs;
	return !isMade;
}

function stillRuns(key: string): WanAvatarError {
	return new WanAvatarError(
		'NOT_CONFIRMED',
		`The job of "${key}" may still wait or run: its record says nothing of its end`,
		{
			remedy:
				'Nothing was deleted. Wait for the job, or cancel it. If it has failed or was cancelled, its record counts until its time to live has passed, a day as a rule; turn Also Delete Uploaded Inputs off to delete an earlier video under this key now.',
			details: { minio_key: key },
		},
	);
}

function recordWarnings(key: string, record: ReadRecord, mayRun: boolean): string[] {
	if (mayRun)
		return [`The job of "${key}" may still wait or run: its record ${recordKey(key)} was kept.`];
	if (record.tag === 'denied')
		return [
			`The access key may not read ${recordKey(key)}: if there is such a job record, it was kept. Give the key a policy that allows s3:GetObject.`,
		];
	return [];
}

const NO_INPUTS: Deleted = { deletedKeys: [], warnings: [] };

/** What the job record names, but for what the record of another job names too: that job may be about to read it. */
async function inputsOfItsOwn(
	bucket: Pick<Bucket, 'getText' | 'listPage'>,
	videoKey: string,
	own: ReadRecord,
): Promise<Deleted> {
	if (own.tag === 'denied')
		return keptInputs('the job record that names them may not be read', recordKey(videoKey));
	const left = new Set(own.tag === 'there' ? own.keys.inputKeys : []);
	for (const prefix of foldersOfJobs(videoKey, left)) {
		const records = { prefix, hiddenFolders: [], isWanted: isRecordKey };
		for await (const { objects } of allPages(bucket, records))
			for (const { key } of objects) {
				if (left.size === 0) return NO_INPUTS;
				if (key === recordKey(videoKey)) continue;
				const other = await readOther(bucket, key);
				if (other === 'unreadable')
					return keptInputs('the record of another job, which may name them, cannot be read', key);
				for (const named of other) left.delete(named);
			}
	}
	return { deletedKeys: [...left], warnings: [] };
}

async function readOther(
	bucket: Pick<Bucket, 'getText'>,
	key: string,
): Promise<string[] | 'unreadable'> {
	try {
		const other = await readRecord(bucket, key);
		if (other.tag === 'there') return other.keys.inputKeys;
		return other.tag === 'missing' ? [] : 'unreadable';
	} catch (error) {
		if (error instanceof WanAvatarError && error.code === 'STOPPED') throw error;
		return 'unreadable';
	}
}

function keptInputs(why: string, key: string): Deleted {
	return { deletedKeys: [], warnings: [`The uploaded inputs were kept: ${why} (${key}).`] };
}

/** Where records of the same avatar are: beside the video, and where Generate puts videos if not told otherwise. */
function foldersOfJobs(videoKey: string, inputKeys: Iterable<string>): Set<string> {
	const folders = new Set<string>();
	for (const key of inputKeys) {
		const owner = uploadOf(key);
		folders.add(folderOf(videoKey));
		if (owner) folders.add(`${VIDEO_FOLDER}${owner.userId}/${owner.avatarId}/`);
	}
	return folders;
}
