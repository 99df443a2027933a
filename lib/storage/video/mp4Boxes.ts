/** A file that is read in parts. */
export interface RangedReader {
	sizeBytes: number;
	/** The bytes from `offset` on; fewer at the end of the file. */
	read: (offset: number, lengthBytes: number) => Promise<Uint8Array>;
}

/** No more is read of one file. */
export const MAX_READ_BYTES = 900 * 1024;
/** So many reads; those at the end of a file may be of a few bytes. */
const MAX_READS = 400;
/** No more boxes are looked at, however often: those of a file that is made to hold up its reader lie in each other. */
const MAX_BOXES = 10_000;

// The header of most files, where it comes first.
const FIRST_READ_BYTES = 16 * 1024;
// A fragment's header, or some of a table.
const READ_BYTES = 4 * 1024;

/** A file that is not as its format wants. */
export class Unreadable extends Error {}

/** A file that may be as its format wants, but would have to be read further than it may. */
export class TooLong extends Error {}

interface Part {
	start: number;
	bytes: Uint8Array;
}

/** Reads a file in pieces, a little ahead, and no more of it than it may. */
export class PartFile {
	/** In the order in which they begin; each ends behind the one before it. */
	readonly #parts: Part[] = [];
	#readBytes = 0;
	#reads = 0;
	#boxes = 0;

	constructor(private readonly reader: RangedReader) {}

	get sizeBytes(): number {
		return this.reader.sizeBytes;
	}

	/** Whether so little may still be read that it should be kept for what matters more. */
	isNearItsLimit(reservedBytes: number): boolean {
		return (
			MAX_READ_BYTES - this.#readBytes <= reservedBytes ||
			MAX_READS - this.#reads <= RESERVED_READS ||
			MAX_BOXES - this.#boxes <= RESERVED_BOXES
		);
	}

	/** @throws TooLong when it is one too many */
	countBox(): void {
		if (++this.#boxes > MAX_BOXES) throw new TooLong();
	}

	async bytes(offset: number, lengthBytes: number): Promise<DataView> {
		const end = offset + lengthBytes;
		if (!(offset >= 0 && end <= this.sizeBytes)) throw new Unreadable();
		const known = this.#partAt(offset);
		const isWhole = known !== undefined && end <= known.start + known.bytes.length;
		const { start, bytes } = isWhole ? known : await this.#read(offset, lengthBytes);
		return new DataView(bytes.buffer, bytes.byteOffset + offset - start, lengthBytes);
	}

	/** The last part that begins there or before. */
	#partAt(offset: number): Part | undefined {
		return this.#parts[this.#countUpTo(offset) - 1];
	}

	/** How many parts begin there or before. */
	#countUpTo(offset: number): number {
		let [low, high] = [0, this.#parts.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#parts[middle]?.start ?? Infinity) <= offset) low = middle + 1;
			else high = middle;
		}
		return low;
	}

	async #read(start: number, lengthBytes: number): Promise<Part> {
		const wanted = Math.max(lengthBytes, start === 0 ? FIRST_READ_BYTES : READ_BYTES);
		const length = Math.min(wanted, this.sizeBytes - start);
		if (length > MAX_READ_BYTES - this.#readBytes || this.#reads >= MAX_READS) throw new TooLong();
		this.#readBytes += length;
		this.#reads++;
		const bytes = await this.reader.read(start, length);
		if (bytes.length !== length) throw new Unreadable();
		const part = { start, bytes };
		this.#parts.splice(this.#countUpTo(start), 0, part);
		return part;
	}
}

const RESERVED_READS = 10;
const RESERVED_BOXES = 1000;

/**
 * The numbers of a table of 32-bit fields that must lie within its box, some at a time.
 * @throws Unreadable where it is to be longer than the box
 */
export async function* tableParts(
	file: PartFile,
	{ start, end }: Pick<Box, 'start' | 'end'>,
	entryCount: number,
	entryBytes: number,
): AsyncGenerator<DataView> {
	if (entryCount * entryBytes > end - start) throw new Unreadable();
	const entriesPerPart = Math.floor(READ_BYTES / entryBytes);
	for (let done = 0; done < entryCount; done += entriesPerPart) {
		const count = Math.min(entriesPerPart, entryCount - done);
		yield await file.bytes(start + done * entryBytes, count * entryBytes);
	}
}

export interface Box {
	type: string;
	/** Where its content begins and ends. */
	start: number;
	end: number;
	/** It says that it goes on behind the end of what holds it. */
	isCut: boolean;
}

export function topLevel({ sizeBytes }: PartFile): Box {
	return { type: '', start: 0, end: sizeBytes, isCut: false };
}

const HEADER_BYTES = 8;

/** The boxes inside another, one after the other; only their headers are read. */
export async function* boxesIn(file: PartFile, { start, end }: Box): AsyncGenerator<Box> {
	let at = start;
	while (at + HEADER_BYTES <= end) {
		file.countBox();
		const header = await file.bytes(at, HEADER_BYTES);
		const shortSize = header.getUint32(0);
		const type = textAt(header, 4);
		// 1: a 64-bit size follows. 0: up to the end of the file.
		const isLarge = shortSize === 1;
		const headerBytes = isLarge ? HEADER_BYTES + 8 : HEADER_BYTES;
		const size = isLarge
			? Number((await file.bytes(at + HEADER_BYTES, 8)).getBigUint64(0))
			: shortSize === 0
				? end - at
				: shortSize;
		if (size < headerBytes) throw new Unreadable();
		const isCut = at + size > end;
		yield { type, start: at + headerBytes, end: Math.min(at + size, end), isCut };
		at += size;
	}
}

export function textAt(view: DataView, offset: number): string {
	return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(offset + index)));
}

/** The first box of a path of types. */
export async function findBox(
	file: PartFile,
	within: Box,
	...path: string[]
): Promise<Box | undefined> {
	let found: Box | undefined = within;
	for (const type of path) {
		if (!found) return undefined;
		found = await firstOf(file, found, type);
	}
	return found;
}

async function firstOf(file: PartFile, within: Box, type: string): Promise<Box | undefined> {
	for await (const box of boxesIn(file, within)) if (box.type === type) return box;
	return undefined;
}
