import { randomUUID } from 'node:crypto';
import { S3Error } from '../http/errors';
import { pageEntries, type Page } from '../store/listing';
import {
	quote,
	readLimit,
	xmlAnswer,
	type Answer,
	type Exchange,
	type Operation,
} from './operation';
import type { S3Request } from '../http/request';
import type { StoredObject } from '../store/storedObject';
import type { Upload } from '../store/uploads';
import { encodeListed } from '../http/uri';
import type { XmlElement } from '../http/xml';

const allows = ['prefix', 'delimiter', 'encoding-type'];

export const listObjectsV2: Operation = {
	method: 'GET',
	needs: ['list-type'],
	allows: [...allows, 'max-keys', 'start-after', 'continuation-token', 'fetch-owner'],
	run: answerListV2,
};

export const listObjects: Operation = {
	method: 'GET',
	allows: [...allows, 'max-keys', 'marker'],
	run: answerListV1,
};

export const listUploads: Operation = {
	method: 'GET',
	needs: ['uploads'],
	allows: [...allows, 'max-uploads', 'key-marker', 'upload-id-marker'],
	run: answerListUploads,
};

function answerListV2(exchange: Exchange): Answer {
	const { parameters } = exchange.request;
	if (parameters.get('list-type') !== '2') throw new S3Error('InvalidArgument', 'list-type is 2');
	const encode = readEncoding(exchange.request);
	const token = parameters.get('continuation-token');
	const startAfter = parameters.get('start-after') ?? '';
	const isFirst = token === undefined || exchange.endlessListing !== undefined;
	const page = pageObjects(exchange, isFirst ? startAfter : decodeToken(token));
	return xmlAnswer([
		'ListBucketResult',
		[
			...describeList(exchange.request),
			['MaxKeys', readLimit(exchange.request, 'max-keys')],
			['KeyCount', page.entries.length + page.commonPrefixes.length],
			['StartAfter', encode(startAfter)],
			...optional('ContinuationToken', token),
			['IsTruncated', page.truncated],
			...optional('NextContinuationToken', page.truncated && nextToken(exchange, page.last)),
			...page.entries.map((object) => describeObject(object, encode)),
			...describePrefixes(page, encode),
		],
	]);
}

function answerListV1(exchange: Exchange): Answer {
	const encode = readEncoding(exchange.request);
	const marker = exchange.request.parameters.get('marker') ?? '';
	const page = pageObjects(exchange, exchange.endlessListing ? '' : marker);
	return xmlAnswer([
		'ListBucketResult',
		[
			...describeList(exchange.request),
			['MaxKeys', readLimit(exchange.request, 'max-keys')],
			['Marker', encode(marker)],
			['IsTruncated', page.truncated],
			...optional('NextMarker', page.truncated && encode(page.last)),
			...page.entries.map((object) => describeObject(object, encode)),
			...describePrefixes(page, encode),
		],
	]);
}

function answerListUploads({ request, store, uploads }: Exchange): Answer {
	store.requireBucket(request.bucket);
	const encode = readEncoding(request);
	const max = readLimit(request, 'max-uploads');
	const candidates = uploads.list(request.bucket).filter(isAfterMarkers(request));
	const page = pageEntries(candidates, { ...readFilter(request), after: '', max });
	const lastId = page.entries.findLast(({ key }) => key === page.last)?.id ?? '';
	return xmlAnswer([
		'ListMultipartUploadsResult',
		[
			['Bucket', request.bucket],
			...describeList(request).slice(1),
			['KeyMarker', encode(request.parameters.get('key-marker') ?? '')],
			['UploadIdMarker', request.parameters.get('upload-id-marker') ?? ''],
			['MaxUploads', max],
			['IsTruncated', page.truncated],
			...optional('NextKeyMarker', page.truncated && encode(page.last)),
			...optional('NextUploadIdMarker', page.truncated && lastId),
			...page.entries.map((upload) => describeUpload(upload, encode)),
			...describePrefixes(page, encode),
		],
	]);
}

/** What the markers of an upload listing leave: later keys, and later uploads of the marked key. */
function isAfterMarkers({ parameters }: S3Request): (upload: Upload) => boolean {
	const keyMarker = parameters.get('key-marker') ?? '';
	const idMarker = parameters.get('upload-id-marker') ?? '';
	const delimiter = parameters.get('delimiter') ?? '';
	const skipsPrefix = delimiter !== '' && keyMarker.endsWith(delimiter);
	return ({ key, id }) => {
		if (keyMarker === '') return true;
		if (skipsPrefix && key.startsWith(keyMarker)) return false;
		if (key === keyMarker) return idMarker !== '' && id > idMarker;
		return Buffer.compare(Buffer.from(key), Buffer.from(keyMarker)) > 0;
	};
}

function pageObjects(exchange: Exchange, after: string): Page<StoredObject> {
	const { request, store, endlessListing } = exchange;
	const { bucket } = request;
	const max = readLimit(request, 'max-keys');
	const keys = store.keys(bucket).map((key) => ({ key }));
	const page = pageEntries(keys, { ...readFilter(request), after, max });
	return {
		...page,
		entries: page.entries.map(({ key }) => store.require(bucket, key)),
		...(endlessListing && { truncated: true, last: page.last || 'more' }),
	};
}

function nextToken({ endlessListing }: Exchange, last: string): string {
	return encodeToken(endlessListing?.newTokens === true ? `${last} ${randomUUID()}` : last);
}

function readFilter({ parameters }: S3Request): { prefix: string; delimiter: string } {
	return {
		prefix: parameters.get('prefix') ?? '',
		delimiter: parameters.get('delimiter') ?? '',
	};
}

type Encode = (text: string) => string;

function readEncoding({ parameters }: S3Request): Encode {
	const encoding = parameters.get('encoding-type');
	if (encoding === 'url') return encodeListed;
	if (encoding === undefined) return (text) => text;
	throw new S3Error('InvalidArgument', 'Invalid encoding-type');
}

function describeList(request: S3Request): XmlElement[] {
	const encode = readEncoding(request);
	const { prefix, delimiter } = readFilter(request);
	return [
		['Name', request.bucket],
		['Prefix', encode(prefix)],
		...optional('Delimiter', encode(delimiter)),
		...optional('EncodingType', request.parameters.get('encoding-type')),
	];
}

function describeObject(
	{ key, modifiedMs, etag, sizeBytes }: StoredObject,
	encode: Encode,
): XmlElement {
	return [
		'Contents',
		[
			['Key', encode(key)],
			['LastModified', new Date(modifiedMs).toISOString()],
			['ETag', quote(etag)],
			['Size', sizeBytes],
			['StorageClass', 'STANDARD'],
		],
	];
}

function describeUpload({ key, id, initiatedMs }: Upload, encode: Encode): XmlElement {
	return [
		'Upload',
		[
			['Key', encode(key)],
			['UploadId', id],
			['Initiator', [['ID', 'owner']]],
			['Owner', [['ID', 'owner']]],
			['StorageClass', 'STANDARD'],
			['Initiated', new Date(initiatedMs).toISOString()],
		],
	];
}

function describePrefixes({ commonPrefixes }: Page<unknown>, encode: Encode): XmlElement[] {
	return commonPrefixes.map((prefix) => ['CommonPrefixes', [['Prefix', encode(prefix)]]]);
}

function optional(name: string, text: string | false | undefined): XmlElement[] {
	return text ? [[name, text]] : [];
}

function encodeToken(last: string): string {
	return Buffer.from(last).toString('base64url');
}

function decodeToken(token: string): string {
	const after = Buffer.from(token, 'base64url').toString();
	if (after === '' || encodeToken(after) !== token) {
		throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect');
	}
	return after;
}
