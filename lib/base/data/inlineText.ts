import { DATA_PREFIX } from './base64';
import { MEDIA_HEAD_BYTES, mediaTypeOf, type MediaType } from '../media/mediaType';

/** A video that stood in an answer itself. */
export interface InlineVideo {
	type: MediaType;
	content: Buffer;
}

const SHORTEST = 64;
/** So much of a text is looked at. */
const HEAD_LENGTH = 1024;
/** And so much for its type. */
const TYPE_LENGTH = 128;
/** Python writes bytes as `b'…'`. */
const PREFIX = new RegExp(`^\\s*(?:b['"])?(?:${DATA_PREFIX.source})?`, 'i');
const SHORTEST_LINE = 32;
const DATA_URI = new RegExp(`^\\s*(?:b['"])?${DATA_PREFIX.source}`, 'i');

/** The video that a text is, as base64 with or without `data:` before it; nothing for any other text. */
export function inlineVideoIn(text: string): InlineVideo | undefined {
	const type = text.length < SHORTEST ? undefined : videoTypeOf(text);
	return type && { type, content: decoded(text) };
}

/** The bytes of a text of base64, with or without `data:` before it. */
export function decoded(text: string): Buffer {
	const body = text.slice(prefixLength(text));
	return Buffer.from(isPythons(text) ? body.replaceAll('\\n', '') : body, 'base64');
}

/** Whether a text is a file, or a part of one, as base64 or hex: no word, key, address or hash is such a text. */
export function isInlineFile(text: string): boolean {
	if (text.length < SHORTEST) return false;
	const head = text.slice(0, HEAD_LENGTH);
	if (DATA_URI.test(head)) return true;
	const body = head.slice(prefixLength(text)).replaceAll('\\n', '\n').trim();
	if (!/^[A-Za-z0-9+/_=\s-]+['"]?$/.test(body)) return false;
	if (videoTypeOf(text) || isHex(text)) return true;
	const isMixed = /[A-Z]/.test(body) && /[a-z]/.test(body) && /\d/.test(body);
	return isMixed && text.length >= HEAD_LENGTH && isInLines(body);
}

/** Whether a text is so long a row of hex digits that it can only be a file. */
export function isHex(text: string): boolean {
	const head = text.slice(0, HEAD_LENGTH);
	if (head.length < HEAD_LENGTH || !/^(?:0x)?[\da-f]+$/i.test(head)) return false;
	return /\d/.test(head) && /[a-f]/i.test(head);
}

/** Some write base64 in lines, or with blanks between pieces: all of one length, which words are not. */
function isInLines(head: string): boolean {
	const [first = '', ...rest] = head.split(/\s+/);
	const whole = [first, ...rest].slice(0, -1);
	return whole.every(({ length }) => length >= SHORTEST_LINE && length === first.length);
}

/** Whose lines end with a backslash and an n. */
function isPythons(text: string): boolean {
	return /^\s*b['"]/.test(text.slice(0, HEAD_LENGTH));
}

function prefixLength(text: string): number {
	return PREFIX.exec(text.slice(0, HEAD_LENGTH))?.[0].length ?? 0;
}

function videoTypeOf(text: string): MediaType | undefined {
	const from = prefixLength(text);
	const start = text.slice(from, from + HEAD_LENGTH).replace(/\s|\\n/g, '');
	const head = Buffer.from(start.slice(0, TYPE_LENGTH), 'base64');
	return mediaTypeOf(head.subarray(0, MEDIA_HEAD_BYTES), 'driving video');
}
