import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { bytesOf } from '../../lib/base/data/bytes';

export const SIZE_BYTES = 300 * 1024 * 1024;
/** V8 looks for buffers that nobody needs any more once there are 64 MB of them: growth is up to that, and what is in use. */
export const AIM_MB = 80;
/** Growth that no timing of the garbage collection explains: half the file was in memory. */
export const NOT_STREAMED_MB = 150;

/** A sample video, made large: the first bytes are real, so that it passes for one. */
export async function* largeVideo(): AsyncGenerator<Buffer> {
	const head = readFileSync('examples/media/driving-video.mp4');
	yield head;
	const block = Buffer.alloc(1024 * 1024, 7);
	let left = SIZE_BYTES - head.length;
	while (left > 0) {
		block.writeUInt32BE(left >>> 0, 0);
		yield Buffer.from(block.subarray(0, Math.min(left, block.length)));
		left -= block.length;
		await Promise.resolve();
	}
}

export async function sha256Of(stream: Readable): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of stream) hash.update(bytesOf(chunk));
	return hash.digest('hex');
}

/** What the work gives, and the most memory while it goes on, in MB, over what there was before. */
export async function measured<T>(work: () => Promise<T>): Promise<{ result: T; grownMb: number }> {
	const beforeBytes = process.memoryUsage.rss();
	let peakBytes = beforeBytes;
	const state = { isDone: false };
	const watch = async () => {
		while (!state.isDone) {
			peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
			await delay(10);
		}
	};
	const watching = watch();
	const result = await work();
	state.isDone = true;
	await watching;
	return { result, grownMb: (peakBytes - beforeBytes) / 1024 / 1024 };
}
