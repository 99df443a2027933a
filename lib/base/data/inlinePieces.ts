import { decoded, inlineVideoIn, isHex, isInlineFile, type InlineVideo } from './inlineText';
import { MEDIA_HEAD_BYTES, mediaTypeOf } from '../media/mediaType';

/** So much of the pieces is looked at to tell what they are. */
const HEAD_LENGTH = 1024;
const SHORTEST_PIECE = 48;

/** The video whose base64 a list holds in pieces; nothing for any other list. */
export function videoInPieces(list: readonly unknown[]): InlineVideo | undefined {
	if (!isInPieces(list)) return undefined;
	const type = inlineVideoIn(headOf(list))?.type;
	return type && { type, content: joined(list) };
}

/** Whether a list is one file as base64, cut into texts of one length. */
export function isInPieces(list: readonly unknown[]): list is readonly string[] {
	const [first, second] = list;
	if (typeof first !== 'string' || typeof second !== 'string') return false;
	if (first.length < SHORTEST_PIECE || !areOfOneLength(list, first.length)) return false;
	if (!list.slice(1).every(isBase64) || isFile(second)) return false;
	const head = headOf(list);
	// Hashes are of one length too.
	return isInlineFile(head) && !isHex(head) && !isWhole(first);
}

/** The last may be shorter. */
function areOfOneLength(list: readonly unknown[], length: number): list is readonly string[] {
	return list.every(
		(piece, at) =>
			typeof piece === 'string' &&
			(at === list.length - 1 ? piece.length <= length : piece.length === length),
	);
}

function isBase64(piece: string): boolean {
	return /^[A-Za-z0-9+/_=-]+\s*$/.test(piece.slice(0, HEAD_LENGTH));
}

function isFile(text: string): boolean {
	const head = decoded(text.slice(0, 2 * MEDIA_HEAD_BYTES));
	return Boolean(mediaTypeOf(head, 'driving video') ?? mediaTypeOf(head, 'portrait'));
}

/** Whether a text is a whole MP4 by itself: its outermost boxes, each of which begins with its length, end where it ends. */
function isWhole(text: string): boolean {
	const content = inlineVideoIn(text)?.content;
	if (!content) return false;
	let at = 0;
	while (at + 16 <= content.length) {
		const length = content.readUInt32BE(at);
		// One without a length goes on to the end of the file, wherever that is.
		if (length === 0 || (length > 1 && length < 8)) return false;
		at += length === 1 ? Math.max(Number(content.readBigUInt64BE(at + 8)), 16) : length;
	}
	return at === content.length;
}

function headOf(pieces: readonly string[]): string {
	const some = pieces.slice(0, Math.ceil(HEAD_LENGTH / SHORTEST_PIECE));
	return some
		.map((piece) => piece.slice(0, HEAD_LENGTH))
		.join('')
		.slice(0, HEAD_LENGTH);
}

/** A text was cut into pieces; or the file was, and each part has a padding of its own. */
function joined(pieces: readonly string[]): Buffer {
	// Parts of one length are padded alike; in a text only its end is, which may be cut within the padding.
	const isEachPadded = pieces[0]?.trimEnd().endsWith('=');
	return isEachPadded ? Buffer.concat(pieces.map(decoded)) : decoded(pieces.join(''));
}
