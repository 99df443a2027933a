import type { IBinaryData, IExecuteFunctions } from 'n8n-workflow';
import { cutOnStop } from '../../lib/contract/stop';
import type { Bucket } from '../../lib/storage/bucket';

/** Streams an object of the bucket into a binary file of n8n, under the name that its key ends with. */
export async function storedFile(
	context: IExecuteFunctions,
	bucket: Pick<Bucket, 'getStream'>,
	key: string,
): Promise<IBinaryData> {
	const { contentTypeOf, fileNameOf } = await import('../../lib/storage/fileName');
	const { content, contentType } = await bucket.getStream(key);
	const mimeType = contentTypeOf(key) ?? contentType ?? 'application/octet-stream';
	const cut = cutOnStop(content, context.getExecutionCancelSignal());
	return await context.helpers.prepareBinaryData(cut, fileNameOf(key), mimeType);
}
