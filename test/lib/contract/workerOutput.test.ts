import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createJsonCopier } from '../../../lib/base/data/jsonCopy';
import { readWorkerOutput } from '../../../lib/contract/workerOutput';

const mp4 = readFileSync('examples/media/driving-video.mp4');
const base64 = mp4.toString('base64');
/** Its base64 has 256 characters, the last two of which are the padding. */
const paddedMp4 = mp4.subarray(0, 190);
const padded = paddedMp4.toString('base64');
/** Its last box has no length: it goes on to the end of the file. */
const openEnded = Buffer.concat([
	mp4.subarray(0, mp4.readUInt32BE(0)),
	Buffer.from('\0\0\0\0mdat'),
	Buffer.alloc(2000, 7),
]);
const webm = Buffer.concat([
	Buffer.from('1a45dfa3a34286810142f7810142f2810442f381084282847765626d', 'hex'),
	Buffer.alloc(500),
]).toString('base64');
const picture = readFileSync('examples/media/portrait.png').toString('base64');
const link = 'https://storage.example.com/made';

function piecesOf(text: string, length: number): string[] {
	return text.match(new RegExp(`.{1,${String(length)}}`, 'g')) ?? [];
}

describe('the output of a worker', () => {
	it.each<[string, unknown, object]>([
		[
			'the contract goes before a video in the answer',
			{ minio_key: 'a.mp4', video: base64, seed: 7 },
			{
				output: { minio_key: 'a.mp4', more: { seed: 7, video: expect.stringMatching(/left out/) } },
			},
		],
		[
			'the contract in a nested output',
			{ output: { minio_key: 'a.mp4', fps: 24 }, took: 3 },
			{ output: { minio_key: 'a.mp4', fps: 24, more: { took: 3 } } },
		],
		[
			'facts beside a video in the answer',
			{ video: base64, width: 1280, thumbnail_key: 'a.jpg' },
			{ output: { minio_key: null, width: 1280, thumbnail_key: 'a.jpg', more: {} } },
		],
		[
			'the last of a generator',
			[{ video: `${link}/1` }, { video: `${link}/2` }],
			{
				output: { video_url: `${link}/2` },
			},
		],
		[
			'the first of several videos',
			{ videos: [{ url: `${link}/1` }, { url: `${link}/2` }] },
			{
				output: { video_url: `${link}/1`, more: { videos: [{}, {}] } },
			},
		],
		[
			'an address that ends as a video',
			{ url: `${link}.mp4?x=1` },
			{
				output: { video_url: `${link}.mp4?x=1` },
			},
		],
		[
			'a path beside a video in the answer',
			{ video_url: '/workspace/out.mp4', video_base64: base64 },
			{ output: { minio_key: null, video_url: null }, video: { content: mp4 } },
		],
		[
			'a thumbnail that is no address',
			{ minio_key: 'a.mp4', thumbnail_url: 'data:image/svg+xml,<svg/>' },
			{ output: { minio_key: 'a.mp4', thumbnail_url: null } },
		],
		[
			'pieces of 76 characters',
			{ video: piecesOf(base64, 76), seed: 7 },
			{ output: { minio_key: null, more: { seed: 7 } }, video: { content: mp4 } },
		],
		['pieces alone', piecesOf(base64, 1000), { video: { content: mp4 } }],
		// Cut between the two characters of its padding.
		[
			'pieces the last of which is a part of the padding',
			piecesOf(padded, 51),
			{ video: { content: paddedMp4 } },
		],
		['two such pieces', piecesOf(padded, 255), { video: { content: paddedMp4 } }],
		[
			'pieces of a video whose last box has no length',
			piecesOf(openEnded.toString('base64'), 500),
			{ video: { content: openEnded } },
		],
		[
			'pieces encoded each for itself',
			{
				videos: [mp4.subarray(0, 20_000), mp4.subarray(20_000)].map((part) =>
					part.toString('base64'),
				),
			},
			{ video: { content: mp4 } },
		],
		['two videos of one length', { videos: [base64, base64] }, { video: { content: mp4 } }],
		['a video and its name', { video: [base64, 'idle'] }, { video: { content: mp4 } }],
		...['video_b64', 'output_video', 'mp4', 'content', 'file_base64', 'message', 'whatever'].map(
			(name): [string, unknown, object] => [
				`a video in ${name}`,
				{ [name]: base64, seed: 7 },
				{ output: { minio_key: null, more: { seed: 7 } }, video: { content: mp4 } },
			],
		),
		...['download_url', 'signed_url', 'video_path'].map((name): [string, unknown, object] => [
			`an address in ${name}`,
			{ [name]: `${link}.mp4` },
			{ output: { video_url: `${link}.mp4` } },
		]),
		[
			'a history of ComfyUI',
			{ outputs: { '57': { gifs: [{ filename: 'a.mp4', data: base64 }] } } },
			{ video: { content: mp4 } },
		],
		[
			'an address in a history of ComfyUI',
			{ outputs: { '57': { videos: [{ url: link }] } } },
			{ output: { video_url: link } },
		],
		[
			'a known name before any other',
			{ preview: 'x', other: webm, output: { video: base64 } },
			{ video: { content: mp4 } },
		],
		['bytes as Python writes them', { video: `b'${base64}'` }, { video: { content: mp4 } }],
		[
			'lines as Python writes them',
			{ video: `b'${piecesOf(base64, 76).join('\\n')}\\n'` },
			{ video: { content: mp4 } },
		],
		[
			'a comma in a data URI',
			{ video: `data:video/mp4;codecs="avc1.42E01E, mp4a.40.2";base64,${base64}` },
			{ video: { content: mp4 } },
		],
		[
			'a comma without quotes in a data URI',
			{ video: `data:video/mp4;codecs=avc1,mp4a;base64,${base64}` },
			{ video: { content: mp4 } },
		],
		['an address in a text with blanks', ` ${link}\n`, { output: { video_url: link } }],
	])('%s', (_what, output, expected) => {
		expect(readWorkerOutput(output)).toMatchObject(expected);
	});

	it.each<[string, unknown]>([
		['an address of something else', { url: link }],
		['an address of a picture', { video: `${link}.png` }],
		[
			'a picture as base64',
			{ video: readFileSync('examples/media/portrait.png').toString('base64') },
		],
		['a path on its own disk', { video: '/outputs/Wan_00001.mp4' }],
		['an address of another kind', { video: 'file:///outputs/a.mp4' }],
		['words', 'done'],
		['a driving video that is sent back', { driving_video_base64: base64, seed: 7 }],
		['an input that is sent back', { input: { video: base64 } }],
		['an address in a field of any name', { model: `${link}.mp4` }],
		['a key in a field of any name', { params: { minio_key: 'a.mp4' } }],
		['an address deep in a field of any name', { model: { video: `${link}.mp4` } }],
		['levels without end', nested(100_000)],
		[
			'a million lists',
			Array.from({ length: 1000 }, () => Array.from({ length: 1000 }, () => [[]])),
		],
		['nothing', undefined],
		['Python for nothing', { video_url: 'None', status: 'error', error: 'CUDA out of memory' }],
		['a script', { video_url: 'javascript:alert(1)' }],
		['an address that is none', { video_url: 'https://' }],
		['a blank key', { minio_key: '   ' }],
	])('%s is no video', (_what, output) => {
		expect(readWorkerOutput(output)).toBeUndefined();
	});

	function nested(levels: number): unknown {
		let value: unknown = base64;
		for (let level = 0; level < levels; level++) value = { output: value };
		return value;
	}
});

describe('a copy of what others wrote', () => {
	const { copy } = createJsonCopier();

	it.each([
		['a video', base64],
		['a picture', readFileSync('examples/media/portrait.png').toString('base64')],
		['a data URI', `data:image/png;base64,${'A'.repeat(100)}`],
		['lines', base64.replace(/.{76}/g, '$&\n')],
		['short lines', piecesOf(base64, 40).join('\n')],
		['pieces with blanks between', piecesOf(base64, 76).join(' ')],
		['a video in groups of four', piecesOf(base64, 4).join(' ')],
		['bytes as Python writes them', `b'${base64}'`],
		['lines as Python writes them', `b'${piecesOf(picture, 76).join('\\n')}\\n'`],
		['a picture in short lines', piecesOf(picture, 40).join('\r\n')],
	])('leaves out %s as base64', (_what, text) => {
		expect(copy({ log: [text] })).toEqual({
			log: [`(base64, ${String(text.length)} characters: left out)`],
		});
	});

	it('leaves out a file as hex', () => {
		const text = mp4.toString('hex');
		expect(copy(text)).toBe(`(hex, ${String(text.length)} characters: left out)`);
	});

	it('leaves out a list of pieces of base64', () => {
		const log = piecesOf(base64, 76);

		expect(copy({ log })).toEqual({
			log: `(base64, ${String(base64.length)} characters in ${String(log.length)} pieces: left out)`,
		});
	});

	it('keeps a list of hashes', () => {
		const hashes = Array.from({ length: 100 }, (_, at) =>
			createHash('sha256').update(String(at)).digest('hex'),
		);
		expect(copy(hashes)).toEqual(hashes);
	});

	it.each([
		['words', 'The worker has made 3 videos. '.repeat(100)],
		['words without a full stop', 'The Worker has made 3 videos '.repeat(100)],
		['short lines', 'Frame1\nFrame2\n'.repeat(200)],
		['names of frames', 'Frame_0001\nFrame_0002\n'.repeat(100)],
		['hashes', `${'a94b'.repeat(16)}\n`.repeat(100)],
		['a hash', 'a94A'.repeat(32)],
		['an address', `${link}?X-Amz-Signature=${'a0'.repeat(600)}`],
		['many of one letter', 'x'.repeat(5000)],
	])('keeps %s', (_what, text) => {
		expect(copy(text)).toBe(text);
	});
});
