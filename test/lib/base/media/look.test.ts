import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeptParts } from '../../../../lib/base/media/keptParts';
import { lookAtMedia, type MediaLook } from '../../../../lib/base/media/look';
import type { RangedReader } from '../../../../lib/base/media/partFile';
import { mediaFault, turnedNote } from '../../../../lib/generation/request/media/mediaWords';
import { makeSamples, type Sample } from './mediaFiles';

let folder: string;
let samples: Sample[];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-media-'));
	samples = await makeSamples(folder);
}, 120_000);
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

function ranged(bytes: Buffer): RangedReader & { readBytes: () => number } {
	let readBytes = 0;
	return {
		sizeBytes: bytes.length,
		read: async (offset, lengthBytes) => {
			const part = bytes.subarray(offset, offset + lengthBytes);
			readBytes += part.length;
			return await Promise.resolve(part);
		},
		readBytes: () => readBytes,
	};
}

/** As a file that passes by in pieces. */
function passing(bytes: Buffer, pieceBytes: number): RangedReader {
	const kept = new KeptParts();
	for (let at = 0; at < bytes.length; at += pieceBytes)
		kept.push(bytes.subarray(at, at + pieceBytes));
	return kept.reader();
}

function sentence(look: MediaLook, kind: Sample['kind']): string | undefined {
	const turned = look.tag === 'good' ? look.turned : undefined;
	return mediaFault(look, kind)?.message ?? (turned && turnedNote('It', turned));
}

describe.each<[string, (bytes: Buffer) => RangedReader]>([
	['by ranged reads', ranged],
	['in memory', (bytes) => ({ ...ranged(bytes), isAtHand: true })],
	['in pieces of 64 KiB', (bytes) => passing(bytes, 65_536)],
	['in pieces of 1000 bytes', (bytes) => passing(bytes, 1000)],
	['in one piece', (bytes) => passing(bytes, Infinity)],
])('a file that is read %s', (_way, readerOf) => {
	it('is refused with what it is, or passes', async () => {
		const said: Record<string, unknown> = {};
		const expected: Record<string, unknown> = {};
		for (const { kind, name, bytes, fault, note } of samples) {
			const words = sentence(await lookAtMedia(readerOf(bytes), kind), kind);
			const wanted = fault ?? note;
			said[`${kind} ${name}`] = words;
			expected[`${kind} ${name}`] = wanted ? expect.stringMatching(wanted) : undefined;
		}
		expect(said).toEqual(expected);
		expect(samples.length).toBeGreaterThanOrEqual(60);
	});
});

it('a QuickTime file of before the brands is known, a text that begins like one is not', async () => {
	for (const name of ['of-an-old-camera.mov', 'filled-first.mov']) {
		const sample = samples.find((one) => one.name === name);
		const look = await lookAtMedia(ranged(sample?.bytes ?? Buffer.alloc(0)), 'driving video');
		expect(look).toMatchObject({ tag: 'good', type: { extension: 'mov' } });
	}
	const text = ranged(Buffer.from('The free lunch'));
	expect(await lookAtMedia(text, 'driving video')).toMatchObject({ tag: 'other' });
});

it('little of a large file is read', async () => {
	for (const { kind, bytes } of samples) {
		const reader = ranged(bytes);
		await lookAtMedia(reader, kind);
		expect(reader.readBytes()).toBeLessThan(900 * 1024);
	}
});

/** All ways in which a small file can be cut off, or be changed at one place. */
describe('a file of which a part is missing or wrong', () => {
	const small = () => samples.filter(({ bytes, fault }) => !fault && bytes.length < 20_000);
	const tags = new Set(['good', 'empty', 'other', 'unknown', 'cutOff', 'noVideo', 'tooShort']);
	const allowed = new Set([...tags, 'tooSmall', 'animated']);

	it('ends at any byte: it is told as cut off, or is nothing known', async () => {
		expect(small().length).toBeGreaterThanOrEqual(5);
		for (const { kind, name, bytes } of small()) {
			const step = Math.max(1, Math.floor(bytes.length / 600));
			// The last byte of a WebP may only fill it up.
			const last = bytes.length - (name.endsWith('.webp') ? 1 : 0);
			const passed: number[] = [];
			for (let length = 0; length < last; length += step) {
				const part = bytes.subarray(0, length);
				const looks = [
					await lookAtMedia(ranged(part), kind),
					await lookAtMedia(passing(part, 100), kind),
				];
				for (const { tag } of looks) expect(allowed).toContain(tag);
				expect([name, length, looks[0]]).toEqual([name, length, looks[1]]);
				if (looks[0]?.tag === 'good') passed.push(length);
			}
			// A trailing part may be missing, and fragments are whole by themselves.
			if (!/trailing|fragments|webm/.test(name)) expect([name, passed]).toEqual([name, []]);
		}
	});

	it('has other bytes at any place: it is looked at to the end', async () => {
		let seed = 1;
		const random = (below: number) => {
			seed = (seed * 48_271) % 2_147_483_647;
			return seed % below;
		};
		for (const { kind, bytes } of small())
			for (let round = 0; round < 300; round++) {
				const other = Buffer.from(bytes);
				for (let count = 0; count <= random(8); count++)
					other[random(round % 2 ? Math.min(other.length, 600) : other.length)] = random(256);
				const looks = [
					await lookAtMedia(ranged(other), kind),
					await lookAtMedia(passing(other, 1 + random(2000)), kind),
				];
				for (const { tag } of looks) expect(allowed).toContain(tag);
			}
	});
});

it('the files of the examples pass', async () => {
	const portrait = readFileSync('examples/media/portrait.png');
	const video = readFileSync('examples/media/driving-video.mp4');
	expect(await lookAtMedia(ranged(portrait), 'portrait')).toMatchObject({ tag: 'good' });
	expect(await lookAtMedia(ranged(video), 'driving video')).toMatchObject({ tag: 'good' });
});
