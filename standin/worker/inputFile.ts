import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Bucket, MissingObjectError } from './bucket';
import { download } from './download';
import type { InputSource } from './jobInput';
import { findTemplateKey } from './template';

/** An input on disk, named by what it holds. */
export interface InputFile {
	path: string;
	/** Hexadecimal. */
	sha256: string;
}

export interface FetchContext {
	bucket: Bucket;
	folder: string;
	signal: AbortSignal;
}

type Bytes = AsyncIterable<Uint8Array>;

/** `label` is what error messages call the file. Throws an Error that says what could not be had. */
export async function fetchInput(
	label: string,
	source: InputSource,
	context: FetchContext,
): Promise<InputFile> {
	const part = join(context.folder, `${randomUUID()}.part`);
	const hash = createHash('sha256');
	let sizeBytes = 0;
	try {
		const bytes = await openSource(label, source, context);
		const measured = async function* (chunks: Bytes) {
			for await (const chunk of chunks) {
				hash.update(chunk);
				sizeBytes += chunk.length;
				yield chunk;
			}
		};
		await pipeline(bytes, measured, createWriteStream(part), { signal: context.signal });
		if (sizeBytes === 0) throw new Error(`${label} is empty`);
		const sha256 = hash.digest('hex');
		const path = join(context.folder, sha256);
		await rename(part, path);
		return { path, sha256 };
	} finally {
		await rm(part, { force: true });
	}
}

async function openSource(
	label: string,
	source: InputSource,
	{ bucket, signal }: FetchContext,
): Promise<Bytes> {
	switch (source.from) {
		case 'key':
			return await openObject(label, source.key, bucket, signal);
		case 'url':
			return await openUrl(label, source.url, signal);
		case 'base64':
			return Readable.from([decodeBase64(label, source.text)]);
		case 'template': {
			const key = await findTemplateKey(source.templateId, bucket, signal);
			return await openObject(label, key, bucket, signal);
		}
	}
}

async function openObject(
	label: string,
	key: string,
	bucket: Bucket,
	signal: AbortSignal,
): Promise<Bytes> {
	try {
		return await bucket.open(key, signal);
	} catch (error) {
		if (error instanceof MissingObjectError) throw new Error(`${label} ${error.message}`);
		throw error;
	}
}

async function openUrl(label: string, url: URL, signal: AbortSignal): Promise<Bytes> {
	// The query of a presigned URL is a secret, so errors leave it out.
	const place = `${url.host}${url.pathname}`;
	const failed = (what: string, cause?: unknown) =>
		new Error(`${label} download failed: ${place} ${what}`, { cause });
	const { status, body } = await download(url, signal).catch((error: unknown) => {
		throw failed('cannot be reached', error);
	});
	if (status >= 200 && status < 300)
		return toldBy(body, (error) => (signal.aborted ? error : failed('broke off', error)));
	body.destroy();
	throw failed(`answered ${String(status)}`);
}

/** The same bytes; an error in the midst of them is told in other words. */
async function* toldBy(bytes: Bytes, inWords: (error: unknown) => unknown): Bytes {
	try {
		yield* bytes;
	} catch (error) {
		throw inWords(error);
	}
}

function decodeBase64(label: string, text: string): Buffer {
	const plain = text.replace(/^data:[^,]*,/, '').replace(/\s+/g, '');
	if (plain === '' || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) {
		throw new Error(`${label} is not valid base64`);
	}
	return Buffer.from(plain, 'base64');
}
