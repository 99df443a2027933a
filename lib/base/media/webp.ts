import { readOrientation } from './exif';
import { textAt, type PartFile } from './partFile';
import { readPicture, type Picture } from './picture';

const RIFF_HEAD_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
const IS_ANIMATED = 0x02;

/** Some programs count the first eight bytes as well, and some leave out the last one, which only fills up. */
const SLACK_BYTES = 9;

/** Reads the chunks of a WebP, and whether all of them have come. */
export async function lookAtWebp(file: PartFile): Promise<Picture> {
	return await readPicture(async (picture) => {
		const end = 8 + (await file.bytes(4, 4)).getUint32(0, true);
		picture.isCutOff = end > file.sizeBytes + SLACK_BYTES;
		await readHead(file, picture);
		await readChunks(file, picture, end);
	});
}

async function readHead(file: PartFile, picture: Picture): Promise<void> {
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
	picture.widthPx = (head.getUint32(3, true) >>> 8) + 1;
	picture.heightPx = (head.getUint32(6, true) >>> 8) + 1;
	picture.isAnimated = (head.getUint8(0) & IS_ANIMATED) !== 0;
}

async function readChunks(file: PartFile, picture: Picture, end: number): Promise<void> {
	for (let at = RIFF_HEAD_BYTES; at + CHUNK_HEAD_BYTES <= Math.min(end, file.sizeBytes);) {
		file.countBox();
		const head = await file.bytes(at, CHUNK_HEAD_BYTES);
		const lengthBytes = head.getUint32(4, true);
		const contentEnd = at + CHUNK_HEAD_BYTES + lengthBytes;
		if (contentEnd > file.sizeBytes) {
			picture.isCutOff = true;
			return;
		}
		if (textAt(head, 0) === 'EXIF')
			picture.orientation = await readOrientation(file, await tiffStart(file, at));
		at = contentEnd + (lengthBytes % 2);
	}
}

/** Some write JPEG's mark before the data. */
async function tiffStart(file: PartFile, at: number): Promise<number> {
	const start = at + CHUNK_HEAD_BYTES;
	return textAt(await file.bytes(start, 4), 0) === 'Exif' ? start + 6 : start;
}
