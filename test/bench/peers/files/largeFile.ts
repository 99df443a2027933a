import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { bytesOf } from '../../../../lib/base/data/bytes';

export const SAMPLE = 'examples/media/driving-video.mp4';

/** Writes a sample video, made large: the first bytes are real, so that it passes for one. */
export async function writeLargeVideo(path: string, sizeBytes: number): Promise<void> {
	await pipeline(Readable.from(largeVideo(sizeBytes)), createWriteStream(path));
}

async function* largeVideo(sizeBytes: number): AsyncGenerator<Buffer> {
	const head = readFileSync(SAMPLE);
	yield head;
	const block = Buffer.alloc(1024 * 1024, 7);
	let left = sizeBytes - head.length;
	while (left > 0) {
		block.writeUInt32BE(left >>> 0, 0);
		yield Buffer.from(block.subarray(0, Math.min(left, block.length)));
		left -= block.length;
		await Promise.resolve();
	}
}

export async function sha256OfFile(path: string): Promise<string> {
	return await sha256Of(createReadStream(path));
}

export async function sha256Of(stream: Readable): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of stream) hash.update(bytesOf(chunk));
	return hash.digest('hex');
}
