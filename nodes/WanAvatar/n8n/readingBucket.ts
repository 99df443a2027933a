import type { IExecuteFunctions } from 'n8n-workflow';
import type { Bucket } from '../../../lib/storage/objects/bucket';
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

/**
 * The bucket for work that looks first and changes something then: Stop cuts looks and copies, and lets a delete end.
 * @throws WanAvatarError INVALID_CREDENTIAL when the node has no MinIO credential
 */
export async function changingBucket(context: IExecuteFunctions): Promise<Bucket> {
	const bucket = await requireBucket(context);
	const signal = context.getExecutionCancelSignal();
	if (!signal) return bucket;
	const { putText, remove } = bucket;
	return { ...bucket.within(signal), putText, remove };
}
