import type { Readable } from 'node:stream';
import type { BucketItem, Client } from 'minio';
import { bytesOf } from '../contract/bytes';
import type { Clock } from '../contract/clock';
import {
	explainStorageFault,
	isAccessDenied,
	isConditionUnmet,
	isMissing,
	isPassing,
	type Deed,
} from './faults';
import { headersOf } from './message';
import { putStream } from './putStream';
import type { ServerAddress, StorageSettings } from './settings';
import { createTransport } from './transport';

export interface ObjectFacts {
	sizeBytes: number;
	etag: string;
	/** By the store's own clock, to the second; milliseconds since the epoch. */
	lastModifiedMs: number;
}

/** A small text that is there; that is not; or that the key may not read. */
export type StoredText =
	| {
			tag: 'there';
			text: string;
			etag: string;
			/** By the store's own clock; nothing when the store does not tell. */
			lastModifiedMs: number | null;
	  }
	| { tag: 'missing' }
	| { tag: 'denied' };

/**
 * What came of writing a small text: `changed` when what stood there is not what the writer had judged. Stores that do
 * not know conditional writes never say so.
 */
export type Written = 'written' | 'denied' | 'changed';

/** What has to stand under a key for a write to take place: the object of this ETag, or with null none at all. */
export interface WriteCondition {
	etag: string | null;
}

/** One object of a listing. */
export interface ListedObject extends ObjectFacts {
	key: string;
}

export interface PageRequest {
	/** Only keys that begin so; default all. */
	prefix?: string;
	/** Only keys after this one, in key order; what an earlier page gave as `next`. */
	after?: string;
	/** Keys that go on after it are put together as folders; `/` as a rule. */
	delimiter?: string;
	/** At most 1000, which is the default. */
	limit?: number;
}

/** One page of a listing, in the order of the keys' UTF-8 bytes. */
export interface Page {
	objects: ListedObject[];
	/** With a delimiter only: what lies deeper, up to and with it. */
	folders: string[];
	/** Where the next page begins; nothing on the last one. */
	next?: string;
}

/** An object on its way out of the store. */
export interface StoredFile {
	content: Readable;
	/** Nothing where the store does not tell. */
	sizeBytes: number | null;
	contentType: string | null;
}

export interface LinkOptions {
	/** The moment from which the expiry counts, to the second; default now. Milliseconds since the epoch. */
	signedAtMs?: number;
	/** The name under which a browser saves the file, in place of showing it. */
	downloadName?: string;
}

/** An object that is there; that is not; or of which the key may not know. */
export type Stat = { tag: 'there'; facts: ObjectFacts } | { tag: 'missing' } | { tag: 'unknown' };

/** The worker's bucket, made narrow: only what this package does with it. All throw WanAvatarError STORAGE. */
export interface Bucket {
	name: string;
	/** The same bucket for work that ends when the signal is aborted: its requests are cut, and throw STOPPED. */
	within: (signal: AbortSignal) => Bucket;
	/** A link that opens without a key for `expirySeconds`; made here, without asking the server. */
	presignGet: (key: string, expirySeconds: number, options?: LinkOptions) => Promise<string>;
	/** Lists one page, by one request. */
	listPage: (request?: PageRequest) => Promise<Page>;
	/** A part of an object; shorter at its end. */
	getRange: (key: string, offset: number, lengthBytes: number) => Promise<Uint8Array>;
	/** A whole object as a stream, which whoever asks has to read or destroy. */
	getStream: (key: string) => Promise<StoredFile>;
	stat: (key: string) => Promise<Stat>;
	/** Streams an object in; `sizeBytes` is the exact size. */
	put: (key: string, content: Readable, sizeBytes: number, contentType: string) => Promise<void>;
	/** Writes a small text; with a condition only over what was judged. */
	putText: (
		key: string,
		text: string,
		contentType: string,
		condition?: WriteCondition,
	) => Promise<Written>;
	getText: (key: string) => Promise<StoredText>;
	/** Removes one object; one that is not there is no error. False when the access key may not remove it. */
	remove: (key: string) => Promise<boolean>;
	/**
	 * Sends one signed request, which costs nothing.
	 * @returns what is worth a note though the credential is good
	 */
	check: () => Promise<{ note?: string }>;
}

// A job record has a few hundred bytes.
const MAX_TEXT_BYTES = 1024 * 1024;

const MAX_TRIES = 2;
const REPEAT_AFTER_MS = 300;

/** A request that a store in trouble refuses is made once more: after a pause where there is a clock, else at once. */
export function createBucket(settings: StorageSettings, clock?: Pick<Clock, 'sleep'>): Bucket {
	const { bucket, publicAddress } = settings;
	let opened: Promise<Client> | undefined;
	let signer: Promise<Client> | undefined;
	const attempt = async <T>(deed: Deed, work: (client: Client) => Promise<T>): Promise<T> => {
		opened ??= connect(settings, settings);
		const client = await opened;
		for (let tries = 1; ; tries++)
			try {
				return await work(client);
			} catch (error) {
				if (tries === MAX_TRIES || !isPassing(error))
					throw explainStorageFault(error, settings, deed);
				await clock?.sleep(REPEAT_AFTER_MS);
			}
	};

	const self: Bucket = {
		name: bucket,
		within: () => self,
		presignGet: async (key, expirySeconds, { signedAtMs, downloadName } = {}) => {
			signer ??= connect(settings, publicAddress ?? settings);
			const client = await signer;
			const headers = downloadName === undefined ? {} : savedAs(downloadName);
			const signedAt = signedAtMs === undefined ? new Date() : new Date(signedAtMs);
			return await client.presignedGetObject(bucket, key, expirySeconds, headers, signedAt);
		},
		listPage: async ({ prefix = '', after = '', delimiter = '', limit = MAX_PAGE } = {}) =>
			await attempt({ verb: 'list', key: prefix }, async (client) => {
				const query = [bucket, prefix, '', delimiter, limit, after] as const;
				const { objects, isTruncated } = await client.listObjectsV2Query(...query);
				return pageOf(objects, isTruncated);
			}),
		getRange: async (key, offset, lengthBytes) =>
			await attempt({ verb: 'read', key }, async (client) => {
				if (lengthBytes === 0) return new Uint8Array();
				const part = await client.getPartialObject(bucket, key, offset, lengthBytes);
				return await bytesFrom(part, lengthBytes);
			}),
		getStream: async (key) =>
			await attempt({ verb: 'read', key }, async (client) => {
				const content = await client.getObject(bucket, key);
				const { 'content-length': length, 'content-type': contentType = null } = headersOf(content);
				return { content, contentType, sizeBytes: length === undefined ? null : Number(length) };
			}),
		stat: async (key) =>
			await attempt({ verb: 'read', key }, async (client) => {
				try {
					const { size, etag, lastModified } = await client.statObject(bucket, key);
					const lastModifiedMs = lastModified.getTime();
					return { tag: 'there', facts: { sizeBytes: size, etag, lastModifiedMs } };
				} catch (error) {
					if (isMissing(error)) return { tag: 'missing' };
					if (isAccessDenied(error)) return { tag: 'unknown' };
					throw error;
				}
			}),
		put: async (key, content, sizeBytes, contentType) => {
			const put = async <T>(work: (client: Client) => Promise<T>) =>
				await attempt({ verb: 'write', key }, work);
			const type = { 'Content-Type': contentType };
			await putStream(content, sizeBytes, {
				whole: async (bytes) =>
					await put(async (it) => await it.putObject(bucket, key, bytes, bytes.length, type)),
				begin: async () =>
					await put(async (it) => await it.initiateNewMultipartUpload(bucket, key, { ...type })),
				part: async (uploadID, partNumber, bytes, md5) => {
					const headers = { 'Content-MD5': md5 };
					const part = { bucketName: bucket, objectName: key, uploadID, partNumber, headers };
					return await put(async (it) => await it.uploadPart(part, bytes));
				},
				complete: async (id, parts) =>
					await put(async (it) => await it.completeMultipartUpload(bucket, key, id, parts)),
				abort: async (id) => {
					await put(async (it) => {
						await it.abortMultipartUpload(bucket, key, id);
					});
				},
			});
		},
		putText: async (key, text, contentType, condition) =>
			await attempt({ verb: 'write', key }, async (client) => {
				const bytes = Buffer.from(text);
				try {
					const headers = { 'Content-Type': contentType, ...conditionHeaders(condition) };
					await client.putObject(bucket, key, bytes, bytes.length, headers);
					return 'written';
				} catch (error) {
					if (isAccessDenied(error)) return 'denied';
					if (condition && isConditionUnmet(error)) return 'changed';
					throw error;
				}
			}),
		getText: async (key) =>
			await attempt({ verb: 'read', key }, async (client) => {
				try {
					const stream = await client.getObject(bucket, key);
					const lastModifiedMs = lastModifiedMsOf(stream);
					const etag = (headersOf(stream).etag ?? '').replaceAll('"', '');
					return { tag: 'there', text: await textOf(stream), etag, lastModifiedMs };
				} catch (error) {
					if (isMissing(error)) return { tag: 'missing' };
					if (isAccessDenied(error)) return { tag: 'denied' };
					throw error;
				}
			}),
		remove: async (key) =>
			await attempt({ verb: 'delete', key }, async (client) => {
				try {
					await client.removeObject(bucket, key);
					return true;
				} catch (error) {
					if (isMissing(error)) return true;
					if (isAccessDenied(error)) return false;
					throw error;
				}
			}),
		check: async () =>
			await attempt({ verb: 'list' }, async (client) => {
				try {
					await client.listObjectsV2Query(bucket, '', '', '', 1, '');
					return {};
				} catch (error) {
					if (isAccessDenied(error)) return { note: NO_LISTING };
					throw error;
				}
			}),
	};
	return self;
}

function conditionHeaders(condition: WriteCondition | undefined): Record<string, string> {
	if (!condition) return {};
	const { etag } = condition;
	return etag === null ? { 'If-None-Match': '*' } : { 'If-Match': `"${etag}"` };
}

const NO_LISTING =
	'The keys are right. They may not list the bucket, which only the lists to choose from and Get Many need.';

const MAX_PAGE = 1000;

function pageOf(items: readonly BucketItem[], isTruncated: boolean): Page {
	const objects = items.flatMap(({ name: key, size: sizeBytes, etag, lastModified }) =>
		key === undefined ? [] : [{ key, sizeBytes, etag, lastModifiedMs: lastModified.getTime() }],
	);
	const folders = items.flatMap(({ prefix }) => prefix ?? []);
	const last = lastOf(objects.at(-1)?.key, folders.at(-1));
	return isTruncated && last !== undefined
		? { objects, folders, next: last }
		: { objects, folders };
}

/** The client puts folders after all keys: which of the two comes last decides where the next page begins. */
function lastOf(key: string | undefined, folder: string | undefined): string | undefined {
	if (key === undefined || folder === undefined) return folder ?? key;
	return Buffer.compare(Buffer.from(key), Buffer.from(folder)) > 0 ? key : folder;
}

/** For browsers: the plain name for old ones, the whole name for all others. */
function savedAs(name: string): { 'response-content-disposition': string } {
	const plain = name.replace(/[^ -~]|["\\%]/g, '_');
	const whole = encodeURIComponent(name).replace(/[!'()*]/g, hexOf);
	return {
		'response-content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${whole}`,
	};
}

function hexOf(character: string): string {
	return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

async function textOf(stream: Readable): Promise<string> {
	return (await bytesFrom(stream, MAX_TEXT_BYTES)).toString('utf8');
}

async function bytesFrom(stream: Readable, maxBytes: number): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let sizeBytes = 0;
	for await (const chunk of stream) {
		const bytes = bytesOf(chunk);
		sizeBytes += bytes.length;
		if (sizeBytes > maxBytes)
			throw new Error(`The answer has more than the ${String(maxBytes)} bytes that were asked for`);
		chunks.push(bytes);
	}
	return Buffer.concat(chunks);
}

function lastModifiedMsOf(stream: Readable): number | null {
	const atMs = Date.parse(headersOf(stream)['last-modified'] ?? '');
	return Number.isNaN(atMs) ? null : atMs;
}

// A known region keeps the client from asking the server for it.
async function connect(settings: StorageSettings, address: ServerAddress): Promise<Client> {
	const minio = await import('minio');
	const { region } = settings;
	const accessKey = settings.accessKey.reveal();
	const secretKey = settings.secretKey.reveal();
	const { endPoint, port, useSSL } = address;
	const transport = createTransport({ ...settings, useSSL });
	const server = { endPoint, port, useSSL, region };
	// It would say on the console that it repeats a request.
	const retryOptions = { disableRetry: true };
	return new minio.Client({ ...server, accessKey, secretKey, retryOptions, ...transport });
}
