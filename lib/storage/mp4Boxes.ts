/** A file that is read in parts. */
export interface RangedReader {
	sizeBytes: number;
	/** The bytes from `offset` on; fewer at the end of the file. */
	read: (offset: number, lengthBytes: number) => Promise<Uint8Array>;
}

/** No more is read of one file. */
export const MAX_READ_BYTES = 900 * 1024;

// The header of most files, where it comes first.
const FIRST_READ_BYTES = 16 * 1024;
// A fragment's header, or some of a table.
const READ_BYTES = 4 * 1024;

/** A file that is not as its format wants. */
export class Unreadable extends Error {}

/** A file that may be as its format wants, but would have to be read further than it may. */
export class TooLong extends Error {}

/** Reads a file in pieces, a little ahead, and no more of it than it may. */
export class PartFile {
	readonly #parts: { start: number; bytes: Uint8Array }[] = [];
	#readBytes = 0;

	constructor(private readonly reader: RangedReader) {}

	get sizeBytes(): number {
		return this.reader.sizeBytes;
	}

	/** How much more of it may be read. */
	get bytesLeft(): number {
		return MAX_READ_BYTES - this.#readBytes;
	}

	async bytes(offset: number, lengthBytes: number): Promise<DataView> {
		const end = offset + lengthBytes;
		if (offset < 0 || end > this.sizeBytes) throw new Unreadable();
		const known = this.#parts.find(
			({ start, bytes }) => start <= offset && end <= start + bytes.length,
		);
		const { start, bytes } = known ?? (await this.#read(offset, lengthBytes));
		return new DataView(bytes.buffer, bytes.byteOffset + offset - start, lengthBytes);
	}

	async #read(start: number, lengthBytes: number) {
		const wanted = Math.max(lengthBytes, start === 0 ? FIRST_READ_BYTES : READ_BYTES);
		const length = Math.min(wanted, this.sizeBytes - start);
		if (length > this.bytesLeft) throw new TooLong();
		const bytes = await this.reader.read(start, length);
		if (bytes.length !== length) throw new Unreadable();
		this.#readBytes += length;
		const part = { start, bytes };
		// The newest first: what is asked for next is near it as a rule.
		this.#parts.unshift(part);
		return part;
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
