import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { parseMp4Facts } from '../../../../lib/base/media/mp4Facts';
import { runFfmpeg } from '../../../../standin/worker/ffmpeg';
import { box, numbers, videoHeader } from './mp4Builder';

function repeated(part: Buffer, count: number): Buffer {
	return Buffer.concat(Array.from({ length: count }, () => part));
}

const noFrames = numbers(0, 0);
const tfhd = box('tfhd', numbers(0, 1));
const fragment = (...runs: Buffer[]) => box('moof', box('traf', tfhd, ...runs));

/** Reads all of it at once from memory, the worst case for the event loop: nothing else runs until it is done. */
async function measure(bytes: Buffer) {
	let reads = 0;
	const before = process.cpuUsage();
	const facts = await parseMp4Facts({
		sizeBytes: bytes.length,
		read: async (offset, lengthBytes) => {
			reads++;
			return await Promise.resolve(bytes.subarray(offset, offset + lengthBytes));
		},
	});
	// Not the time on the clock: this machine may be busy with other tests.
	return { facts, reads, cpuMs: process.cpuUsage(before).user / 1000 };
}

const sampleDuration = 0x1_00;
const allFields = 0xf_00;

const files: [string, () => Buffer][] = [
	[
		'7,000 runs, each to have more frames than the file has bytes',
		() => {
			const run = box('trun', numbers(sampleDuration, 0x7f_ff_ff_ff));
			return Buffer.concat([videoHeader(noFrames), fragment(repeated(run, 7000))]);
		},
	],
	[
		'7,000 runs that each go on over all those behind it',
		() => {
			const runs = Array.from({ length: 7000 }, (_, index) =>
				box('trun', numbers(sampleDuration, (6999 - index) * 4)),
			);
			return Buffer.concat([videoHeader(noFrames), fragment(...runs)]);
		},
	],
	[
		'runs of no frames',
		() => {
			const run = box('trun', numbers(allFields, 0));
			return Buffer.concat([videoHeader(noFrames), fragment(repeated(run, 50_000))]);
		},
	],
	[
		'a table of 2^32 - 1 entries',
		() => Buffer.concat([videoHeader(numbers(0, 0xff_ff_ff_ff, 1, 1)), Buffer.alloc(500_000, 1)]),
	],
	[
		'a table that fills the file',
		() => videoHeader(Buffer.concat([numbers(0, 100_000), repeated(numbers(1, 40), 100_000)])),
	],
	['100,000 empty boxes before the header', () => repeated(box('free'), 100_000)],
	[
		'100,000 empty boxes in the header',
		() => Buffer.concat([box('moov', repeated(box('trak'), 100_000)), videoHeader(noFrames)]),
	],
	[
		'20,000 empty fragments',
		() => Buffer.concat([videoHeader(noFrames), repeated(fragment(), 20_000)]),
	],
	[
		'an index that points back, again and again',
		() => {
			const tfra = box('tfra', numbers(0, 1, 0, 0xff_ff_ff_ff, 0, 0));
			const mfra = box('mfra', repeated(tfra, 5000), box('mfro', numbers(0, 16)));
			return Buffer.concat([videoHeader(noFrames), repeated(fragment(), 12_000), mfra]);
		},
	],
];

it.each(files)('%s does not hold up the event loop', async (_what, make) => {
	const { cpuMs, reads } = await measure(make());

	expect(reads).toBeLessThanOrEqual(400);
	// 50 ms are allowed, once the code is warm.
	expect(cpuMs).toBeLessThan(250);
});

it('what is beyond the bound is not known, and the rest is', async () => {
	const run = box('trun', numbers(sampleDuration, 2, 40, 40));
	const whole = await measure(Buffer.concat([videoHeader(noFrames), fragment(run, run)]));
	expect(whole.facts).toEqual({ durationSeconds: 0.16, width: 640, height: 360, fps: 25 });

	const many = Buffer.concat([videoHeader(noFrames), fragment(repeated(run, 20_000))]);
	expect((await measure(many)).facts).toEqual({
		durationSeconds: null,
		width: null,
		height: null,
		fps: null,
	});
});

it('the length is that of the frames of the header and of the fragments after it', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-fragments-'));
	const path = join(folder, 'fragments.mp4');
	const picture = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=25', '-t', '1'];
	const fragments = ['-c:v', 'libx264', '-g', '2', '-movflags', 'frag_keyframe'];
	await runFfmpeg([...picture, ...fragments, path], new AbortController().signal);
	const { facts } = await measure(readFileSync(path));
	rmSync(folder, { recursive: true });
	expect(facts).toEqual({ durationSeconds: 1, width: 320, height: 240, fps: 25 });
});
