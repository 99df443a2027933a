import { validateHeaderValue } from 'node:http';
import { receiveFile } from '../http/body';
import { checkWrite, isNotModified } from '../store/conditions';
import { copyObject } from './copyRoute';
import { S3Error } from '../http/errors';
import { multipartOperations } from './multipart';
import { copyPart } from './partCopyRoute';
import { quote, xmlAnswer, type Answer, type Exchange, type Operation } from './operation';
import { readRange } from '../store/range';
import type { Headers, S3Request } from '../http/request';
import type { ByteRange } from '../store/store';
import { contentHeaders, keptHeaders, type StoredObject } from '../store/storedObject';

const overrides = contentHeaders.map((name) => `response-${name}`);

/** Operations on an object: `/bucket/key`. */
export const objectOperations: readonly Operation[] = [
	...multipartOperations,
	copyPart,
	copyObject,
	{ method: 'GET', needs: ['tagging'], run: getTagging },
	{ method: 'GET', allows: overrides, run: readObject },
	{ method: 'HEAD', allows: overrides, run: readObject },
	{ method: 'PUT', allowsHeaders: /^x-amz-meta-/, run: putObject },
	{ method: 'DELETE', run: deleteObject },
];

function readObject({ request, store }: Exchange): Answer {
	const object = store.require(request.bucket, request.key);
	const described = describe(object);
	if (isNotModified(request.headers, object)) return { status: 304, headers: described };
	const range = readRange(wantedRange(request, described), object.sizeBytes);
	const headers = {
		...object.headers,
		...described,
		...readOverrides(request),
		'content-length': String(range ? range.end - range.start + 1 : object.sizeBytes),
		...(range && { 'content-range': contentRange(range, object.sizeBytes) }),
	};
	const status = range ? 206 : 200;
	if (request.method === 'HEAD') return { status, headers };
	return { status, headers, body: store.read(request.bucket, request.key, range) };
}

function describe({ etag, modifiedMs }: StoredObject): Headers & { etag: string } {
	return {
		etag: quote(etag),
		'last-modified': new Date(modifiedMs).toUTCString(),
		'accept-ranges': 'bytes',
	};
}

/** A range asked for under If-Range counts only for the object that the client has seen. */
function wantedRange({ headers }: S3Request, described: Headers): string | undefined {
	const seen = headers['if-range'];
	const same = seen === undefined || [described.etag, described['last-modified']].includes(seen);
	return same ? headers.range : undefined;
}

function contentRange({ start, end }: ByteRange, sizeBytes: number): string {
	return `bytes ${String(start)}-${String(end)}/${String(sizeBytes)}`;
}

function readOverrides({ query }: S3Request): Headers {
	const overriding = query.filter(([name]) => overrides.includes(name));
	return Object.fromEntries(
		overriding.map(([name, value]) => [name.slice('response-'.length), checkValue(value)]),
	);
}

function checkValue(value: string): string {
	try {
		validateHeaderValue('response', value);
		return value;
	} catch {
		throw new S3Error('InvalidArgument', 'Header value cannot be represented using ISO-8859-1');
	}
}

async function putObject({ request, payloadHash, store }: Exchange): Promise<Answer> {
	const { bucket, key, headers } = request;
	checkWrite(headers, store.find(bucket, key));
	const kept = keptHeaders(headers);
	const object = await store.put(
		bucket,
		key,
		async (path) => {
			const { sizeBytes, md5Hex } = await receiveFile(request, payloadHash, path);
			return { sizeBytes, etag: md5Hex, headers: kept };
		},
		(current) => {
			checkWrite(headers, current);
		},
	);
	return { status: 200, headers: { etag: quote(object.etag) } };
}

function deleteObject({ request, store }: Exchange): Answer {
	if (request.headers['if-match'] !== undefined) {
		throw new S3Error('NotImplemented', 'Conditional deletes are not implemented');
	}
	store.remove(request.bucket, request.key);
	return { status: 204 };
}

// None has any: a request that would set some is refused. The AWS clients ask before they copy in parts.
function getTagging({ request, store }: Exchange): Answer {
	store.require(request.bucket, request.key);
	return xmlAnswer(['Tagging', [['TagSet', []]]]);
}
