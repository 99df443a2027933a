import type { IExecuteFunctions } from 'n8n-workflow';
import type { Bucket } from '../../lib/storage/bucket';
import { requireBucket } from './connections';

/**
 * The bucket for work that only reads, whose requests Stop may cut at any moment.
 * @throws WanAvatarError INVALID_CREDENTIAL when the node has no MinIO credential
 */
export async function readingBucket(context: IExecuteFunctions): Promise<Bucket> {
	const bucket = await requireBucket(context);
	const signal = context.getExecutionCancelSignal();
	return signal ? bucket.within(signal) : bucket;
}
