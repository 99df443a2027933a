/** A file that is read in parts. */
export interface RangedReader {
	sizeBytes: number;
	/** The bytes from `offset` on; fewer at the end of the file. */
	read: (offset: number, lengthBytes: number) => Promise<Uint8Array>;
	/** It is in memory, or those parts of it that matter are: then no more is read than is wanted, as often as need be. */
	isAtHand?: boolean;
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
export const READ_BYTES = 4 * 1024;

const RESERVED_READS = 10;
const RESERVED_BOXES = 1000;

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
		if (this.reader.isAtHand) return viewOf(await this.#take(offset, lengthBytes));
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
		if (this.#reads >= MAX_READS) throw new TooLong();
		this.#reads++;
		const bytes = await this.#take(start, Math.min(wanted, this.sizeBytes - start));
		const part = { start, bytes };
		this.#parts.splice(this.#countUpTo(start), 0, part);
		return part;
	}

	async #take(start: number, lengthBytes: number): Promise<Uint8Array> {
		if (lengthBytes > MAX_READ_BYTES - this.#readBytes) throw new TooLong();
		this.#readBytes += lengthBytes;
		const bytes = await this.reader.read(start, lengthBytes);
		if (bytes.length !== lengthBytes) throw new Unreadable();
		return bytes;
	}
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
	return new DataView(buffer, byteOffset, length);
}

/** So much of the end of a file tells whether it is whole. */
export const TAIL_BYTES = 32 * 1024;

/** The end of a file, but nothing before `from`. */
export async function tailOf(
	file: PartFile,
	from: number,
): Promise<{ start: number; tail: Buffer }> {
	const start = Math.max(from, file.sizeBytes - TAIL_BYTES);
	return { start, tail: bufferOf(await file.bytes(start, file.sizeBytes - start)) };
}

export function bufferOf({ buffer, byteOffset, byteLength }: DataView): Buffer {
	return Buffer.from(buffer, byteOffset, byteLength);
}

export function textAt(view: DataView, offset: number): string {
	return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(offset + index)));
}
