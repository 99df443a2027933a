import { MAX_READ_BYTES, TAIL_BYTES, TooLong, type RangedReader } from './partFile';

/** In it lies what matters of nearly every picture. */
const HEAD_BYTES = 256 * 1024;
/** Of boxes and chunks no more headers are kept. */
const MAX_PARTS = 10_000;
const PART_HEADER_BYTES = 8;
const LARGE_HEADER_BYTES = 16;
const PNG_SIGNATURE_BYTES = 8;
const PNG_CHECKSUM_BYTES = 4;
/** Boxes whose content tells what a video is. */
const KEPT_BOXES = new Set(['moov', 'moof', 'mfra']);

interface Part {
	start: number;
	bytes: Buffer;
}

/** What is being kept of a file that passes by. */
interface Wanted {
	start: number;
	pieces: Buffer[];
	missingBytes: number;
	then: (bytes: Buffer) => void;
}

/**
 * Keeps of a file that comes once, from its start to its end, what a look at it reads: head, tail, and of an MP4 or PNG
 * the headers of its boxes wherever they stand; less than 1.5 MB of any file.
 */
export class KeptParts {
	#sizeBytes = 0;
	#head = Buffer.alloc(0);
	#tail: Buffer[] = [];
	#tailBytes = 0;
	readonly #parts: Part[] = [];
	#keptBytes = 0;
	#wanted: Wanted | undefined = {
		start: 0,
		pieces: [],
		missingBytes: PART_HEADER_BYTES,
		then: (bytes) => {
			this.#begin(bytes);
		},
	};

	push(chunk: Buffer): void {
		this.#keepHead(chunk);
		this.#keepTail(chunk);
		this.#keepWanted(chunk);
		this.#sizeBytes += chunk.length;
	}

	/** What was kept, as a file; what was not is too long to read. */
	reader(): RangedReader {
		const tail = Buffer.concat(this.#tail);
		const tailPart = { start: this.#sizeBytes - tail.length, bytes: tail };
		const around = [{ start: 0, bytes: this.#head }, tailPart];
		const read = (offset: number, lengthBytes: number): Uint8Array => {
			const parts = [...around, partAt(this.#parts, offset)];
			for (const part of parts) {
				if (!part || offset < part.start) continue;
				const from = offset - part.start;
				if (from + lengthBytes <= part.bytes.length)
					return part.bytes.subarray(from, from + lengthBytes);
			}
			throw new TooLong();
		};
		return {
			sizeBytes: this.#sizeBytes,
			isAtHand: true,
			read: async (offset, lengthBytes) => Promise.resolve(read(offset, lengthBytes)),
		};
	}

	#keepHead(chunk: Buffer): void {
		const missingBytes = HEAD_BYTES - this.#head.length;
		if (missingBytes > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, missingBytes)]);
	}

	#keepTail(chunk: Buffer): void {
		// A copy: a part of a buffer would hold the whole of it.
		const last = Buffer.from(chunk.subarray(Math.max(0, chunk.length - TAIL_BYTES)));
		this.#tail.push(last);
		this.#tailBytes += last.length;
		for (let [first] = this.#tail; first; [first] = this.#tail) {
			if (this.#tailBytes - first.length < TAIL_BYTES) break;
			this.#tail.shift();
			this.#tailBytes -= first.length;
		}
	}

	#keepWanted(chunk: Buffer): void {
		for (let wanted = this.#wanted; wanted; wanted = this.#wanted) {
			const from = Math.max(0, wanted.start - this.#sizeBytes);
			if (from >= chunk.length) return;
			const piece = Buffer.from(chunk.subarray(from, from + wanted.missingBytes));
			wanted.pieces.push(piece);
			wanted.start += piece.length;
			wanted.missingBytes -= piece.length;
			if (wanted.missingBytes > 0) return;
			this.#wanted = undefined;
			wanted.then(Buffer.concat(wanted.pieces));
		}
	}

	#want(start: number, lengthBytes: number, then: Wanted['then']): void {
		if (this.#parts.length >= MAX_PARTS || this.#keptBytes >= MAX_READ_BYTES) return;
		this.#wanted = { start, pieces: [], missingBytes: lengthBytes, then };
	}

	#keep(start: number, bytes: Buffer): void {
		this.#keptBytes += bytes.length;
		this.#parts.push({ start, bytes });
	}

	#begin(first: Buffer): void {
		const isPng = first.toString('latin1') === '\x89PNG\r\n\x1a\n';
		if (isPng) this.#followChunks(PNG_SIGNATURE_BYTES);
		else this.#readBox(0, first);
	}

	#followChunks(at: number): void {
		this.#want(at, PART_HEADER_BYTES, (header) => {
			this.#keep(at, header);
			this.#followChunks(at + PART_HEADER_BYTES + header.readUInt32BE(0) + PNG_CHECKSUM_BYTES);
		});
	}

	#followBoxes(at: number): void {
		this.#want(at, PART_HEADER_BYTES, (header) => {
			this.#readBox(at, header);
		});
	}

	#readBox(at: number, header: Buffer): void {
		const shortSize = header.readUInt32BE(0);
		if (shortSize === 1)
			this.#want(at + PART_HEADER_BYTES, LARGE_HEADER_BYTES - PART_HEADER_BYTES, (rest) => {
				this.#passBox(at, Buffer.concat([header, rest]), Number(rest.readBigUInt64BE(0)));
			});
		else if (shortSize >= PART_HEADER_BYTES) this.#passBox(at, header, shortSize);
		else this.#keep(at, header);
	}

	#passBox(at: number, header: Buffer, sizeBytes: number): void {
		const contentBytes = sizeBytes - header.length;
		const isKept =
			KEPT_BOXES.has(header.toString('latin1', 4, 8)) &&
			contentBytes > 0 &&
			contentBytes <= MAX_READ_BYTES - this.#keptBytes;
		this.#keep(at, header);
		if (!isKept) {
			if (contentBytes >= 0) this.#followBoxes(at + sizeBytes);
			return;
		}
		this.#want(at + header.length, contentBytes, (content) => {
			this.#keep(at + header.length, content);
			this.#followBoxes(at + sizeBytes);
		});
	}
}

/** The last part that begins there or before. */
function partAt(parts: readonly Part[], offset: number): Part | undefined {
	let [low, high] = [0, parts.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((parts[middle]?.start ?? Infinity) <= offset) low = middle + 1;
		else high = middle;
	}
	return parts[low - 1];
}
