import assert from 'node:assert/strict';
import fc from 'fast-check';
import { base64Body, base64Fault, base64Length } from '../../../../lib/base/data/base64';
import { videoInPieces } from '../../../../lib/base/data/inlinePieces';
import { inlineVideoIn, isInlineFile } from '../../../../lib/base/data/inlineText';
import { createJsonCopier } from '../../../../lib/base/data/jsonCopy';
import { fuzzTarget } from '../../target';
import { words } from '../../values';

/** The first box of an MP4; what follows is never looked at. */
const HEAD = Buffer.from([
	0,
	0,
	0,
	24,
	...Buffer.from('ftypisom'),
	0,
	0,
	2,
	0,
	...Buffer.from('isomiso2'),
]);
const videos = fc
	.uint8Array({ minLength: 120, maxLength: 4000 })
	.map((rest) => Buffer.concat([HEAD, rest]));
const prefixes = fc.constantFrom(
	'',
	'data:video/mp4;base64,',
	'data:video/mp4;codecs="avc1,mp4a";base64,',
	' data:;base64,',
);

/** A video that stands in a text comes out of it byte for byte, and the text reaches no item. */
export const inlineVideos = fuzzTarget(
	'videos in answers',
	fc.property(videos, prefixes, fc.integer({ min: 48, max: 500 }), (video, prefix, length) => {
		const base64 = video.toString('base64');
		const found = inlineVideoIn(prefix + base64);
		assert.deepEqual(found?.content, video);
		assert.equal(base64Fault(prefix + base64), undefined);
		assert.equal(base64Body(prefix + base64), base64);
		assert.equal(base64.length, base64Length(video.length));
		assert.doesNotMatch(
			JSON.stringify(createJsonCopier().copy({ a: [prefix + base64] })),
			/AAAAGGZ0/,
		);
		const lines = cut(base64, length);
		assert.deepEqual(inlineVideoIn(lines.join('\r\n'))?.content, video);
		// Also so that the last piece is one character, which may be half of the padding.
		const shares = [2, 3, 5, 7, 11].filter((count) => (base64.length - 1) % count === 0);
		for (const pieces of [
			lines,
			...shares.map((count) => cut(base64, (base64.length - 1) / count)),
		])
			if (pieces.length > 1 && (pieces[0]?.length ?? 0) >= 48)
				assert.deepEqual(videoInPieces(pieces)?.content, video);
	}),
);

function cut(text: string, length: number): string[] {
	return text.match(new RegExp(`.{1,${String(length)}}`, 'g')) ?? [];
}

const texts = fc.oneof(
	words,
	fc.base64String(),
	fc
		.tuple(
			fc.constantFrom('A', 'data:', ',"', ';base64,', ' ', '\\n', '0f'),
			fc.nat({ max: 100_000 }),
		)
		.map(([part, count]) => part.repeat(count).slice(0, 200_000)),
);

/** Any text is told to be a file or not at once. */
export const inlineTexts = fuzzTarget(
	'texts in answers',
	fc.property(texts, fc.array(texts, { maxLength: 4 }), (text, list) => {
		const startedAtMs = performance.now();
		const isFile = isInlineFile(text);
		if (inlineVideoIn(text)) assert.ok(isFile);
		videoInPieces([text, ...list]);
		base64Fault(text);
		const copied = createJsonCopier().copy(text);
		assert.equal(typeof copied, 'string');
		if (!isFile && text.length <= 64 * 1024) assert.equal(copied, text);
		assert.ok(performance.now() - startedAtMs < 5000, 'takes too long');
	}),
);
