import type { IDataObject } from 'n8n-workflow';
import type { ObjectFacts } from '../../../lib/storage/objects/bucket';

/** What the store tells of an object, as fields of an item; a time that it does not tell is null. */
export function objectFields({ sizeBytes, lastModifiedMs, etag }: ObjectFacts): IDataObject {
	const isTold = Number.isFinite(lastModifiedMs);
	return {
		size_bytes: sizeBytes,
		last_modified: isTold ? new Date(lastModifiedMs).toISOString() : null,
		etag,
	};
}
