import type { ObjectFacts } from '../../../lib/storage/objects/bucket';
import type { ItemOf } from '../n8n/outputs';

export const objectOutputs = {
	size_bytes: 'integer',
	last_modified: 'string',
	etag: 'string',
} as const;

/** What the store tells of an object, as fields of an item; a time that it does not tell is null. */
export function objectFields({
	sizeBytes,
	lastModifiedMs,
	etag,
}: ObjectFacts): ItemOf<typeof objectOutputs> {
	const isTold = Number.isFinite(lastModifiedMs);
	return {
		size_bytes: sizeBytes,
		last_modified: isTold ? new Date(lastModifiedMs).toISOString() : null,
		etag,
	};
}
