import * as z from 'zod/v4';
import { INPUT_FOLDERS } from '../contract/layout';
import { fromJson } from '../contract/json';
import type { Bucket } from './bucket';
import { isPictureKey } from './fileName';

/** The objects that a job record names, as far as a record is to be believed. */
export interface RecordedKeys {
	/** What was uploaded for the job; nothing in records of earlier versions. */
	inputKeys: string[];
	thumbnailKey?: string;
}

const record = z.object({
	input_keys: z.array(z.string()).catch([]),
	output: z.looseObject({ thumbnail_key: z.string().optional() }).catch({}),
});

/** Reads a job record; whoever may write into the bucket may have written it, so it cannot name any key at all. */
export async function readRecordedKeys(
	bucket: Pick<Bucket, 'getText'>,
	recordKey: string,
): Promise<RecordedKeys> {
	const stored = await bucket.getText(recordKey);
	const { data } = record.safeParse(fromJson(stored.tag === 'there' ? stored.text : ''));
	const thumbnailKey = data?.output.thumbnail_key;
	return {
		inputKeys: (data?.input_keys ?? []).filter((key) => uploadOf(key) !== undefined),
		...(thumbnailKey !== undefined && isThumbnailKey(thumbnailKey) ? { thumbnailKey } : {}),
	};
}

function isThumbnailKey(key: string): boolean {
	return isPictureKey(key) && !isInputKey(key);
}

export function isInputKey(key: string): boolean {
	return Object.values(INPUT_FOLDERS).some((folder) => key.startsWith(folder));
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
