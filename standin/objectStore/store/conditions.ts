import { S3Error } from '../http/errors';
import type { Headers } from '../http/request';
import type { StoredObject } from './storedObject';

/**
 * Conditional reads: throws PreconditionFailed; true means that the client has this object already (304).
 * `prefix` is what the header names begin with: `x-amz-copy-source-` for the source of a copy.
 */
export function isNotModified(headers: Headers, object: StoredObject, prefix = ''): boolean {
	const match = headers[`${prefix}if-match`];
	const noneMatch = headers[`${prefix}if-none-match`];
	const modifiedSince = readDate(headers[`${prefix}if-modified-since`]);
	const unmodifiedSince = readDate(headers[`${prefix}if-unmodified-since`]);
	const modifiedMs = Math.floor(object.modifiedMs / 1000) * 1000;
	// An entity tag, where there is one, has the say over the date.
	const passes =
		match === undefined ? !(modifiedMs > unmodifiedSince) : namesEtag(match, object.etag);
	if (!passes) throw new S3Error('PreconditionFailed');
	return noneMatch === undefined ? modifiedMs <= modifiedSince : namesEtag(noneMatch, object.etag);
}

/** Conditional writes: throws PreconditionFailed, or NoSuchKey where there is nothing to match. */
export function checkWrite(headers: Headers, current: StoredObject | undefined): void {
	const match = headers['if-match'];
	const noneMatch = headers['if-none-match'];
	if (noneMatch !== undefined && noneMatch !== '*') {
		throw new S3Error('NotImplemented', 'If-None-Match of a write must be *');
	}
	if (noneMatch === '*' && current) throw new S3Error('PreconditionFailed');
	if (match === undefined) return;
	if (!current) throw new S3Error('NoSuchKey');
	if (!namesEtag(match, current.etag)) throw new S3Error('PreconditionFailed');
}

// NaN, for a date that is not there or cannot be read, compares as false with everything.
function readDate(text: string | undefined): number {
	return text === undefined ? NaN : Date.parse(text);
}

function namesEtag(list: string, etag: string): boolean {
	return list.split(',').some((entry) => {
		const tag = entry.trim();
		return tag === '*' || tag === etag || tag === `"${etag}"`;
	});
}
