import { TooLong, Unreadable, type PartFile } from './partFile';

/** What a WebM is found to be; `unknown` where its head does not tell. */
export type WebmLook = 'video' | 'noVideo' | 'cutOff' | 'unknown';

const SEGMENT = 0x18_53_80_67;
const TRACKS = 0x16_54_ae_6b;
const TRACK_ENTRY = 0xae;
const TRACK_TYPE = 0x83;
const IS_VIDEO = 1;

interface Element {
	id: number;
	/** Where its content begins and ends; the end is not known while it is still being written. */
	start: number;
	end: number;
}

/** Reads which tracks a WebM has, and whether all of it has come where it tells its length. */
export async function lookAtWebm(file: PartFile): Promise<WebmLook> {
	try {
		const segment = await firstOf(file, { start: 0, end: Infinity }, SEGMENT);
		if (!segment) return 'unknown';
		if (segment.end !== Infinity && segment.end > file.sizeBytes) return 'cutOff';
		const tracks = await firstOf(file, segment, TRACKS);
		return tracks ? await kindOf(file, tracks) : 'unknown';
	} catch (error) {
		if (error instanceof Unreadable || error instanceof TooLong) return 'unknown';
		throw error;
	}
}

async function kindOf(file: PartFile, tracks: Element): Promise<WebmLook> {
	let count = 0;
	for await (const entry of elementsIn(file, tracks)) {
		if (entry.id !== TRACK_ENTRY) continue;
		const type = await firstOf(file, entry, TRACK_TYPE);
		if (!type) return 'unknown';
		if ((await file.bytes(type.start, 1)).getUint8(0) === IS_VIDEO) return 'video';
		count++;
	}
	return count === 0 ? 'unknown' : 'noVideo';
}

type Range = Pick<Element, 'start' | 'end'>;

async function firstOf(file: PartFile, within: Range, id: number): Promise<Element | undefined> {
	for await (const element of elementsIn(file, within)) if (element.id === id) return element;
	return undefined;
}

/** The elements within another one, up to one whose end is not known. */
async function* elementsIn(file: PartFile, { start, end }: Range): AsyncGenerator<Element> {
	const last = Math.min(end, file.sizeBytes);
	for (let at = start; at < last;) {
		file.countBox();
		const id = await readNumber(file, at, 4);
		const size = await readNumber(file, at + id.lengthBytes, 8);
		const contentStart = at + id.lengthBytes + size.lengthBytes;
		const contentEnd = size.isUnknown ? Infinity : contentStart + size.value;
		yield { id: id.marked, start: contentStart, end: contentEnd };
		at = contentEnd;
	}
}

/** EBML's numbers: how many zeros stand before the first one tells how many bytes follow; all ones: not known. */
async function readNumber(file: PartFile, at: number, maxBytes: number) {
	const first = (await file.bytes(at, 1)).getUint8(0);
	const lengthBytes = Math.clz32(first) - 23;
	if (lengthBytes > maxBytes) throw new Unreadable();
	const view = await file.bytes(at, lengthBytes);
	const mark = 0x80 >> (lengthBytes - 1);
	let value = first - mark;
	let isUnknown = value === mark - 1;
	for (let index = 1; index < lengthBytes; index++) {
		value = value * 256 + view.getUint8(index);
		isUnknown &&= view.getUint8(index) === 0xff;
	}
	return { lengthBytes, value, marked: value + mark * 256 ** (lengthBytes - 1), isUnknown };
}
