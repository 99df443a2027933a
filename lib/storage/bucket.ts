import type { Readable } from 'node:stream';
import type { Client } from 'minio';
import * as z from 'zod/v4';
import { bytesOf } from '../contract/bytes';
import { codeOf } from '../contract/foreignError';
import { explainStorageFault, isAccessDenied, isMissing } from './faults';
import type { ServerAddress, StorageSettings } from './settings';

/** S3's limit on the life of a presigned URL. */
export const MAX_LINK_EXPIRY_SECONDS = 7 * 24 * 3600;

export interface ObjectFacts {
	sizeBytes: number;
	etag: string;
	/** By the store's own clock, to the second; milliseconds since the epoch. */
	lastModifiedMs: number;
}

export interface StoredText {
	text: string;
	/** By the store's own clock; nothing when the store does not tell. */
	lastModifiedMs: number | null;
}

/** An object that is there; that is not; or of which the key may not know. */
export type Stat = { tag: 'there'; facts: ObjectFacts } | { tag: 'missing' } | { tag: 'unknown' };

/** The worker's bucket, made narrow: only what this package does with it. All throw WanAvatarError STORAGE. */
export interface Bucket {
	name: string;
	/** A link that opens without a key for `expirySeconds`; made here, without asking the server. */
	presignGet: (key: string, expirySeconds: number) => Promise<string>;
	stat: (key: string) => Promise<Stat>;
	/** Streams an object in; `sizeBytes` is the exact size. */
	put: (key: string, content: Readable, sizeBytes: number, contentType: string) => Promise<void>;
	/** Writes a small text. False when the access key may not write there. */
	putText: (key: string, text: string, contentType: string) => Promise<boolean>;
	/** Reads a small text; nothing when there is none, or when the access key may not read it. */
	getText: (key: string) => Promise<StoredText | undefined>;
	/** Removes one object; one that is not there, or may not be removed, is no error. */
	remove: (key: string) => Promise<void>;
	/**
	 * Sends one signed request, which costs nothing.
	 * @returns what is worth a note though the credential is good
	 */
	check: () => Promise<{ note?: string }>;
}

// The client holds a few parts in memory: this is the smallest that S3 allows, and 10,000 of them are 50 GB.
const PART_BYTES = 5 * 1024 * 1024;

// A job record has a few hundred bytes.
const MAX_TEXT_BYTES = 1024 * 1024;

export function createBucket(settings: StorageSettings): Bucket {
	const { bucket, publicAddress } = settings;
	let opened: Promise<Client> | undefined;
	const attempt = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
		opened ??= connect(settings, settings);
		const client = await opened;
		try {
			return await work(client);
		} catch (error) {
			throw explainStorageFault(error, settings);
		}
	};

	return {
		name: bucket,
		presignGet: async (key, expirySeconds) => {
			const client = await connect(settings, publicAddress ?? settings);
			return await client.presignedGetObject(bucket, key, expirySeconds);
		},
		stat: async (key) =>
			await attempt(async (client) => {
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
			await attempt(async (client) => {
				await client.putObject(bucket, key, content, sizeBytes, { 'Content-Type': contentType });
			});
		},
		putText: async (key, text, contentType) =>
			await attempt(async (client) => {
				const bytes = Buffer.from(text);
				try {
					const type = { 'Content-Type': contentType };
					await client.putObject(bucket, key, bytes, bytes.length, type);
					return true;
				} catch (error) {
					if (isAccessDenied(error)) return false;
					throw error;
				}
			}),
		getText: async (key) =>
			await attempt(async (client) => {
				try {
					const stream = await client.getObject(bucket, key);
					return { text: await textOf(stream), lastModifiedMs: lastModifiedMsOf(stream) };
				} catch (error) {
					if (isMissing(error) || isAccessDenied(error)) return undefined;
					throw error;
				}
			}),
		remove: async (key) => {
			await attempt(async (client) => {
				try {
					await client.removeObject(bucket, key);
				} catch (error) {
					if (!isMissing(error) && !isAccessDenied(error)) throw error;
				}
			});
		},
		check: async () => {
			const client = await connect(settings, settings);
			try {
				await client.listObjectsV2Query(bucket, '', '', '', 1, '');
				return {};
			} catch (error) {
				if (codeOf(error) === 'AccessDenied') return { note: NO_LISTING };
				throw explainStorageFault(error, settings);
			}
		},
	};
}

const NO_LISTING = 'The keys are right. They may not list the bucket, which is not needed.';

async function textOf(stream: Readable): Promise<string> {
	const chunks: Buffer[] = [];
	let sizeBytes = 0;
	for await (const chunk of stream) {
		const bytes = bytesOf(chunk);
		sizeBytes += bytes.length;
		if (sizeBytes > MAX_TEXT_BYTES) throw new Error('The object is larger than 1 MB');
		chunks.push(bytes);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/** The client answers with Node's own message, whose headers its types do not show. */
function lastModifiedMsOf(stream: Readable): number | null {
	const { data } = message.safeParse(stream);
	const atMs = Date.parse(data?.headers['last-modified'] ?? '');
	return Number.isNaN(atMs) ? null : atMs;
}

const message = z.looseObject({
	headers: z.looseObject({ 'last-modified': z.string().optional() }),
});

// A known region keeps the client from asking the server for it.
async function connect(
	{ region, accessKey, secretKey }: StorageSettings,
	{ endPoint, port, useSSL }: ServerAddress,
): Promise<Client> {
	const minio = await import('minio');
	const partSize = PART_BYTES;
	return new minio.Client({ endPoint, port, useSSL, region, accessKey, secretKey, partSize });
}
