/**
 * One piece of a stream of bytes; the type of a stream does not say that it gives bytes.
 * @throws TypeError for a piece of another kind
 */
export function bytesOf(piece: unknown): Buffer {
	if (typeof piece === 'string') return Buffer.from(piece);
	// Not by instanceof, which fails for bytes of another realm.
	if (!ArrayBuffer.isView(piece)) throw new TypeError('The stream gives no bytes');
	return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}
