import { execFileSync } from 'node:child_process';
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
import * as z from 'zod/v4';
import type { Bucket } from '../../lib/storage/bucket';
import { MAX_READ_BYTES } from '../../lib/storage/mp4Boxes';
import { parseMp4Facts } from '../../lib/storage/mp4Facts';
import { headerFacts } from '../../lib/storage/videoFacts';
import { targets } from './target';

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-mp4-'));
	make('first.mp4', '640x360', '24', 5, ['-movflags', '+faststart']);
	make('last.mp4', '1280x720', '30000/1001', 4, []);
	make('fragmented.mp4', '320x240', '25', 12, [
		'-g',
		'25',
		'-movflags',
		'frag_keyframe+empty_moov',
	]);
	make('long.mp4', '160x120', '25', 600, ['-g', '25', '-movflags', 'frag_keyframe+empty_moov']);
	make('ticks.mp4', '320x240', '25', 5, ['-video_track_timescale', '1000000000']);
	make('quicktime.mov', '320x240', '50', 3, []);
	writeFileSync(join(folder, 'wide.mp4'), with64BitSizes(readFileSync(join(folder, 'ticks.mp4'))));
	writeFileSync(join(folder, 'no.mp4'), Buffer.alloc(300_000, 'no video '));
}, 60_000);
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

function make(name: string, size: string, rate: string, seconds: number, flags: string[]): void {
	const picture = `testsrc2=s=${size}:r=${rate}:d=${String(seconds)}`;
	const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=d=${String(seconds)}`];
	const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
	execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, ...codecs, ...flags, join(folder, name)]);
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

const probed = z.object({
	streams: z.tuple([
		z.object({
			width: z.number(),
			height: z.number(),
			duration: z.coerce.number(),
			avg_frame_rate: z.string().transform((rate) => {
				const [frames = NaN, seconds = NaN] = rate.split('/').map(Number);
				return frames / seconds;
			}),
		}),
	]),
});

function probe(name: string) {
	const what = ['-show_entries', 'stream=width,height,duration,avg_frame_rate', '-of', 'json'];
	const args = ['-v', 'error', '-select_streams', 'v:0', ...what, join(folder, name)];
	const { streams } = probed.parse(JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })));
	const [{ width, height, duration, avg_frame_rate }] = streams;
	return { width, height, durationSeconds: duration, fps: avg_frame_rate };
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

describe('the facts of a video are those of ffprobe', () => {
	it.each([
		['the header first', 'first.mp4'],
		['the header last', 'last.mp4'],
		['fragments', 'fragmented.mp4'],
		['sizes of 64 bits', 'wide.mp4'],
		['times of 64 bits', 'ticks.mp4'],
		['QuickTime', 'quicktime.mov'],
	])('%s', async (_what, name) => {
		const { facts, readBytes } = await read(readFileSync(join(folder, name)));
		const expected = probe(name);

		expect(facts).toMatchObject({ width: expected.width, height: expected.height });
		expect(facts?.fps).toBeCloseTo(expected.fps, 4);
		expect(facts?.durationSeconds).toBeCloseTo(expected.durationSeconds, 5);
		expect(readBytes).toBeLessThan(300_000);
	});

	it('more fragments than may be read: the length by the index at the end', async () => {
		const { facts, readBytes } = await read(readFileSync(join(folder, 'long.mp4')));
		const expected = probe('long.mp4');

		expect(facts).toMatchObject({ width: 160, height: 120 });
		expect(facts?.durationSeconds).toBeCloseTo(expected.durationSeconds, 5);
		expect(facts?.fps).toBeCloseTo(expected.fps, 1);
		expect(readBytes).toBeLessThanOrEqual(MAX_READ_BYTES);
	});

	it.each(targets)('in %s, by ranged reads of less than 1 MB', async (_name, openTarget) => {
		const target = await openTarget();
		for (const name of ['first.mp4', 'last.mp4', 'fragmented.mp4', 'wide.mp4']) {
			const [path, key] = [join(folder, name), `facts/${name}`];
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

			const { fps, durationSeconds, ...dimensions } = probe(name);
			expect(stat).toMatchObject({ tag: 'there', facts: { sizeBytes: size } });
			expect(facts).toMatchObject(dimensions);
			expect(facts?.fps).toBeCloseTo(fps, 4);
			expect(facts?.durationSeconds).toBeCloseTo(durationSeconds, 5);
			expect(readBytes).toBeLessThan(1_000_000);
			if (target.requests) expect(target.requests().length).toBeLessThan(20);
		}
		await target.close();
	});
});

describe('what is no whole MP4 has no facts', () => {
	it('other content, and nothing', async () => {
		expect((await read(readFileSync(join(folder, 'no.mp4')))).facts).toBeUndefined();
		expect((await read(Buffer.alloc(0))).facts).toBeUndefined();
	});

	it.each(['first.mp4', 'last.mp4'])('%s cut short at any of many places', async (name) => {
		const whole = readFileSync(join(folder, name));
		for (let cut = 1; cut <= 50; cut++) {
			const part = whole.subarray(0, Math.floor((whole.length * cut) / 51));
			expect((await read(part)).facts).toBeUndefined();
		}
	});

	it('but of one whose header takes too much reading it is only not known', async () => {
		const whole = readFileSync(join(folder, 'first.mp4'));
		const many = Buffer.concat(
			Array.from({ length: 300_000 }, () => Buffer.from('\0\0\0\x08free')),
		);
		const { facts, readBytes } = await read(Buffer.concat([whole.subarray(0, 32), many, whole]));
		expect(facts).toEqual({ durationSeconds: null, width: null, height: null, fps: null });
		expect(readBytes).toBeLessThanOrEqual(MAX_READ_BYTES);
	});

	it('sizes that lead nowhere', async () => {
		const whole = readFileSync(join(folder, 'first.mp4'));
		for (let at = 0; at < 2000; at += 4) {
			const broken = Buffer.from(whole);
			broken.writeUInt32BE(0xff_ff_ff_f0, at);
			expect((await read(broken)).readBytes).toBeLessThanOrEqual(MAX_READ_BYTES);
		}
	});
});
