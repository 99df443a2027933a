import { isInPieces } from './inlinePieces';
import { isHex, isInlineFile } from './inlineText';
import { createMasker, type Masker } from './maskSecrets';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export type JsonRecord = Record<string, Json>;

/** An object as `JSON.parse` makes it, of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** How much of a foreign JSON value is copied; what is left out is named by a text in its place. */
export interface JsonBounds {
	levels: number;
	values: number;
	/** Characters of one text. */
	textLength: number;
	/** Characters of all texts and names together. */
	totalLength: number;
}

const BOUNDS: JsonBounds = {
	levels: 32,
	values: 10_000,
	textLength: 64 * 1024,
	totalLength: 1_000_000,
};

const NAME_LENGTH = 200;
/** What a cut text ends with is shorter, so that a copy of a copy is the same. */
const NOTE_LENGTH = 40;
/** Stands for fields or values that were left out. */
const MORE = '(more)';

/** Copies JSON that others made, so that it can be kept, shown and saved whatever it is. */
export interface JsonCopier {
	copy: (value: unknown) => Json;
	/** Whether an object may have so many fields that listing their names alone takes long. */
	isCrowded: boolean;
	/** The fields of an object, without those named. */
	copyFields: (value: JsonObject, without?: readonly string[]) => JsonRecord;
}

export interface JsonCopyOptions {
	/** Values that are masked in texts and names. */
	secrets?: readonly string[];
	bounds?: Partial<JsonBounds>;
	/** The JSON text that the value is of, if it may be large. */
	source?: string;
}

/** The bounds are of each copy for itself. */
export function createJsonCopier({
	secrets = [],
	bounds = {},
	source = '',
}: JsonCopyOptions = {}): JsonCopier {
	const limits = { ...BOUNDS, ...bounds };
	const mask = createMasker(secrets);
	const isCrowded = isCrowdedJson(source);
	const start = () => new Copy(limits, mask, isCrowded);
	return {
		isCrowded,
		copy: (value) => start().value(value, 1),
		copyFields: (value, without = []) => start().fields(value, 1, new Set([...without, PROTOTYPE])),
	};
}

const MAX_COLONS = 20_000;

/** Whether an object in it may have so many fields that listing their names alone takes long. */
function isCrowdedJson(source: string): boolean {
	let colons = 0;
	for (let at = source.indexOf(':'); at !== -1; at = source.indexOf(':', at + 1)) {
		colons += 1;
		if (colons > MAX_COLONS) return true;
	}
	return false;
}

/** n8n and others copy items by assignment, which would make this field the prototype of the copy. */
const PROTOTYPE = '__proto__';
const LEFT_OUT: ReadonlySet<string> = new Set([PROTOTYPE]);

class Copy {
	private values = 0;
	private length = 0;

	constructor(
		private readonly bounds: JsonBounds,
		private readonly mask: Masker,
		private readonly isCrowded: boolean,
	) {}

	value(value: unknown, level: number): Json {
		this.values += 1;
		if (typeof value === 'string') return this.text(value);
		if (typeof value === 'boolean') return value;
		if (typeof value === 'number') return Number.isFinite(value) ? value : null;
		if (typeof value !== 'object' || value === null) return null;
		if (level > this.bounds.levels) return '(nested too deep)';
		return Array.isArray(value) ? this.list(value, level) : this.fields(value, level, LEFT_OUT);
	}

	fields(value: object, level: number, without: ReadonlySet<string>): JsonRecord {
		if (this.isCrowded) return { [MORE]: '(too many values)' };
		const wanted = Object.entries(value).filter(([name]) => !without.has(name));
		const copied: [string, Json][] = [];
		for (const [name, field] of wanted) {
			if (this.isFull()) {
				copied.push([MORE, `(${String(wanted.length - copied.length)} more)`]);
				break;
			}
			copied.push([this.name(name), this.value(field, level + 1)]);
		}
		// Defines each field, where an assignment could meet one that every object inherits.
		return Object.fromEntries(copied);
	}

	private list(list: readonly unknown[], level: number): Json {
		if (isInPieces(list)) return this.pieces(list);
		const copied: Json[] = [];
		for (const entry of list) {
			if (this.isFull()) return [...copied, `(${String(list.length - copied.length)} more)`];
			copied.push(this.value(entry, level + 1));
		}
		return copied;
	}

	private pieces(pieces: readonly string[]): string {
		const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
		return this.leftOut(`base64, ${String(length)} characters in ${String(pieces.length)} pieces`);
	}

	private leftOut(what: string): string {
		const note = `(${what}: left out)`;
		this.length += note.length;
		return note;
	}

	private isFull(): boolean {
		return this.values >= this.bounds.values;
	}

	private name(name: string): string {
		const masked = this.mask(name, NAME_LENGTH);
		this.length += masked.length;
		return masked;
	}

	private text(text: string): string {
		if (isInlineFile(text))
			return this.leftOut(`${isHex(text) ? 'hex' : 'base64'}, ${String(text.length)} characters`);
		const left = Math.max(this.bounds.totalLength - this.length, 0);
		const room = Math.min(this.bounds.textLength, left);
		const isWhole = text.length <= room;
		const masked = this.mask(text, isWhole ? text.length : Math.max(room - NOTE_LENGTH, 0));
		this.length += masked.length;
		return isWhole ? masked : `${masked}… (${String(text.length)} characters)`;
	}
}
