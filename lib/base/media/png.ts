import { readOrientation } from './exif';
import { tailOf, textAt, type PartFile } from './partFile';
import { readPicture, type Picture } from './picture';

const SIGNATURE_BYTES = 8;
/** Length and type before the content, a checksum after it. */
const CHUNK_BYTES = 12;
const LAST_CHUNK = Buffer.from('IEND\xaeB\x60\x82', 'latin1');

/** Reads the chunks of a PNG, and whether the last one has come. */
export async function lookAtPng(file: PartFile): Promise<Picture> {
	return await readPicture(async (picture) => {
		picture.isCutOff = await readChunks(file, picture);
	});
}

/**
 * @returns whether it is cut off
 * @throws Unreadable where the file ends too early
 */
async function readChunks(file: PartFile, picture: Picture): Promise<boolean> {
	let isTailSeen = false;
	for (let at = SIGNATURE_BYTES; ;) {
		file.countBox();
		const head = await file.bytes(at, 8);
		const type = textAt(head, 4);
		const end = at + CHUNK_BYTES + head.getUint32(0);
		if (!/^[A-Za-z]{4}$/.test(type)) return false;
		if (end > file.sizeBytes) return true;
		if (type === 'IEND') return false;
		if (type === 'IHDR') await readMeasures(file, at, picture);
		if (type === 'eXIf') picture.orientation = await readOrientation(file, at + 8);
		if (type === 'IDAT' && !isTailSeen) {
			// There may be thousands of them.
			isTailSeen = true;
			if ((await tailOf(file, at)).tail.includes(LAST_CHUNK)) return false;
		}
		at = end;
	}
}

async function readMeasures(file: PartFile, at: number, picture: Picture): Promise<void> {
	const measures = await file.bytes(at + 8, 8);
	picture.widthPx = measures.getUint32(0);
	picture.heightPx = measures.getUint32(4);
}
