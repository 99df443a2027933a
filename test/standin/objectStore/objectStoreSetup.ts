import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach } from '@jest/globals';
import { Client, type BucketStream, type ClientOptions } from 'minio';
import {
	startObjectStore,
	type ObjectStore,
	type ObjectStoreOptions,
} from '../../../standin/objectStore/objectStore';
import { calculateSignature } from '../../../standin/objectStore/access/signature';

export const BUCKET = 'avatars';

const cleanUps: (() => void | Promise<void>)[] = [];
afterEach(async () => {
	for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Removed after the test. */
export function makeFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), 'object-store-'));
	cleanUps.push(() => {
		rmSync(folder, { recursive: true });
	});
	return folder;
}

/** Closed after the test. */
export async function startStore(options: Partial<ObjectStoreOptions> = {}): Promise<ObjectStore> {
	const store = await startObjectStore({
		folder: options.folder ?? makeFolder(),
		buckets: [BUCKET],
		accessKey: 'access',
		secretKey: 'a-secret',
		...options,
	});
	cleanUps.push(() => store.close());
	return store;
}

export function connect(store: ObjectStore, options: Partial<ClientOptions> = {}): Client {
	const { endPoint, port, useSSL, accessKey, secretKey } = store;
	return new Client({
		endPoint,
		port,
		useSSL,
		accessKey,
		secretKey,
		region: 'us-east-1',
		...options,
	});
}

export async function startWithClient(
	options: Partial<ObjectStoreOptions> = {},
): Promise<{ store: ObjectStore; client: Client }> {
	const store = await startStore(options);
	return { store, client: connect(store) };
}

export async function readText(stream: Promise<Readable>): Promise<string> {
	return (await buffer(await stream)).toString();
}

export async function collect<Item>(stream: BucketStream<Item>): Promise<Item[]> {
	const items: Item[] = [];
	stream.on('data', (item) => items.push(item));
	await once(stream, 'end');
	return items;
}

/** Bytes that differ from one place to the next, so that a swapped part is noticed. */
export function makeBytes(sizeBytes: number): Buffer {
	const bytes = Buffer.alloc(sizeBytes);
	for (let at = 0; at + 4 <= sizeBytes; at += 4)
		bytes.writeUInt32LE((at * 2_654_435_761) % 2 ** 32, at);
	return bytes;
}

export function sha256Of(content: string | Uint8Array): string {
	return createHash('sha256').update(content).digest('hex');
}

export function md5Of(content: string | Uint8Array): string {
	return createHash('md5').update(content).digest('hex');
}

export interface RawRequest {
	method: string;
	/** Percent-encoded, with the query. */
	path: string;
	headers?: Record<string, string>;
	body?: string;
	/** The content that is signed, where it is not the body. */
	signedBody?: string;
	/** Where it is not the store's own secret. */
	secretKey?: string;
}

/** A request signed in its header, for what the client will not send. */
export async function signedFetch(store: ObjectStore, request: RawRequest): Promise<Response> {
	const { method, path, body } = request;
	const url = new URL(path, store.url);
	const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
	const payloadHash = sha256Of(request.signedBody ?? body ?? '');
	const headers: Record<string, string> = {
		...request.headers,
		'x-amz-date': timestamp,
		'x-amz-content-sha256': payloadHash,
	};
	const signed: Record<string, string> = { ...headers, host: url.host };
	const signedHeaders = Object.keys(signed).sort();
	const signature = calculateSignature(
		{ method, path: url.pathname, query: [...url.searchParams], headers: signed },
		{ timestamp, region: 'us-east-1', signedHeaders, payloadHash },
		request.secretKey ?? store.secretKey,
	);
	const credential = `${store.accessKey}/${timestamp.slice(0, 8)}/us-east-1/s3/aws4_request`;
	headers.authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
	return await fetch(url, { method, headers, ...(body !== undefined && { body }) });
}

/** The code of an XML error answer. */
export async function errorCode(response: Response): Promise<string | undefined> {
	return /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1];
}
