import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { lookAtMedia } from '../../../../lib/base/media/look';
import { parseMp4Facts, type Mp4Facts } from '../../../../lib/base/media/mp4Facts';
import { MAX_READ_BYTES, type RangedReader } from '../../../../lib/base/media/partFile';
import { fuzzTarget } from '../../target';
import { box, movie, numbers, videoHeader } from '../../../lib/base/media/mp4Builder';
import { probed } from './probe';

const VIDEO = 'examples/media/driving-video.mp4';
const MAX_READS = 400;

const fragments = Buffer.concat([
	box('ftyp', Buffer.from('isom'), numbers(0)),
	videoHeader(numbers(0, 0)),
	...Array.from({ length: 5 }, () =>
		box('moof', box('traf', box('tfhd', numbers(0, 1)), box('trun', numbers(0x1_00, 2, 40, 40)))),
	),
]);
const video = readFileSync(VIDEO);
const seeds = [video, movie(2000, 1), fragments, readFileSync('examples/media/portrait.png')];
const heads = [
	...seeds.map((bytes) => bytes.subarray(0, 64)),
	Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
	Buffer.from('RIFF\u0010\u0000\u0000\u0000WEBPVP8X', 'latin1'),
	Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84, ...Buffer.from('webm')]),
];

/** Somewhere in the file, mostly in the boxes before and after the frames, some bytes are others; and it may end early. */
const edits = fc.record({
	seed: fc.constantFrom(...seeds),
	changes: fc.array(
		fc.tuple(
			fc.double({ min: 0, max: 1, noNaN: true }),
			fc.boolean(),
			fc.uint8Array({ minLength: 1, maxLength: 8 }),
		),
		{ maxLength: 6 },
	),
	cut: fc.oneof(
		{ weight: 2, arbitrary: fc.constant(1) },
		{ weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
	),
});
const HEADER_BYTES = 4096;

const edited = edits.map(({ seed, changes, cut }) => {
	const bytes = Buffer.from(seed.subarray(0, Math.ceil(seed.length * cut)));
	for (const [place, isAtEnd, put] of changes) {
		const at = Math.floor(place * Math.min(HEADER_BYTES, bytes.length));
		bytes.set(
			put.subarray(0, Math.max(bytes.length - at, 0)),
			isAtEnd ? Math.max(bytes.length - at - put.length, 0) : at,
		);
	}
	return bytes;
});
const grown = fc
	.tuple(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 3000, size: 'max' }))
	.map(([head, rest]) => Buffer.concat([head, rest]));
const boxes: fc.Arbitrary<Buffer> = fc.letrec<{ box: Buffer }>((tie) => ({
	box: fc
		.tuple(
			fc.constantFrom(
				'ftyp',
				'moov',
				'trak',
				'tkhd',
				'mdia',
				'mdhd',
				'hdlr',
				'minf',
				'stbl',
				'stsd',
				'stts',
				'mvex',
				'trex',
				'moof',
				'traf',
				'tfhd',
				'trun',
				'mfra',
				'tfra',
				'mfro',
				'mdat',
			),
			fc.array(
				fc.oneof(
					{ depthSize: 'medium' },
					fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
					fc.constant(Buffer.from('vide')),
					tie('box'),
				),
				{ maxLength: 5 },
			),
		)
		.map(([type, content]) => box(type, ...content)),
})).box;
const files = fc.oneof(
	edited,
	grown,
	fc
		.array(boxes, { maxLength: 6 })
		.map((list) => Buffer.concat([box('ftyp', Buffer.from('isom'), numbers(0)), ...list])),
	fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)),
);

/** Any bytes are read within the limits, and give facts that are numbers, or none. */
export const mediaFiles = fuzzTarget(
	'media files',
	fc.asyncProperty(files, fc.boolean(), async (bytes, isAtHand) => {
		const { reader, counted } = readerOf(bytes, isAtHand);
		const facts = await parseMp4Facts(reader);
		assertBounded(counted, isAtHand);
		for (const number of Object.values(facts ?? {}))
			assert.ok(
				number === null || (Number.isFinite(number) && number >= 0),
				`is ${String(number)}`,
			);
		for (const kind of ['portrait', 'driving video'] as const) {
			const looked = readerOf(bytes, isAtHand);
			const look = await lookAtMedia(looked.reader, kind);
			assert.match(look.tag, /^\w+$/);
			assertBounded(looked.counted, isAtHand);
		}
	}),
	{ weight: 2 },
);

let told: Mp4Facts | undefined;

/** Facts of whole videos are those of ffprobe, also where other boxes stand between. */
export const mp4Facts = fuzzTarget(
	'facts of MP4s',
	fc.asyncProperty(
		fc.array(fc.nat({ max: 50_000 }), { maxLength: 3 }),
		fc.boolean(),
		async (fillings, isAtHand) => {
			const free = fillings.map((sizeBytes) => box('free', Buffer.alloc(sizeBytes, 0xff)));
			const padded = Buffer.concat([video, ...free]);
			const facts = await parseMp4Facts(readerOf(padded, isAtHand).reader);
			told ??= probed(VIDEO) ?? facts;
			assert.ok(facts?.fps);
			assert.deepEqual(facts, told);
		},
	),
);

function readerOf(bytes: Buffer, isAtHand: boolean) {
	const counted = { reads: 0, bytes: 0 };
	const reader: RangedReader = {
		sizeBytes: bytes.length,
		isAtHand,
		read: async (offset, lengthBytes) => {
			assert.ok(offset >= 0 && offset <= bytes.length && lengthBytes >= 0);
			counted.reads++;
			counted.bytes += lengthBytes;
			return await Promise.resolve(bytes.subarray(offset, offset + lengthBytes));
		},
	};
	return { reader, counted };
}

function assertBounded(
	{ reads, bytes }: { reads: number; bytes: number },
	isAtHand: boolean,
): void {
	assert.ok(bytes <= MAX_READ_BYTES, `${String(bytes)} bytes are read`);
	assert.ok(isAtHand || reads <= MAX_READS, `is read ${String(reads)} times`);
}
