import { READ_BYTES, textAt, Unreadable, type PartFile } from './partFile';

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
