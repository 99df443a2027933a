import type { Bucket, ObjectFacts } from './bucket';
import { parseMp4Facts, type Mp4Facts } from './mp4Facts';

/** What is known of a stored video; `facts` is missing where the object is not an MP4 with a video. */
export interface StoredVideo extends ObjectFacts {
	facts?: Mp4Facts;
}

/**
 * Facts of a stored MP4, read from its header by ranged reads of less than 1 MB.
 * @returns nothing when the object is not there, or may not be looked at
 * @throws WanAvatarError STORAGE
 */
export async function readMp4Facts(
	bucket: Pick<Bucket, 'stat' | 'getRange'>,
	key: string,
): Promise<StoredVideo | undefined> {
	const found = await bucket.stat(key);
	if (found.tag !== 'there') return undefined;
	const facts = await headerFacts(bucket, key, found.facts.sizeBytes);
	return facts ? { ...found.facts, facts } : found.facts;
}

/** The same for an object whose size is known already. */
export async function headerFacts(
	bucket: Pick<Bucket, 'getRange'>,
	key: string,
	sizeBytes: number,
): Promise<Mp4Facts | undefined> {
	return await parseMp4Facts({
		sizeBytes,
		read: async (offset, lengthBytes) => await bucket.getRange(key, offset, lengthBytes),
	});
}
