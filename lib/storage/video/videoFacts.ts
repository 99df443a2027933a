import type { Bucket } from '../objects/bucket';
import { parseMp4Facts, type Mp4Facts } from '../../base/media/mp4Facts';

/**
 * Facts of a stored MP4, read from its header by ranged reads of less than 1 MB.
 * @returns nothing where the object is not a complete MP4 with a video
 * @throws WanAvatarError STORAGE
 */
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

/** The same of a file in memory. */
export async function contentFacts(content: Uint8Array): Promise<Mp4Facts | undefined> {
	return await parseMp4Facts({
		sizeBytes: content.length,
		read: async (offset, lengthBytes) =>
			Promise.resolve(content.subarray(offset, offset + lengthBytes)),
	});
}
