import { Unreadable, type PartFile } from './partFile';

const ORIENTATION_TAG = 0x01_12;
const MAX_ENTRIES = 200;
const ENTRY_BYTES = 12;

/** How EXIF data that begin at `start` turn the picture: 1 (not at all) to 8; 1 also where they do not tell. */
export async function readOrientation(file: PartFile, start: number): Promise<number> {
	try {
		return await orientationAt(file, start);
	} catch (error) {
		if (error instanceof Unreadable) return 1;
		throw error;
	}
}

async function orientationAt(file: PartFile, start: number): Promise<number> {
	const head = await file.bytes(start, 8);
	const isLittle = head.getUint16(0) === 0x49_49;
	if (!isLittle && head.getUint16(0) !== 0x4d_4d) return 1;
	const directory = start + head.getUint32(4, isLittle);
	const count = (await file.bytes(directory, 2)).getUint16(0, isLittle);
	for (let index = 0; index < Math.min(count, MAX_ENTRIES); index++) {
		const entry = await file.bytes(directory + 2 + index * ENTRY_BYTES, ENTRY_BYTES);
		if (entry.getUint16(0, isLittle) !== ORIENTATION_TAG) continue;
		const orientation = entry.getUint16(8, isLittle);
		return orientation >= 1 && orientation <= 8 ? orientation : 1;
	}
	return 1;
}
