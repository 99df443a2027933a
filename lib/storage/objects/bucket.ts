import type { Readable } from 'node:stream';

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
