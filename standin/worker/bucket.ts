import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import { type BucketItem, Client, S3Error } from 'minio';
import { abortable } from './abortable';

export interface BucketSettings {
	endPoint: string;
	port: number;
	useSSL: boolean;
	accessKey: string;
	secretKey: string;
	bucket: string;
	/** Default `us-east-1`. */
	region?: string;
	/** Host and port that presigned URLs are made for, when not those above. */
	publicUrl?: string;
	/** For a server whose certificate is of a CA of its own. */
	transportAgent?: Agent;
}

const MISSING_CODES = ['NoSuchKey', 'NotFound'];

/** The object is not in the bucket. */
export class MissingObjectError extends Error {
	constructor(key: string) {
		super(`not found in MinIO: ${key}`);
		this.name = 'MissingObjectError';
	}
}

/** The worker's bucket. Waiting ends when the signal of a call aborts. */
export class Bucket {
	private readonly client: Client;
	private readonly signer: Client;
	private readonly name: string;

	constructor({ bucket, publicUrl, region = 'us-east-1', ...settings }: BucketSettings) {
		this.name = bucket;
		this.client = new Client({ ...settings, region });
		this.signer =
			publicUrl === undefined
				? this.client
				: new Client({ ...settings, region, ...toHost(new URL(publicUrl)) });
	}

	/** Throws a MissingObjectError when there is no such object. */
	async open(key: string, signal: AbortSignal): Promise<Readable> {
		const opening = this.client.getObject(this.name, key);
		opening.then(
			(body) => {
				if (signal.aborted) body.destroy();
			},
			() => undefined,
		);
		try {
			return await abortable(opening, signal);
		} catch (error) {
			throw isMissing(error) ? new MissingObjectError(key) : error;
		}
	}

	async has(key: string, signal: AbortSignal): Promise<boolean> {
		try {
			await abortable(this.client.statObject(this.name, key), signal);
			return true;
		} catch (error) {
			if (isMissing(error)) return false;
			throw error;
		}
	}

	/** The keys directly inside a folder such as `sitting-woman/`. */
	async keysIn(folder: string, signal: AbortSignal): Promise<string[]> {
		const list: AsyncIterable<BucketItem> = this.client.listObjectsV2(this.name, folder, false);
		return await abortable(collectKeys(list, folder), signal);
	}

	async put(key: string, path: string, contentType: string, signal: AbortSignal): Promise<void> {
		const { size } = await stat(path);
		const body = createReadStream(path, { signal });
		const headers = { 'Content-Type': contentType };
		await abortable(this.client.putObject(this.name, key, body, size, headers), signal);
	}

	async presign(key: string, expirySeconds: number): Promise<string> {
		return await this.signer.presignedGetObject(this.name, key, expirySeconds);
	}
}

async function collectKeys(list: AsyncIterable<BucketItem>, folder: string): Promise<string[]> {
	const keys: string[] = [];
	for await (const { name } of list) {
		if (name !== undefined && name !== folder) keys.push(name);
	}
	return keys;
}

function toHost({ hostname, port, protocol }: URL) {
	const useSSL = protocol === 'https:';
	return { endPoint: hostname, port: Number(port) || (useSSL ? 443 : 80), useSSL };
}

function isMissing(error: unknown): boolean {
	return error instanceof S3Error && MISSING_CODES.includes(error.code ?? '');
}
