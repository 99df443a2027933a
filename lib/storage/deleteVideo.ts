import { InvalidInput } from '../contract/invalidInput';
import { isRecordKey, recordKey, VIDEO_FOLDER } from '../contract/layout';
import type { Bucket } from './bucket';
import { folderOf } from './fileName';
import { allPages } from './listing';
import { isInputKey, readRecordedKeys, uploadOf } from './recordedKeys';
import { mayNotDelete } from './templates';
import { namedThumbnail, noVideo } from './videos';

/** What is to be deleted; `thumbnailKey` is what the form gives. */
export interface Deletion {
	key: string;
	thumbnailKey: unknown;
	withInputs: boolean;
}

/**
 * Deletes one video with its thumbnail and its job record, and, if asked for, the inputs that were uploaded for its job.
 * The record goes last, so that a delete that was cut short can be done again.
 * @returns the keys that are gone
 * @throws WanAvatarError INVALID_INPUT, NOT_FOUND, STORAGE
 */
export async function deleteVideo(
	bucket: Bucket,
	{ key, thumbnailKey, withInputs }: Deletion,
): Promise<string[]> {
	assertNoInput(key);
	const keyOfRecord = recordKey(key);
	const isVideoMissing = (await bucket.stat(key)).tag === 'missing';
	const isRecordMissing = (await bucket.stat(keyOfRecord)).tag === 'missing';
	if (isVideoMissing && isRecordMissing) throw noVideo(bucket.name, key);
	// A picture beside it may be of another video: only one that is named goes too.
	const thumbnail = await namedThumbnail(bucket, key, thumbnailKey);
	const keys = [
		...(withInputs ? await inputsOfItsOwn(bucket, key) : []),
		...(thumbnail === undefined ? [] : [thumbnail]),
		...(isVideoMissing ? [] : [key]),
		...(isRecordMissing ? [] : [keyOfRecord]),
	];
	for (const one of keys) if (!(await bucket.remove(one))) throw mayNotDelete(bucket.name, one);
	return keys;
}

/** @throws InvalidInput */
export function assertNoInput(key: string): void {
	if (isInputKey(key))
		throw new InvalidInput([{ field: 'Video Key', message: 'is an uploaded input, not a result' }]);
}

/** What the job record names, but for what the record of another job names too: that job may be about to read it. */
async function inputsOfItsOwn(
	bucket: Pick<Bucket, 'getText' | 'listPage'>,
	videoKey: string,
): Promise<string[]> {
	const keyOfRecord = recordKey(videoKey);
	const left = new Set((await readRecordedKeys(bucket, keyOfRecord)).inputKeys);
	for (const prefix of foldersOfJobs(videoKey, left)) {
		const records = { prefix, hiddenFolders: [], isWanted: isRecordKey };
		for await (const { objects } of allPages(bucket, records))
			for (const { key } of objects) {
				if (left.size === 0) return [];
				if (key === keyOfRecord) continue;
				const { inputKeys } = await readRecordedKeys(bucket, key);
				for (const named of inputKeys) left.delete(named);
			}
	}
	return [...left];
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
