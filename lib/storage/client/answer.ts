import type { Readable } from 'node:stream';
import { bytesOf } from '../../base/data/bytes';
import { headersOf } from './message';

// A job record has a few hundred bytes.
export const MAX_TEXT_BYTES = 1024 * 1024;

export async function textOf(stream: Readable): Promise<string> {
	return (await bytesFrom(stream, MAX_TEXT_BYTES)).toString('utf8');
}

export async function bytesFrom(stream: Readable, maxBytes: number): Promise<Buffer> {
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

export function lastModifiedMsOf(stream: Readable): number | null {
	const atMs = Date.parse(headersOf(stream)['last-modified'] ?? '');
	return Number.isNaN(atMs) ? null : atMs;
}

/** Without quotes, and without the mark of a proxy that packed the answer; empty where the store tells none. */
export function etagOf(stream: Readable): string {
	return plainEtag(headersOf(stream).etag ?? '');
}

export function plainEtag(etag: string): string {
	return etag.replace(/^W\//, '').replaceAll('"', '');
}

/** Nothing where the answer does not tell. */
export function contentLengthOf(stream: Readable): number | null {
	const length = headersOf(stream)['content-length'];
	return length === undefined || !/^\d+$/.test(length) ? null : Number(length);
}
