import type { IBinaryData, IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import { waitUnlessAborted } from '../../lib/contract/abort';
import { cutOnStop, stoppedWhileCopying } from '../../lib/contract/stop';
import type { Bucket } from '../../lib/storage/bucket';

/** The keys of the files that are wanted. */
export interface WantedFiles {
	video: string | null;
	/** Of the video, where it was looked at before. */
	videoBytes?: number | null;
	thumbnail: string | null;
}

/**
 * The files of a result that are wanted and there, by binary field; one stream at a time. The signal cuts the copies.
 * @throws WanAvatarError STORAGE, STOPPED
 */
export async function storedFiles(
	context: IExecuteFunctions,
	bucket: Pick<Bucket, 'getStream'>,
	{ video, videoBytes = null, thumbnail }: WantedFiles,
	signal: AbortSignal | undefined,
): Promise<IBinaryKeyData> {
	const binary: IBinaryKeyData = {};
	const copy = async (key: string, sizeBytes: number | null) =>
		await storedFile(context, bucket, { key, sizeBytes }, signal);
	if (video !== null) binary.video = await copy(video, videoBytes);
	if (thumbnail !== null) binary.thumbnail = await copy(thumbnail, null);
	return binary;
}

/**
 * Streams an object of the bucket into a binary file of n8n, under the name that its key ends with.
 * @throws WanAvatarError STORAGE, STOPPED: n8n keeps nothing of a file that did not come whole
 */
async function storedFile(
	context: IExecuteFunctions,
	bucket: Pick<Bucket, 'getStream'>,
	{ key, sizeBytes }: { key: string; sizeBytes: number | null },
	signal: AbortSignal | undefined,
): Promise<IBinaryData> {
	const { contentTypeOf, fileNameOf } = await import('../../lib/storage/fileName');
	const { content, contentType } = await bucket.getStream(key, sizeBytes);
	const mimeType = contentTypeOf(key) ?? contentType ?? 'application/octet-stream';
	const cut = cutOnStop(content, signal);
	try {
		const prepared = context.helpers.prepareBinaryData(cut, fileNameOf(key), mimeType);
		return await waitUnlessAborted(prepared, signal);
	} catch (error) {
		// n8n may say it in its own words.
		throw cut.errored ?? (signal?.aborted ? stoppedWhileCopying() : error);
	}
}
