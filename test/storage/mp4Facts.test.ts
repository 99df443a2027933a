import {
	createReadStream,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bucket } from '../../lib/storage/objects/bucket';
import { MAX_READ_BYTES } from '../../lib/base/media/partFile';
import { parseMp4Facts } from '../../lib/base/media/mp4Facts';
import { headerFacts } from '../../lib/storage/video/videoFacts';
import { runFfmpeg } from '../../standin/worker/ffmpeg';
import { describeWithFfprobe, probe } from './server/ffprobe';
import { targets } from './target';

const FRAGMENTED = ['-g', '25', '-movflags', 'frag_keyframe+empty_moov'];

interface Video {
	name: string;
	width: number;
	height: number;
	/** Frames a second, as ffmpeg takes it. */
	rate: string;
	seconds: number;
	flags: string[];
}

const LONG: Video = {
	...{ name: 'long.mp4', width: 160, height: 120, rate: '25', seconds: 600 },
	flags: FRAGMENTED,
};
const TICKS: Video = {
	...{ name: 'ticks.mp4', width: 320, height: 240, rate: '25', seconds: 5 },
	flags: ['-video_track_timescale', '1000000000'],
};
const videos: [string, Video][] = [
	[
		'the header first',
		{
			...{ name: 'first.mp4', width: 640, height: 360, rate: '24', seconds: 5 },
			flags: ['-movflags', '+faststart'],
		},
	],
	[
		'the header last',
		{ name: 'last.mp4', width: 1280, height: 720, rate: '30000/1001', seconds: 4.004, flags: [] },
	],
	[
		'fragments',
		{
			...{ name: 'fragmented.mp4', width: 320, height: 240, rate: '25', seconds: 12 },
			flags: FRAGMENTED,
		},
	],
	['times of 64 bits', TICKS],
	[
		'QuickTime',
		{ name: 'quicktime.mov', width: 320, height: 240, rate: '50', seconds: 3, flags: [] },
	],
];
/** Made of the other by hand. */
const WIDE: [string, Video] = ['sizes of 64 bits', { ...TICKS, name: 'wide.mp4' }];

let folder: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-mp4-'));
	for (const [, video] of videos) await make(video);
	await make(LONG);
	writeFileSync(pathOf('wide.mp4'), with64BitSizes(bytesOf('ticks.mp4')));
	writeFileSync(pathOf('no.mp4'), Buffer.alloc(300_000, 'no video '));
}, 300_000);
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

function pathOf(name: string): string {
	return join(folder, name);
}

function bytesOf(name: string): Buffer {
	return readFileSync(pathOf(name));
}

async function make({ name, width, height, rate, seconds, flags }: Video): Promise<void> {
	const [size, length] = [`${String(width)}x${String(height)}`, String(seconds)];
	const picture = `testsrc2=s=${size}:r=${rate}:d=${length}`;
	const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=d=${length}`];
	const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
	const { signal } = new AbortController();
	await runFfmpeg([...inputs, ...codecs, ...flags, pathOf(name)], signal);
}

/** ffmpeg leaves 8 free bytes before the frames, for just this: a size of 64 bits. Offsets stay as they are. */
function with64BitSizes(file: Buffer): Buffer {
	const at = file.indexOf('mdat') - 4;
	expect(file.toString('latin1', at - 4, at)).toBe('free');
	const wide = Buffer.from(file);
	wide.writeUInt32BE(1, at - 8);
	wide.write('mdat', at - 4, 'latin1');
	wide.writeBigUInt64BE(BigInt(file.readUInt32BE(at)) + 8n, at);
	return wide;
}

/** The file in memory, with a count of what is read of it. */
async function read(bytes: Buffer) {
	let readBytes = 0;
	const facts = await parseMp4Facts({
		sizeBytes: bytes.length,
		read: async (offset, lengthBytes) => {
			readBytes += lengthBytes;
			return await Promise.resolve(bytes.subarray(offset, offset + lengthBytes));
		},
	});
	return { facts, readBytes };
}

describe('the facts of a video are those that it was made with', () => {
	it.each([...videos, WIDE])('%s', async (_what, video) => {
		const { name, width, height, rate, seconds, flags } = video;
		const { facts, readBytes } = await read(bytesOf(name));

		const [frames = NaN, perSeconds = 1] = rate.split('/').map(Number);
		expect(facts).toMatchObject({ width, height });
		// A file in fragments counts the 23 ms by which the sound is ahead.
		const digits = flags === FRAGMENTED ? 1 : 3;
		expect(facts?.fps).toBeCloseTo(frames / perSeconds, digits);
		expect(facts?.durationSeconds).toBeCloseTo(seconds, digits);
		expect(readBytes).toBeLessThan(300_000);
	});

	it('more fragments than may be read: the length by the index at the end', async () => {
		const { facts, readBytes } = await read(bytesOf(LONG.name));

		expect(facts).toMatchObject({ width: 160, height: 120 });
		expect(facts?.durationSeconds).toBeCloseTo(LONG.seconds, 1);
		expect(facts?.fps).toBeCloseTo(25, 1);
		expect(readBytes).toBeLessThanOrEqual(MAX_READ_BYTES);
	});

	it.each(targets)('in %s, by ranged reads of less than 1 MB', async (_name, openTarget) => {
		const target = await openTarget();
		for (const name of ['first.mp4', 'last.mp4', 'fragmented.mp4', 'wide.mp4']) {
			const [path, key] = [pathOf(name), `facts/${name}`];
			const { size } = statSync(path);
			await target.bucket.put(key, createReadStream(path), size, 'video/mp4');
			target.clearRequests();
			let readBytes = 0;
			const getRange: Bucket['getRange'] = async (...range) => {
				const bytes = await target.bucket.getRange(...range);
				readBytes += bytes.byteLength;
				return bytes;
			};

			const stat = await target.bucket.stat(key);
			const facts = await headerFacts({ getRange }, key, size);

			const whole = await read(readFileSync(path));
			expect(whole.facts).toBeDefined();
			expect(facts).toEqual(whole.facts);
			expect(stat).toMatchObject({ tag: 'there', facts: { sizeBytes: size } });
			expect(readBytes).toBeLessThan(1_000_000);
			if (target.requests) expect(target.requests().length).toBeLessThan(20);
		}
		await target.close();
	});
});

describeWithFfprobe('the facts of a video are those of ffprobe', () => {
	it.each([...videos, WIDE])('%s', async (_what, { name }) => {
		const { facts } = await read(bytesOf(name));
		const expected = probe(pathOf(name));

		expect(facts).toMatchObject({ width: expected.width, height: expected.height });
		expect(facts?.fps).toBeCloseTo(expected.fps, 4);
		expect(facts?.durationSeconds).toBeCloseTo(expected.durationSeconds, 5);
	});

	it('more fragments than may be read', async () => {
		const { facts } = await read(bytesOf(LONG.name));
		const expected = probe(pathOf(LONG.name));

		expect(facts).toMatchObject({ width: expected.width, height: expected.height });
		expect(facts?.durationSeconds).toBeCloseTo(expected.durationSeconds, 5);
		expect(facts?.fps).toBeCloseTo(expected.fps, 1);
	});
});

describe('what is not a complete MP4 has no facts', () => {
	it('other content, and nothing', async () => {
		expect((await read(bytesOf('no.mp4'))).facts).toBeUndefined();
		expect((await read(Buffer.alloc(0))).facts).toBeUndefined();
	});

	it.each(['first.mp4', 'last.mp4'])('%s cut short at any of many places', async (name) => {
		const whole = bytesOf(name);
		for (let cut = 1; cut <= 50; cut++) {
			const part = whole.subarray(0, Math.floor((whole.length * cut) / 51));
			expect((await read(part)).facts).toBeUndefined();
		}
	});

	it('but of one whose header takes too much reading it is only not known', async () => {
		const whole = bytesOf('first.mp4');
		const many = Buffer.concat(
			Array.from({ length: 300_000 }, () => Buffer.from('\0\0\0\x08free')),
		);
		const { facts, readBytes } = await read(Buffer.concat([whole.subarray(0, 32), many, whole]));
		expect(facts).toEqual({ durationSeconds: null, width: null, height: null, fps: null });
		expect(readBytes).toBeLessThanOrEqual(MAX_READ_BYTES);
	});

	it('sizes that lead nowhere', async () => {
		const whole = bytesOf('first.mp4');
		for (let at = 0; at < 2000; at += 4) {
			const broken = Buffer.from(whole);
			broken.writeUInt32BE(0xff_ff_ff_f0, at);
			expect((await read(broken)).readBytes).toBeLessThanOrEqual(MAX_READ_BYTES);
		}
	});
});
