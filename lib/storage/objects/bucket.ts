import type { Readable } from 'node:stream';
import { createMasker } from '../../base/data/maskSecrets';
import { secretsIn } from '../../base/data/secret';
import { bytesFrom, etagOf, lastModifiedMsOf, MAX_TEXT_BYTES, textOf } from '../client/answer';
import { bytesLimit, pageLimit } from '../client/answerLimit';
import { createClient, type Client } from '../client/client';
import { isAccessDenied, isMissing } from '../client/faults';
import { openFile } from './openFile';
import {
	request,
	STORAGE_LIMITS,
	type StorageRequest,
	type OpenRequest,
	type RequestContext,
	type RequestLimits,
	type StorageClock,
} from '../client/openRequest';
import { pageOf, pageSizeOf } from './page';
import { putObject } from './putObject';
import { statPatiently } from './secondLook';
import { savedAs } from './savedAs';
import type { StorageSettings } from '../client/minioCredential';
import { measureObject, statObject } from './statObject';
import { writeWhole } from './writeWhole';

export interface ObjectFacts {
	sizeBytes: number;
	etag: string;
	/** By the store's own clock, to the second; milliseconds since the epoch. NaN where the store does not tell. */
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
	/** At most 200, which is the default. */
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

/**
 * An object that is there; that is not; of which the key may not know, which is also said of what is not there to a key
 * that may not list; or of which the store does not tell enough.
 */
export type Stat =
	| { tag: 'there'; facts: ObjectFacts }
	| { tag: 'missing' }
	| { tag: 'denied' }
	| { tag: 'unknown' };

/** The worker's bucket, made narrow: only what this package does with it. All throw WanAvatarError STORAGE. */
export interface Bucket {
	name: string;
	/**
	 * The same bucket for work that ends when this signal is aborted: its requests are cut, those that wait for their turn
	 * are dropped, and all throw STOPPED. The signal stands in the place of the one before: a note that is to be written
	 * after Stop has one of its own, and work that also ends at Stop has both joined.
	 */
	within: (signal: AbortSignal) => Bucket;
	/** A link that opens without a key for `expirySeconds`; made here, without asking the server. */
	presignGet: (key: string, expirySeconds: number, options?: LinkOptions) => Promise<string>;
	/** Lists one page, by one request. */
	listPage: (request?: PageRequest) => Promise<Page>;
	/** A part of an object; shorter at its end. */
	getRange: (key: string, offset: number, lengthBytes: number) => Promise<Uint8Array>;
	/**
	 * A whole object as a stream, which whoever asks has to read or destroy. It ends with a WanAvatarError where less or more
	 * comes than the store holds; `sizeBytes`: of what was looked at before, which must not have changed since.
	 */
	getStream: (key: string, sizeBytes?: number | null) => Promise<StoredFile>;
	stat: (key: string) => Promise<Stat>;
	/** The same, for what must be there: it is missing when it was looked for three times, a second apart. */
	statPatiently: (key: string) => Promise<Stat>;
	/** The size of an object by a read of its first byte; null where that does not tell. Throws StoreRefusal where a link would not open. */
	measure: (key: string) => Promise<number | null>;
	/** Streams an object in; `sizeBytes` is the exact size. */
	put: (key: string, content: Readable, sizeBytes: number, contentType: string) => Promise<void>;
	/** Writes a file in memory by one request, which the condition is of as that of a text; no more than some megabytes. */
	putBytes: (
		key: string,
		bytes: Buffer,
		contentType: string,
		condition?: WriteCondition,
	) => Promise<Exclude<Written, 'denied'>>;
	/**
	 * Writes a small text; with a condition only over what was judged, where the store knows conditions. `changed` may be
	 * one's own text, where a first try took effect and its answer was lost: read again.
	 */
	putText: (
		key: string,
		text: string,
		contentType: string,
		condition?: WriteCondition,
	) => Promise<Written>;
	getText: (key: string) => Promise<StoredText>;
	/** Removes one object; one that is not there is no error. False when the access key may not remove it. */
	remove: (key: string) => Promise<boolean>;
	/** Asks for a list of one object: are the keys right, is the bucket there, and may it be listed? */
	check: () => Promise<{ mayList: boolean }>;
}

export interface BucketOptions {
	/** Cuts all requests: Stop. */
	signal?: AbortSignal | undefined;
	/** Shorter ones, for tests. */
	limits?: Partial<RequestLimits>;
}

/**
 * A request that a store in trouble refuses is made once more after a pause; so is a read that lost its connection. At
 * most 32 requests to one server are under way at once.
 */
export function createBucket(
	settings: StorageSettings,
	clock: StorageClock,
	{ signal, limits = {} }: BucketOptions = {},
): Bucket {
	return bucketOf({ settings, clock, signal, limits: { ...STORAGE_LIMITS, ...limits } });
}

/** `views`: those by their signals, which many notes at about the same time share. */
function bucketOf(context: RequestContext, views = new WeakMap<AbortSignal, Bucket>()): Bucket {
	const { bucket } = context.settings;
	const ask = async <T>(
		action: StorageRequest,
		work: (client: Client, request: OpenRequest) => Promise<T>,
	): Promise<T> => await request(action, context, work);
	let signer: Promise<Client> | undefined;
	const mask = createMasker(secretsIn(context.settings));
	// A server may say in it what it was sent.
	const shown = (etag: string) => mask(etag, MAX_ETAG_LENGTH);

	const stat: Bucket['stat'] = async (key) => await statObject(key, context, shown);

	return {
		name: bucket,
		within: (signal) => {
			const view = views.get(signal) ?? bucketOf({ ...context, signal }, views);
			views.set(signal, view);
			return view;
		},
		presignGet: async (key, expirySeconds, { signedAtMs, downloadName } = {}) => {
			const { settings } = context;
			signer ??= createClient(settings, settings.publicAddress ?? settings);
			const client = await signer;
			const headers = downloadName === undefined ? {} : savedAs(downloadName);
			const signedAt = signedAtMs === undefined ? new Date() : new Date(signedAtMs);
			return await client.presignedGetObject(bucket, key, expirySeconds, headers, signedAt);
		},
		listPage: async (page = {}) => {
			const { prefix = '', after = '', delimiter = '' } = page;
			const size = pageSizeOf(page);
			return await ask({ verb: 'list', key: prefix, limit: pageLimit(size) }, async (client) => {
				const query = [bucket, prefix, '', delimiter, size, after] as const;
				const { objects, ...rest } = pageOf(await client.listObjectsV2Query(...query), page);
				return { ...rest, objects: objects.map((one) => ({ ...one, etag: shown(one.etag) })) };
			});
		},
		getRange: async (key, offset, lengthBytes) =>
			await ask({ verb: 'read', key, limit: bytesLimit(lengthBytes) }, async (client) => {
				if (lengthBytes === 0) return new Uint8Array();
				const part = await client.getPartialObject(bucket, key, offset, lengthBytes);
				return await bytesFrom(part, lengthBytes);
			}),
		getStream: async (key, sizeBytes = null) =>
			await openFile({ key, sizeBytes, stat: async () => await stat(key) }, context),
		stat,
		statPatiently: async (key) => await statPatiently(key, stat, context),
		measure: async (key) => await measureObject(key, context),
		put: async (key, content, sizeBytes, contentType) => {
			await putObject({ key, content, sizeBytes, contentType }, context);
		},
		putBytes: async (key, bytes, contentType, condition) =>
			await ask({ verb: 'write', key, fileBytes: bytes.length }, async (client, request) => {
				return await writeWhole(client, request, { bucket, key, bytes, contentType, condition });
			}),
		putText: async (key, text, contentType, condition) =>
			await ask({ verb: 'write', key }, async (client, request) => {
				const bytes = Buffer.from(text);
				try {
					return await writeWhole(client, request, { bucket, key, bytes, contentType, condition });
				} catch (error) {
					if (isAccessDenied(error)) return 'denied';
					throw error;
				}
			}),
		getText: async (key) =>
			await ask({ verb: 'read', key, limit: bytesLimit(MAX_TEXT_BYTES) }, async (client) => {
				try {
					const stream = await client.getObject(bucket, key);
					const lastModifiedMs = lastModifiedMsOf(stream);
					const etag = etagOf(stream);
					return { tag: 'there', text: await textOf(stream), etag, lastModifiedMs };
				} catch (error) {
					if (isMissing(error)) return { tag: 'missing' };
					if (isAccessDenied(error)) return { tag: 'denied' };
					throw error;
				}
			}),
		remove: async (key) =>
			await ask({ verb: 'delete', key }, async (client) => {
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
			await ask({ verb: 'list' }, async (client) => {
				try {
					await client.listObjectsV2Query(bucket, '', '', '', 1, '');
					return { mayList: true };
				} catch (error) {
					if (isAccessDenied(error)) return { mayList: false };
					throw error;
				}
			}),
	};
}

const MAX_ETAG_LENGTH = 1024;
