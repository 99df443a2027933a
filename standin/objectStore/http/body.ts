import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { S3Error } from './errors';
import type { S3Request } from './request';

const MAX_OBJECT_BYTES = 5 * 1024 ** 3;
const MAX_XML_BYTES = 4 * 1024 ** 2;

export interface Received {
	sizeBytes: number;
	md5Hex: string;
}

/** Streams the body into a file, then checks it against what was signed and against Content-MD5. */
export async function receiveFile(
	request: S3Request,
	payloadHash: string,
	path: string,
): Promise<Received> {
	const length = request.headers['content-length'];
	if (length === undefined) throw new S3Error('MissingContentLength');
	if (Number(length) > MAX_OBJECT_BYTES) throw new S3Error('EntityTooLarge');
	const digest = new Digest();
	await pipeline(request.body, digest, createWriteStream(path));
	return digest.check(request, payloadHash);
}

/** The body of a small XML request, checked the same way. */
export async function receiveText(request: S3Request, payloadHash: string): Promise<string> {
	const length = Number(request.headers['content-length'] ?? 0);
	if (request.headers['transfer-encoding'] !== undefined) throw new S3Error('MissingContentLength');
	if (length > MAX_XML_BYTES) throw new S3Error('EntityTooLarge');
	const digest = new Digest();
	const chunks: Buffer[] = [];
	await pipeline(request.body, digest, async (source: AsyncIterable<Buffer>) => {
		for await (const chunk of source) chunks.push(chunk);
	});
	digest.check(request, payloadHash);
	return Buffer.concat(chunks).toString();
}

/** Streams any source into a file. */
export async function writeFile(source: Readable, path: string): Promise<Received> {
	const digest = new Digest();
	await pipeline(source, digest, createWriteStream(path));
	return digest.received();
}

/** Measures what passes through. */
class Digest extends Transform {
	#sizeBytes = 0;
	readonly #md5 = createHash('md5');
	readonly #sha256 = createHash('sha256');

	override _transform(chunk: Buffer, _encoding: string, done: (e: null, chunk: Buffer) => void) {
		this.#sizeBytes += chunk.length;
		this.#md5.update(chunk);
		this.#sha256.update(chunk);
		done(null, chunk);
	}

	received(): Received {
		return { sizeBytes: this.#sizeBytes, md5Hex: this.#md5.digest('hex') };
	}

	check(request: S3Request, payloadHash: string): Received {
		const received = this.received();
		if (payloadHash !== 'UNSIGNED-PAYLOAD' && this.#sha256.digest('hex') !== payloadHash) {
			throw new S3Error('XAmzContentSHA256Mismatch');
		}
		const stated = request.headers['content-md5'];
		if (stated === undefined) return received;
		if (!/^[A-Za-z0-9+/]{22}==$/.test(stated)) throw new S3Error('InvalidDigest');
		if (stated !== Buffer.from(received.md5Hex, 'hex').toString('base64')) {
			throw new S3Error('BadDigest');
		}
		return received;
	}
}
