import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { receiveFile, receiveText, type Received } from '../http/body';
import { checkWrite } from '../store/conditions';
import { S3Error } from '../http/errors';
import {
	quote,
	readLimit,
	xmlAnswer,
	type Answer,
	type Exchange,
	type Operation,
} from './operation';
import type { S3Request } from '../http/request';
import { keptHeaders, type NewObject } from '../store/storedObject';
import type { Part, Upload } from '../store/uploads';
import { encodePath } from '../http/uri';
import { childText, parseXml, type XmlElement, type XmlNode } from '../http/xml';

const MIN_PART_BYTES = 5 * 1024 ** 2;
const MAX_PARTS = 10_000;

export const multipartOperations: readonly Operation[] = [
	{ method: 'POST', needs: ['uploads'], allowsHeaders: /^x-amz-meta-/, run: initiate },
	{ method: 'PUT', needs: ['uploadId', 'partNumber'], run: uploadPart },
	{
		method: 'GET',
		needs: ['uploadId'],
		allows: ['max-parts', 'part-number-marker'],
		run: listParts,
	},
	{ method: 'POST', needs: ['uploadId'], run: complete },
	{ method: 'DELETE', needs: ['uploadId'], run: abort },
];

function initiate({ request, store, uploads, now }: Exchange): Answer {
	const { bucket, key } = request;
	store.requireBucket(bucket);
	const headers = keptHeaders(request.headers);
	const { id } = uploads.initiate({ bucket, key, headers, initiatedMs: now() });
	return xmlAnswer(['InitiateMultipartUploadResult', describeUpload(request, id)]);
}

async function uploadPart(exchange: Exchange): Promise<Answer> {
	const { request, payloadHash } = exchange;
	const { md5Hex } = await storePart(exchange, (path) => receiveFile(request, payloadHash, path));
	return { status: 200, headers: { etag: quote(md5Hex) } };
}

/** Keeps what `write` writes as this part of the upload, in the place of an earlier one. */
export async function storePart(
	exchange: Exchange,
	write: (path: string) => Promise<Received>,
): Promise<Part> {
	const { request, store, now } = exchange;
	const number = Number(request.parameters.get('partNumber'));
	if (!(Number.isInteger(number) && number >= 1 && number <= MAX_PARTS)) {
		throw new S3Error('InvalidArgument', `Part number must be 1 to ${String(MAX_PARTS)}`);
	}
	requireUpload(exchange);
	const path = store.temporaryPath();
	try {
		const received = await write(path);
		// Asked again: the upload may have been completed or aborted meanwhile.
		const { parts } = requireUpload(exchange);
		const replaced = parts.get(number);
		if (replaced) rmSync(replaced.path, { force: true });
		const part = { number, path, ...received, modifiedMs: now() };
		parts.set(number, part);
		return part;
	} catch (error) {
		rmSync(path, { force: true });
		throw error;
	}
}

function listParts(exchange: Exchange): Answer {
	const { request } = exchange;
	const upload = requireUpload(exchange);
	const max = readLimit(request, 'max-parts');
	const marker = Number(request.parameters.get('part-number-marker') ?? 0);
	const later = [...upload.parts.values()]
		.filter(({ number }) => number > marker)
		.sort((a, b) => a.number - b.number);
	const page = later.slice(0, max);
	return xmlAnswer([
		'ListPartsResult',
		[
			...describeUpload(request, upload.id),
			['PartNumberMarker', marker],
			['NextPartNumberMarker', page.at(-1)?.number ?? marker],
			['MaxParts', max],
			['IsTruncated', max > 0 && later.length > max],
			...page.map(describePart),
		],
	]);
}

function describePart({ number, md5Hex, sizeBytes, modifiedMs }: Part): XmlElement {
	return [
		'Part',
		[
			['PartNumber', number],
			['LastModified', new Date(modifiedMs).toISOString()],
			['ETag', quote(md5Hex)],
			['Size', sizeBytes],
		],
	];
}

async function complete(exchange: Exchange): Promise<Answer> {
	const { request, payloadHash, store, uploads } = exchange;
	requireUpload(exchange);
	const listed = parseXml(await receiveText(request, payloadHash));
	const upload = requireUpload(exchange);
	const parts = chooseParts(upload, listed);
	const { bucket, key, headers } = request;
	checkWrite(headers, store.find(bucket, key));
	// From here on nobody else can complete or abort it.
	uploads.close(upload);
	const object = await store.put(
		bucket,
		key,
		(path) => joinParts(upload, parts, path),
		(current) => {
			checkWrite(headers, current);
		},
	);
	uploads.removeFiles(upload);
	return xmlAnswer([
		'CompleteMultipartUploadResult',
		[
			['Location', encodePath(`/${bucket}/${key}`)],
			['Bucket', bucket],
			['Key', key],
			['ETag', quote(object.etag)],
		],
	]);
}

/** The parts that the client lists, in its order, which must be ascending. */
function chooseParts(upload: Upload, root: XmlNode): Part[] {
	const listed = root.children.filter(({ name }) => name === 'Part');
	if (root.name !== 'CompleteMultipartUpload' || listed.length === 0) {
		throw new S3Error('MalformedXML');
	}
	const parts = listed.map((node) => findPart(upload, node));
	for (const [index, part] of parts.slice(1).entries()) {
		const before = parts[index];
		if (!before || part.number <= before.number) throw new S3Error('InvalidPartOrder');
		if (before.sizeBytes < MIN_PART_BYTES) throw new S3Error('EntityTooSmall');
	}
	return parts;
}

function findPart(upload: Upload, node: XmlNode): Part {
	const number = childText(node, 'PartNumber') ?? '';
	const etag = childText(node, 'ETag')?.replaceAll('"', '');
	const part = upload.parts.get(Number(number));
	if (!part || part.md5Hex !== etag)
		throw new S3Error('InvalidPart', undefined, { PartNumber: number });
	return part;
}

async function joinParts(upload: Upload, parts: Part[], path: string): Promise<NewObject> {
	const digests = createHash('md5');
	for (const part of parts) {
		await pipeline(createReadStream(part.path), createWriteStream(path, { flags: 'a' }));
		digests.update(part.md5Hex, 'hex');
	}
	const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
	const etag = `${digests.digest('hex')}-${String(parts.length)}`;
	return { sizeBytes, etag, headers: upload.headers };
}

function abort(exchange: Exchange): Answer {
	const upload = requireUpload(exchange);
	exchange.uploads.close(upload);
	exchange.uploads.removeFiles(upload);
	return { status: 204 };
}

function requireUpload({ request, uploads }: Exchange): Upload {
	const { bucket, key, parameters } = request;
	return uploads.require(bucket, key, parameters.get('uploadId') ?? '');
}

function describeUpload({ bucket, key }: S3Request, id: string): XmlElement[] {
	return [
		['Bucket', bucket],
		['Key', key],
		['UploadId', id],
	];
}
