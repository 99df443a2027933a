/** What is read of an answer that is no file. The client parses XML in one go, during which nothing else runs. */
export interface AnswerLimit {
	maxBytes: number;
	/** Of `<`, each of which takes the parser some time; and of `&`. */
	maxTags: number;
	maxEntities: number;
}

/** An error, or one of the small answers that all other requests have. */
export const SMALL_ANSWER: AnswerLimit = {
	maxBytes: 64 * 1024,
	maxTags: 2000,
	maxEntities: 2000,
};

// A key of 1,024 bytes, each written as %XX; time, ETag, owner and checksums beside it.
const KEY_BYTES = 3 * 1024 + 600;
const TAGS_PER_KEY = 32;
const ENTITIES_PER_KEY = 16;

/** A page of a listing, of so many keys. */
export function pageLimit(keys: number): AnswerLimit {
	const { maxBytes, maxTags, maxEntities } = SMALL_ANSWER;
	return {
		maxBytes: maxBytes + keys * KEY_BYTES,
		maxTags: maxTags + keys * TAGS_PER_KEY,
		maxEntities: maxEntities + keys * ENTITIES_PER_KEY,
	};
}

/** The bytes of an object, which nobody parses as XML. */
export function bytesLimit(maxBytes: number): AnswerLimit {
	return { maxBytes, maxTags: Infinity, maxEntities: Infinity };
}

/** Counts the bytes of an answer as they come. */
export class AnswerMeter {
	#bytes = 0;
	#tags = 0;
	#entities = 0;

	constructor(private readonly limit: AnswerLimit) {}

	/** @returns of what there is too much; nothing while there is not */
	add(chunk: Uint8Array): string | undefined {
		const { maxBytes, maxTags, maxEntities } = this.limit;
		this.#bytes += chunk.byteLength;
		if (this.#bytes > maxBytes) return `${String(Math.floor(maxBytes / 1024))} kB`;
		if (maxTags < Infinity) this.#tags += count(chunk, LESS_THAN);
		if (this.#tags > maxTags) return `${String(maxTags)} XML tags`;
		if (maxEntities < Infinity) this.#entities += count(chunk, AMPERSAND);
		return this.#entities > maxEntities ? `${String(maxEntities)} XML entities` : undefined;
	}
}

const LESS_THAN = 0x3c;
const AMPERSAND = 0x26;

function count(chunk: Uint8Array, byte: number): number {
	let found = 0;
	for (let at = chunk.indexOf(byte); at !== -1; at = chunk.indexOf(byte, at + 1)) found++;
	return found;
}
