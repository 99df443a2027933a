import type { Send } from '../../../lib/runpod/http/http';
import type { Bucket } from '../../../lib/storage/objects/bucket';

/** What makes the package misbehave, to see that the model notices. */
export interface Sabotage {
	send?: (send: Send) => Send;
	bucket?: (bucket: Bucket) => Bucket;
	isDeafToStop?: boolean;
}
