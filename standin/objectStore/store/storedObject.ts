import { S3Error } from '../http/errors';
import type { Headers } from '../http/request';

/** An object without its content. */
export interface StoredObject {
	key: string;
	sizeBytes: number;
	/** Without quotes. */
	etag: string;
	modifiedMs: number;
	/** Given back with the content: content-type, x-amz-meta-* and the like. */
	headers: Headers;
}

export type NewObject = Omit<StoredObject, 'key' | 'modifiedMs'>;

export function isStoredObject(value: unknown): value is StoredObject {
	return (
		typeof value === 'object' &&
		value !== null &&
		'key' in value &&
		typeof value.key === 'string' &&
		'sizeBytes' in value &&
		typeof value.sizeBytes === 'number' &&
		'etag' in value &&
		typeof value.etag === 'string' &&
		'modifiedMs' in value &&
		typeof value.modifiedMs === 'number' &&
		'headers' in value &&
		typeof value.headers === 'object'
	);
}

export const contentHeaders = [
	'cache-control',
	'content-disposition',
	'content-encoding',
	'content-language',
	'content-type',
	'expires',
];
const USER_METADATA = 'x-amz-meta-';
const MAX_USER_METADATA_BYTES = 2048;

/** The headers of a request that are kept with the object. */
export function keptHeaders(headers: Headers): Headers {
	const kept = Object.entries(headers).filter(([name]) => {
		return contentHeaders.includes(name) || name.startsWith(USER_METADATA);
	});
	const metadataBytes = kept
		.filter(([name]) => name.startsWith(USER_METADATA))
		.reduce((sum, [name, value]) => sum + name.length - USER_METADATA.length + value.length, 0);
	if (metadataBytes > MAX_USER_METADATA_BYTES) throw new S3Error('MetadataTooLarge');
	return { 'content-type': 'binary/octet-stream', ...Object.fromEntries(kept) };
}
