import { readOrientation } from './exif';
import { tailOf, textAt, Unreadable, type PartFile } from './partFile';
import { readPicture, type Picture } from './picture';

const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);
const START_OF_SCAN = 0xda;
const APP1 = 0xe1;

/** Reads a JPEG up to its first scan, and whether its end has come. */
export async function lookAtJpeg(file: PartFile): Promise<Picture> {
	return await readPicture(async (picture) => {
		await readSegments(file, picture);
	});
}

/** @throws Unreadable where the file ends too early */
async function readSegments(file: PartFile, picture: Picture): Promise<void> {
	for (let at = 2; ;) {
		file.countBox();
		const marker = await file.bytes(at, 2);
		const code = marker.getUint8(1);
		// What is no marker is some other program's business.
		if (marker.getUint8(0) !== 0xff) return;
		if (code === 0xff) {
			at++;
			continue;
		}
		if (code === 0x01 || (code >= 0xd0 && code <= 0xd9)) return;
		const lengthBytes = (await file.bytes(at + 2, 2)).getUint16(0);
		const end = at + 2 + lengthBytes;
		if (end > file.sizeBytes) throw new Unreadable();
		if (isFrame(code)) await readMeasures(file, at, picture);
		if (code === APP1 && lengthBytes >= 16) await readExif(file, at, picture);
		if (code === START_OF_SCAN) {
			picture.isCutOff = await isEndMissing(file, end);
			return;
		}
		at = end;
	}
}

/** The frame headers, whatever way of compression; three codes between them are tables. */
function isFrame(code: number): boolean {
	return code >= 0xc0 && code <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(code);
}

async function readMeasures(file: PartFile, at: number, picture: Picture): Promise<void> {
	const frame = await file.bytes(at + 5, 4);
	// 0: the height comes after the first scan.
	picture.heightPx = frame.getUint16(0) || null;
	picture.widthPx = frame.getUint16(2) || null;
}

async function readExif(file: PartFile, at: number, picture: Picture): Promise<void> {
	if (textAt(await file.bytes(at + 4, 4), 0) !== 'Exif') return;
	picture.orientation = await readOrientation(file, at + 10);
}

/** Phones put a video behind the picture, so that the end of the file need not be that of the picture. */
async function isEndMissing(file: PartFile, scanStart: number): Promise<boolean> {
	const { start, tail } = await tailOf(file, scanStart);
	if (tail.includes(END_OF_IMAGE)) return false;
	return start === scanStart || isScan(tail);
}

const ENOUGH_ESCAPES = 8;

/**
 * In a scan each byte of all ones is followed by a zero or a restart, and by few markers; elsewhere by anything. The
 * tables of a video are mostly zeros.
 */
function isScan(bytes: Buffer): boolean {
	let escapes = 0;
	let others = 0;
	let zeros = 0;
	for (const byte of bytes) if (byte === 0) zeros++;
	if (zeros * 4 > bytes.length) return false;
	for (let at = bytes.indexOf(0xff); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
		const next = bytes[at + 1];
		if (next === undefined || next === 0xff) continue;
		if (next === 0 || (next >= 0xd0 && next <= 0xd7)) escapes++;
		else others++;
	}
	return escapes >= ENOUGH_ESCAPES && others * 10 <= escapes;
}
