import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { S3Error } from '../http/errors';
import { isStoredObject, type NewObject, type StoredObject } from './storedObject';

interface Bucket {
	createdMs: number;
	objects: Map<string, StoredObject>;
	/** Keys in listing order; undefined after a change of the set of keys. */
	sortedKeys: string[] | undefined;
}

/** Both ends included, in bytes. */
export interface ByteRange {
	start: number;
	end: number;
}

/**
 * Buckets and objects on disk: <folder>/<bucket>/<sha256 of the key>, with the properties in a .json beside it.
 * What an earlier run left there is found again. Throws S3Error for names it does not know.
 */
export class Store {
	readonly #buckets = new Map<string, Bucket>();
	readonly #folder: string;
	readonly #temporary: string;
	readonly #now: () => number;

	constructor(folder: string, now: () => number) {
		this.#folder = folder;
		this.#temporary = join(folder, '.temporary');
		this.#now = now;
		fs.rmSync(this.#temporary, { recursive: true, force: true });
		fs.mkdirSync(this.#temporary, { recursive: true });
		for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
			if (entry.isDirectory() && isBucketName(entry.name)) this.#load(entry.name);
		}
	}

	buckets(): { name: string; createdMs: number }[] {
		return [...this.#buckets]
			.map(([name, { createdMs }]) => ({ name, createdMs }))
			.sort((a, b) => (a.name < b.name ? -1 : 1));
	}

	hasBucket(name: string): boolean {
		return this.#buckets.has(name);
	}

	createBucket(name: string): void {
		if (!isBucketName(name)) throw new S3Error('InvalidBucketName');
		if (this.hasBucket(name)) throw new S3Error('BucketAlreadyOwnedByYou');
		fs.mkdirSync(join(this.#folder, name));
		this.#buckets.set(name, { createdMs: this.#now(), objects: new Map(), sortedKeys: [] });
	}

	removeBucket(name: string): void {
		if (this.#bucket(name).objects.size > 0) throw new S3Error('BucketNotEmpty');
		this.#buckets.delete(name);
		fs.rmSync(join(this.#folder, name), { recursive: true });
	}

	/** Throws NoSuchBucket. */
	requireBucket(name: string): void {
		this.#bucket(name);
	}

	find(bucket: string, key: string): StoredObject | undefined {
		return this.#bucket(bucket).objects.get(key);
	}

	/** Throws NoSuchKey. */
	require(bucket: string, key: string): StoredObject {
		const object = this.find(bucket, key);
		if (!object) throw new S3Error('NoSuchKey', undefined, { Key: key });
		return object;
	}

	/** In the order of their UTF-8 bytes. */
	keys(bucket: string): readonly string[] {
		const known = this.#bucket(bucket);
		return (known.sortedKeys ??= sortByBytes([...known.objects.keys()]));
	}

	/** Opened at once, so that what is read is what was found, even if it is replaced meanwhile. */
	read(bucket: string, key: string, range?: ByteRange): Readable {
		const fd = fs.openSync(this.#pathOf(bucket, key), 'r');
		return fs.createReadStream('', { fd, ...range });
	}

	/**
	 * `fill` writes the content to the path it is given and tells its properties; `check` is the last word
	 * before the object takes its place, and may throw.
	 */
	async put(
		bucket: string,
		key: string,
		fill: (path: string) => Promise<NewObject>,
		check?: (current: StoredObject | undefined) => void,
	): Promise<StoredObject> {
		const path = this.temporaryPath();
		try {
			const filled = await fill(path);
			check?.(this.find(bucket, key));
			return this.#place(bucket, path, { key, modifiedMs: this.#now(), ...filled });
		} finally {
			fs.rmSync(path, { force: true });
		}
	}

	/** A key that is not there is no error. */
	remove(bucket: string, key: string): void {
		const known = this.#bucket(bucket);
		if (!known.objects.delete(key)) return;
		known.sortedKeys = undefined;
		const path = this.#pathOf(bucket, key);
		fs.rmSync(path, { force: true });
		fs.rmSync(`${path}.json`, { force: true });
	}

	/** A path that nothing uses yet; emptied at the next start. */
	temporaryPath(): string {
		return join(this.#temporary, randomUUID());
	}

	#place(bucket: string, path: string, object: StoredObject): StoredObject {
		const known = this.#bucket(bucket);
		const target = this.#pathOf(bucket, object.key);
		fs.renameSync(path, target);
		fs.writeFileSync(`${target}.json`, JSON.stringify(object));
		if (!known.objects.has(object.key)) known.sortedKeys = undefined;
		known.objects.set(object.key, object);
		return object;
	}

	#load(name: string): void {
		const folder = join(this.#folder, name);
		const objects = new Map<string, StoredObject>();
		for (const file of fs.readdirSync(folder).filter((file) => file.endsWith('.json'))) {
			const object: unknown = JSON.parse(fs.readFileSync(join(folder, file), 'utf8'));
			if (isStoredObject(object)) objects.set(object.key, object);
		}
		const createdMs = fs.statSync(folder).birthtimeMs;
		this.#buckets.set(name, { createdMs, objects, sortedKeys: undefined });
	}

	#bucket(name: string): Bucket {
		const bucket = this.#buckets.get(name);
		if (!bucket) throw new S3Error('NoSuchBucket', undefined, { BucketName: name });
		return bucket;
	}

	#pathOf(bucket: string, key: string): string {
		return join(this.#folder, bucket, createHash('sha256').update(key).digest('hex'));
	}
}

function isBucketName(name: string): boolean {
	return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
}

function sortByBytes(keys: string[]): string[] {
	return keys
		.map((key) => Buffer.from(key))
		.sort((a, b) => Buffer.compare(a, b))
		.map((bytes) => bytes.toString());
}
