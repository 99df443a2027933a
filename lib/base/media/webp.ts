import { readOrientation } from './exif';
import { textAt, type PartFile } from './partFile';
import { readPicture, type Picture } from './picture';

const RIFF_HEAD_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
const HAS_EXIF = 0x08;
const IS_ANIMATED = 0x02;

/** Reads the head of a WebP; its container tells its length. */
export async function lookAtWebp(file: PartFile): Promise<Picture> {
	return await readPicture(async (picture) => {
		const end = 8 + (await file.bytes(4, 4)).getUint32(0, true);
		// The last byte may be left out where it only fills up.
		picture.isCutOff = end - 1 > file.sizeBytes;
		await readHead(file, picture, end);
	});
}

async function readHead(file: PartFile, picture: Picture, end: number): Promise<void> {
	const start = RIFF_HEAD_BYTES + CHUNK_HEAD_BYTES;
	const type = textAt(await file.bytes(RIFF_HEAD_BYTES, 4), 0);
	const head = await file.bytes(start, 10);
	if (type === 'VP8 ') {
		picture.widthPx = head.getUint16(6, true) & 0x3f_ff;
		picture.heightPx = head.getUint16(8, true) & 0x3f_ff;
	}
	if (type === 'VP8L') {
		const bits = head.getUint32(1, true);
		picture.widthPx = (bits & 0x3f_ff) + 1;
		picture.heightPx = ((bits >>> 14) & 0x3f_ff) + 1;
	}
	if (type !== 'VP8X') return;
	const flags = head.getUint8(0);
	picture.widthPx = (head.getUint32(3, true) >>> 8) + 1;
	picture.heightPx = (head.getUint32(6, true) >>> 8) + 1;
	picture.isAnimated = (flags & IS_ANIMATED) !== 0;
	if (flags & HAS_EXIF && !picture.isCutOff) picture.orientation = await exifIn(file, end);
}

async function exifIn(file: PartFile, end: number): Promise<number> {
	for (let at = RIFF_HEAD_BYTES; at + CHUNK_HEAD_BYTES <= Math.min(end, file.sizeBytes);) {
		file.countBox();
		const head = await file.bytes(at, CHUNK_HEAD_BYTES);
		if (textAt(head, 0) === 'EXIF') return await readOrientation(file, await tiffStart(file, at));
		const lengthBytes = head.getUint32(4, true);
		at += CHUNK_HEAD_BYTES + lengthBytes + (lengthBytes % 2);
	}
	return 1;
}

/** Some write JPEG's mark before the data. */
async function tiffStart(file: PartFile, at: number): Promise<number> {
	const start = at + CHUNK_HEAD_BYTES;
	return textAt(await file.bytes(start, 4), 0) === 'Exif' ? start + 6 : start;
}
