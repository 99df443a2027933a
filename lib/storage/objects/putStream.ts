import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { bytesOf } from '../../base/data/bytes';
import { WanAvatarError } from '../../base/errors/errors';

/** A part is in memory whole: this is the smallest that S3 allows, and 10,000 of them are 50 GB. */
const PART_BYTES = 5 * 1024 * 1024;

/** So many are under way at once: the store thinks about one while the next is read and sent. */
export const PARTS_AT_ONCE = 2;

/** A part that the store has. */
export interface Part {
	part: number;
	etag: string;
}

/** A part on its way into the store. */
export interface OutgoingPart {
	bytes: Buffer;
	/** As base64. */
	md5: string;
	/** Aborted when another part has failed. */
	signal: AbortSignal;
}

/** The requests that put one object; each carries no more than a part, so it can be repeated. */
export interface ObjectWriter {
	whole: (bytes: Buffer) => Promise<unknown>;
	/** Gives the id of a multipart upload. */
	begin: () => Promise<string>;
	/** Parts are counted from 1. */
	part: (uploadId: string, part: number, outgoing: OutgoingPart) => Promise<{ etag: string }>;
	complete: (uploadId: string, parts: Part[]) => Promise<unknown>;
	abort: (uploadId: string) => Promise<unknown>;
}

/**
 * Puts a stream of exactly `sizeBytes`. One that errs, ends early or goes on leaves nothing behind: the client's own way
 * would wait for it for ever, and leave its parts in the store.
 */
export async function putStream(
	content: Readable,
	sizeBytes: number,
	writer: ObjectWriter,
): Promise<void> {
	const put = sizeBytes <= PART_BYTES ? putWhole : putParts;
	try {
		await put(partsOf(content, sizeBytes), writer, content);
	} finally {
		content.destroy();
	}
}

async function putWhole(parts: AsyncIterable<Buffer>, writer: ObjectWriter): Promise<void> {
	let whole: Buffer = Buffer.alloc(0);
	for await (const part of parts) whole = part;
	await writer.whole(whole);
}

async function putParts(
	parts: AsyncIterable<Buffer>,
	writer: ObjectWriter,
	content: Readable,
): Promise<void> {
	const uploadId = await writer.begin();
	const underway: Promise<Part>[] = [];
	const cut = new AbortController();
	const failures: unknown[] = [];
	try {
		for await (const bytes of parts) {
			const sending = sendPart(writer, uploadId, underway.length + 1, bytes, cut.signal);
			// Without a part nobody needs the others, or the rest of the file, which may be long in coming.
			sending.catch((error: unknown) => {
				failures.push(error);
				cut.abort();
				content.destroy(error instanceof Error ? error : undefined);
			});
			underway.push(sending);
			// The next part is read into the memory of this one.
			await underway.at(-PARTS_AT_ONCE);
		}
		await writer.complete(uploadId, await Promise.all(underway));
	} catch (error) {
		// A part that comes after the end of its upload would stay in the store.
		await Promise.allSettled(underway);
		await quietly(writer.abort(uploadId));
		// What was cut by the first failure says only that it was.
		throw failures.length > 0 ? failures[0] : error;
	}
}

async function sendPart(
	writer: ObjectWriter,
	uploadId: string,
	part: number,
	bytes: Buffer,
	signal: AbortSignal,
): Promise<Part> {
	// Buckets with Object Lock want it.
	const md5 = createHash('md5').update(bytes).digest('base64');
	const { etag } = await writer.part(uploadId, part, { bytes, md5, signal });
	return { part, etag };
}

/** What went wrong before is what to tell. */
async function quietly(work: Promise<unknown>): Promise<void> {
	try {
		await work;
	} catch {
		// The store drops unfinished uploads by a rule of its own, or keeps them unseen.
	}
}

/** One part after the other, in turns in the same memory: a part is gone once so many more are asked for. */
async function* partsOf(content: Readable, sizeBytes: number): AsyncGenerator<Buffer> {
	const memory = new PartMemory(sizeBytes);
	let part = memory.next();
	let gatheredBytes = 0;
	let totalBytes = 0;
	for await (const chunk of content) {
		let rest = bytesOf(chunk);
		totalBytes += rest.length;
		if (totalBytes > sizeBytes) throw changed(sizeBytes);
		while (rest.length > 0) {
			const copiedBytes = rest.copy(part, gatheredBytes);
			rest = rest.subarray(copiedBytes);
			gatheredBytes += copiedBytes;
			if (gatheredBytes < part.length) continue;
			yield part;
			// A chunk may be a whole file, which gives many parts.
			if (content.errored) throw content.errored;
			part = memory.next();
			gatheredBytes = 0;
		}
	}
	if (totalBytes !== sizeBytes) throw changed(sizeBytes);
	if (gatheredBytes > 0) yield part.subarray(0, gatheredBytes);
}

/** Of as many parts as are under way at once, given out in turns. */
class PartMemory {
	readonly #buffers: Buffer[] = [];
	#given = 0;

	constructor(private readonly sizeBytes: number) {}

	next(): Buffer {
		const index = this.#given++ % PARTS_AT_ONCE;
		return (this.#buffers[index] ??= Buffer.allocUnsafe(Math.min(this.sizeBytes, PART_BYTES)));
	}
}

function changed(sizeBytes: number): WanAvatarError {
	return new WanAvatarError(
		'INVALID_INPUT',
		`A file was to have ${String(sizeBytes)} bytes, and had another size when it was uploaded`,
		{ remedy: 'Nothing of it was stored. Check the node that gives the file, and run it again.' },
	);
}
