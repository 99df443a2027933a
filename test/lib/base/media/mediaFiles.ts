import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFfmpeg } from '../../../../standin/worker/ffmpeg';
import {
	behind,
	beforeFirst,
	branded,
	cut,
	lengthened,
	manyChunks,
	progressive,
	text,
	tiff,
	turned,
	withChunk,
} from './mediaEdits';
import { box, numbers } from './mp4Builder';

/** A file that somebody might give, and what comes of it. */
export interface Sample {
	kind: 'portrait' | 'driving video';
	name: string;
	path: string;
	bytes: Buffer;
	/** What is said of it; nothing: it passes. */
	fault?: RegExp;
	/** It only seems to be something else: it is refused where its type has to be known. */
	isGuess?: boolean;
	/** What is said though it passes. */
	note?: RegExp;
}

type Row = [
	name: string,
	bytes: Buffer,
	fault?: RegExp | undefined,
	more?: Partial<Pick<Sample, 'isGuess' | 'note'>>,
];

const TEST_PICTURE = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=25'];
const NOISE = ['-f', 'lavfi', '-i', 'nullsrc=size=1200x1200,geq=random(1)*255:128:128'];
const TONE = ['-f', 'lavfi', '-i', 'sine=frequency=440'];
const SECOND = ['-t', '1'];
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-preset', 'ultrafast'];

const COVER_FIRST = ['-map', '1:v', '-c:v:0', 'copy', '-map', '0:v', '-c:v:1', 'mjpeg'];

/** Files that encoders write, by name; `{name}` stands for one before it. */
const ENCODED: readonly [name: string, args: readonly string[]][] = [
	['still.png', [...TEST_PICTURE, '-frames:v', '1']],
	['still.jpg', [...TEST_PICTURE, '-frames:v', '1']],
	['noise.jpg', [...NOISE, '-frames:v', '1', '-q:v', '2']],
	['still.webp', [...TEST_PICTURE, '-frames:v', '1', '-c:v', 'libwebp']],
	['lossless.webp', [...TEST_PICTURE, '-frames:v', '1', '-c:v', 'libwebp', '-lossless', '1']],
	['animated.webp', [...TEST_PICTURE, ...SECOND, '-c:v', 'libwebp_anim', '-r', '5']],
	['still.tiff', [...TEST_PICTURE, '-frames:v', '1']],
	['still.bmp', [...TEST_PICTURE, '-frames:v', '1']],
	['moves.gif', [...TEST_PICTURE, ...SECOND, '-r', '5']],
	['last.mp4', [...TEST_PICTURE, ...TONE, ...SECOND, ...H264]],
	['first.mp4', [...TEST_PICTURE, ...SECOND, ...H264, '-movflags', '+faststart']],
	[
		'fragments.mp4',
		[...TEST_PICTURE, ...SECOND, ...H264, '-g', '5', '-movflags', 'frag_keyframe+empty_moov'],
	],
	[
		'fragments-after-header.mp4',
		[...TEST_PICTURE, ...SECOND, ...H264, '-g', '2', '-movflags', 'frag_keyframe'],
	],
	['cover-first.mov', [...TEST_PICTURE, '-i', '{still.jpg}', ...COVER_FIRST, ...SECOND]],
	['moves.mov', [...TEST_PICTURE, ...SECOND, ...H264]],
	['moves.webm', [...TEST_PICTURE, ...SECOND, '-c:v', 'libvpx']],
	['short.mp4', [...TEST_PICTURE, '-t', '0.08', ...H264]],
	['sound.m4a', [...TONE, ...SECOND, '-c:a', 'aac']],
	['sound.mp4', [...TONE, ...SECOND, '-c:a', 'aac']],
	['sound.webm', [...TONE, ...SECOND, '-c:a', 'libopus']],
	['sound.mp3', [...TONE, ...SECOND]],
	['sound.wav', [...TONE, ...SECOND]],
	['sound.ogg', [...TONE, ...SECOND, '-c:a', 'libvorbis']],
	['moves.mkv', [...TEST_PICTURE, ...SECOND, ...H264]],
	['moves.avi', [...TEST_PICTURE, ...SECOND]],
	['moves.flv', [...TEST_PICTURE, ...SECOND]],
	['moves.wmv', [...TEST_PICTURE, ...SECOND]],
	['moves.ts', [...TEST_PICTURE, ...SECOND, ...H264]],
	['moves.mpg', [...TEST_PICTURE, ...SECOND]],
];

/** Writes all samples into a folder. */
export async function makeSamples(folder: string): Promise<Sample[]> {
	mkdirSync(folder, { recursive: true });
	const encoded = new Map<string, Buffer>();
	for (const [name, args] of ENCODED) {
		const path = join(folder, name);
		const given = args.map((arg) =>
			arg.replace(/^\{(.*)\}$/, (_, name) => join(folder, String(name))),
		);
		await runFfmpeg([...given, path], new AbortController().signal);
		encoded.set(name, readFileSync(path));
	}
	const made = (name: string) => {
		const bytes = encoded.get(name);
		if (!bytes) throw new Error(`no ${name}`);
		return bytes;
	};
	const sample =
		(kind: Sample['kind']) =>
		([name, bytes, fault, more]: Row): Sample => {
			const path = join(folder, `${kind} ${name}`);
			writeFileSync(path, bytes);
			return { kind, name, path, bytes, ...(fault ? { fault } : {}), ...more };
		};
	return [
		...portraits(made).map(sample('portrait')),
		...drivingVideos(made).map(sample('driving video')),
	];
}

/** Without its first box, which tells the brand: `wide` and `mdat` begin it. */
function beforeBrand(mov: Buffer): Buffer {
	return mov.subarray(mov.readUInt32BE(0));
}

/** As web pages have it to count their readers. */
const PIXEL = Buffer.from(
	'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
	'base64',
);
const HEIC = behind(
	box('ftyp', Buffer.from('heic'), numbers(0), Buffer.from('mif1heic')),
	box('meta', Buffer.alloc(100)),
);
const AVIF = behind(
	box('ftyp', Buffer.from('mif1'), numbers(0), Buffer.from('mif1avif')),
	box('meta', Buffer.alloc(100)),
);
const HTML = text(`\n<!doctype html>\n<html><head><title>Sign in</title></head></html>`);
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h10"/></svg>';
const ZIP = text('PK\x03\x04\x14\0\0\0\x08\0'.padEnd(200, 'z'));
const PDF = text('%PDF-1.7\n'.padEnd(200, 'x'));

function portraits(made: (name: string) => Buffer): Row[] {
	const [png, jpg, webp, noise] = [
		made('still.png'),
		made('still.jpg'),
		made('still.webp'),
		made('noise.jpg'),
	];
	return [
		['good.png', png],
		['good.jpg', jpg],
		['large.jpg', noise],
		['progressive.jpg', progressive(jpg)],
		['good.webp', webp],
		['lossless.webp', made('lossless.webp')],
		['counts-its-head.webp', lengthened(webp, 8)],
		['trailing.jpg', behind(jpg, Buffer.alloc(70_000))],
		['motion-photo.jpg', behind(noise, made('last.mp4'))],
		['table-behind.jpg', behind(noise, numbers(...new Array<number>(9000).fill(255)))],
		['trailing.png', behind(png, Buffer.alloc(70_000, 1))],
		['large-chunk.png', withChunk(png, 'tEXt', Buffer.alloc(400_000, 'c'))],
		['many-chunks.png', manyChunks(png)],
		[
			'turned.jpg',
			turned(jpg, 6),
			undefined,
			{ note: /on its side \(320 x 240 pixels\).*EXIF orientation 6/ },
		],
		['upside-down.jpg', turned(jpg, 3), undefined, { note: /is stored upside down/ }],
		['turned.png', withChunk(png, 'eXIf', tiff(8)), undefined, { note: /EXIF orientation 8/ }],
		['not-turned.jpg', turned(jpg, 1)],
		['cut.jpg', cut(jpg, 0.6), /is a JPEG image that is cut off/],
		['cut-head.jpg', jpg.subarray(0, 100), /is a JPEG image that is cut off/],
		['cut-large.jpg', cut(noise, 0.9), /is a JPEG image that is cut off/],
		['cut.png', cut(png, 0.5), /is a PNG image that is cut off/],
		[
			'cut-large.png',
			cut(withChunk(png, 'tEXt', Buffer.alloc(400_000, 'c')), 0.9),
			/PNG image that is cut off/,
		],
		['cut.webp', cut(webp, 0.9), /is a WebP image that is cut off/],
		['pixel.png', PIXEL, /is a picture of 1 x 1 pixel/],
		['animated.webp', made('animated.webp'), /is an animated WebP/],
		['phone.heic', HEIC, /is not a PNG, JPEG or WebP image: it is a HEIC picture/],
		['new.avif', AVIF, /it is an AVIF image/],
		['scan.tiff', made('still.tiff'), /it is a TIFF image/],
		['old.bmp', made('still.bmp'), /it is a BMP image/],
		['moves.gif', made('moves.gif'), /it is a GIF image/],
		['drawing.svg', text(SVG), /it is an SVG drawing/],
		[
			'drawing-of-a-program.svg',
			text(`<?xml version="1.0"?>\n<!-- made -->\n${SVG}`),
			/it is an SVG drawing/,
		],
		['sign-in.jpg', HTML, /it is an HTML page/],
		[
			'denied.png',
			text('<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'),
			/it is an XML text/,
		],
		['error.png', text('{"error":"not found"}'), /it is a JSON text/],
		['encoded.png', text(png.toString('base64')), /it is the base64 text of a file/],
		[
			'encoded.jpg',
			text(`data:image/jpeg;base64,${jpg.toString('base64')}`),
			/the base64 text of a file/,
		],
		['encoded.webp', text(webp.toString('base64')), /the base64 text of a file/],
		['paper.pdf', PDF, /it is a PDF document/],
		['folder.zip', ZIP, /it is a ZIP archive/],
		['moves.mp4', made('first.mp4'), /it is an MP4 video/],
		[
			'notes.png',
			text('Here is the picture that you asked for.'),
			/it is a text/,
			{ isGuess: true },
		],
		['empty.png', Buffer.alloc(0), /is empty/],
	];
}

function drivingVideos(made: (name: string) => Buffer): Row[] {
	const [first, last, webm] = [made('first.mp4'), made('last.mp4'), made('moves.webm')];
	return [
		['header-first.mp4', first],
		['header-last.mp4', last],
		['fragments.mp4', made('fragments.mp4')],
		['fragments-after-header.mp4', made('fragments-after-header.mp4')],
		['cover-first.mov', made('cover-first.mov')],
		['of-an-old-camera.mov', beforeBrand(made('moves.mov'))],
		['filled-first.mov', behind(box('skip', Buffer.alloc(8)), beforeBrand(made('moves.mov')))],
		['moves.mov', made('moves.mov')],
		['moves.webm', webm],
		['itunes.m4v', branded(first, 'M4V ')],
		['phone.3gp', branded(first, '3gp5')],
		['trailing.mp4', behind(first, text('written by a program'))],
		['trailing-zeros.mp4', behind(first, Buffer.alloc(70_000))],
		['large-box.mp4', behind(first, box('free', Buffer.alloc(500_000, 1)))],
		['sound.m4a', made('sound.m4a'), /is not an MP4, MOV or WebM video: it is an M4A audio file/],
		['sound.mp4', made('sound.mp4'), /is an MP4 file without a video track: it holds sound alone/],
		['sound.webm', made('sound.webm'), /is a WebM file without a video track/],
		['cut-header-first.mp4', cut(first, 0.7), /is an MP4 file that is cut off/],
		['cut-header-last.mp4', cut(last, 0.7), /is an MP4 file that is cut off/],
		[
			'cut-within-header.mp4',
			last.subarray(0, last.length - 100),
			/is an MP4 file that is cut off/,
		],
		[
			'no-fragment.mp4',
			beforeFirst(made('fragments.mp4'), 'moof'),
			/is an MP4 file that is cut off/,
		],
		['cut.mov', cut(made('moves.mov'), 0.5), /is a MOV file that is cut off/],
		['cut.webm', cut(webm, 0.5), /is a WebM file that is cut off/],
		['short.mp4', made('short.mp4'), /lasts 0\.08 seconds/],
		[
			'film.mkv',
			made('moves.mkv'),
			/is not an MP4, MOV or WebM video: it is a Matroska \(MKV\) video/,
		],
		['film.avi', made('moves.avi'), /it is an AVI video/],
		['film.flv', made('moves.flv'), /it is a Flash video/],
		['film.wmv', made('moves.wmv'), /it is a Windows Media file/],
		['film.ts', made('moves.ts'), /it is an MPEG transport stream/],
		['film.mpg', made('moves.mpg'), /it is an MPEG-1 or MPEG-2 video/],
		['moves.gif', made('moves.gif'), /it is a GIF image/],
		['song.mp3', made('sound.mp3'), /it is an MP3 audio file/],
		['speech.mp3', behind(Buffer.from('fff344c4', 'hex'), Buffer.alloc(300)), /it is an MP3 audio/],
		['encoded.mp4', text(first.toString('base64')), /the base64 text of a file/],
		['encoded.webm', text(webm.toString('base64')), /the base64 text of a file/],
		['song.wav', made('sound.wav'), /it is a WAV audio file/],
		['song.ogg', made('sound.ogg'), /it is an Ogg audio file/],
		['portrait.jpg', made('still.jpg'), /it is a JPEG image/],
		['phone.heic', HEIC, /it is a HEIC picture/],
		['sign-in.mp4', HTML, /it is an HTML page/],
		['paper.pdf', PDF, /it is a PDF document/],
		['empty.mp4', Buffer.alloc(0), /is empty/],
	];
}
