import { MEDIA_HEAD_BYTES, mediaTypeOf, type MediaType } from './mediaType';

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
/** Python writes bytes as `b'…'`; codecs may hold commas within quotes. */
const PREFIX = /^\s*(?:b['"])?(?:data:(?:[^,"]|"[^"]{0,200}"){0,200};base64,)?/i;
const DATA_URI = /^\s*(?:b['"])?data:(?:[^,"]|"[^"]{0,200}"){0,200};base64,/i;

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

/** Whether a text is a file, or a part of one, as base64: no word, key, address or hash is such a text. */
export function isInlineFile(text: string): boolean {
	if (text.length < SHORTEST) return false;
	const head = text.slice(0, HEAD_LENGTH);
	if (DATA_URI.test(head)) return true;
	// Some write it in lines, of 64 or 76 characters.
	if (!/^\s*\S{60}/.test(head) || !/^[A-Za-z0-9+/_=\s-]+$/.test(head) || /\S /.test(head))
		return false;
	const isMixed = /[A-Z]/.test(head) && /[a-z]/.test(head) && /\d/.test(head);
	return (isMixed && text.length >= HEAD_LENGTH) || videoTypeOf(text) !== undefined;
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
	const head = Buffer.from(text.slice(from, from + TYPE_LENGTH), 'base64');
	return mediaTypeOf(head.subarray(0, MEDIA_HEAD_BYTES), 'driving video');
}
