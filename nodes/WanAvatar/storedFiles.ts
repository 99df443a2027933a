import type { IBinaryData, IBinaryKeyData, IExecuteFunctions } from 'n8n-workflow';
import { waitUnlessAborted } from '../../lib/contract/abort';
import { cutOnStop, stoppedWhileCopying } from '../../lib/contract/stop';
import type { Bucket } from '../../lib/storage/bucket';

/** The files of a result that are wanted and there, by binary field; one stream at a time. */
export async function storedFiles(
	context: IExecuteFunctions,
	bucket: Pick<Bucket, 'getStream'>,
	{ video, thumbnail }: Readonly<Record<'video' | 'thumbnail', string | null>>,
): Promise<IBinaryKeyData> {
	const binary: IBinaryKeyData = {};
	if (video !== null) binary.video = await storedFile(context, bucket, video);
	if (thumbnail !== null) binary.thumbnail = await storedFile(context, bucket, thumbnail);
	return binary;
}

/**
 * Streams an object of the bucket into a binary file of n8n, under the name that its key ends with.
 * @throws WanAvatarError STORAGE, STOPPED: n8n keeps nothing of a file that did not come whole
 */
async function storedFile(
	context: IExecuteFunctions,
	bucket: Pick<Bucket, 'getStream'>,
	key: string,
): Promise<IBinaryData> {
	const { contentTypeOf, fileNameOf } = await import('../../lib/storage/fileName');
	const { content, contentType } = await bucket.getStream(key);
	const mimeType = contentTypeOf(key) ?? contentType ?? 'application/octet-stream';
	const signal = context.getExecutionCancelSignal();
	const cut = cutOnStop(content, signal);
	try {
		const prepared = context.helpers.prepareBinaryData(cut, fileNameOf(key), mimeType);
		return await waitUnlessAborted(prepared, signal);
	} catch (error) {
		// n8n may say it in its own words.
		throw cut.errored ?? (signal?.aborted ? stoppedWhileCopying() : error);
	}
}
