import { MAX_ANSWER_BYTES } from '../../contract/answerLimits';
import { promisify } from 'node:util';
import { brotliDecompress, constants, inflate, inflateRaw, unzip } from 'node:zlib';
import { codeOf } from '../../base/errors/foreignError';

/** The code of an answer of more bytes than are read (undici's own). */
export const ANSWER_TOO_LARGE = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';

/** A body that did not come to its end; `part` is what came of it. */
export class BodyCut extends Error {
	override readonly name = 'BodyCut';

	constructor(
		readonly part: string,
		cause: unknown,
	) {
		super('The body did not come to its end', { cause });
	}
}

/**
 * A whole body as text, decoded as `content-encoding` says, also though none was asked for. Empty where it cannot be
 * decoded: the status still counts. `onReceived` is told how much has come.
 * @throws BodyCut where it does not come to its end
 * @throws an error of code ANSWER_TOO_LARGE
 */
export async function readBody(
	body: AsyncIterable<Uint8Array>,
	contentEncoding: string | string[] | undefined,
	onReceived: (bytes: number) => void,
): Promise<string> {
	let bytes = 0;
	const chunks: Uint8Array[] = [];
	const encodings = encodingsIn(contentEncoding);
	try {
		for await (const chunk of body) {
			chunks.push(chunk);
			bytes += chunk.length;
			onReceived(bytes);
		}
	} catch (error) {
		if (codeOf(error) === ANSWER_TOO_LARGE) throw error;
		throw new BodyCut(await decoded(chunks, encodings), error);
	}
	return await decoded(chunks, encodings);
}

const MAX_ENCODINGS = 3;

/** Those that are to be undone, the outermost first. */
function encodingsIn(header: string | string[] | undefined): string[] {
	const names = String(header ?? '').split(',', MAX_ENCODINGS);
	return names.map((name) => name.trim().toLowerCase()).reverse();
}

async function decoded(chunks: readonly Uint8Array[], encodings: string[]): Promise<string> {
	let bytes = Buffer.concat(chunks);
	try {
		for (const encoding of encodings) bytes = await undone(bytes, encoding);
	} catch (error) {
		if (codeOf(error) !== 'ERR_BUFFER_TOO_LARGE') return '';
		throw Object.assign(new Error('The answer is too large', { cause: error }), {
			code: ANSWER_TOO_LARGE,
		});
	}
	return new TextDecoder().decode(bytes);
}

// Takes what came also where the end of it is missing.
const zlibOptions = { maxOutputLength: MAX_ANSWER_BYTES, finishFlush: constants.Z_SYNC_FLUSH };
const brotliOptions = {
	maxOutputLength: MAX_ANSWER_BYTES,
	finishFlush: constants.BROTLI_OPERATION_FLUSH,
};

async function undone(bytes: Buffer<ArrayBuffer>, encoding: string): Promise<Buffer<ArrayBuffer>> {
	if (bytes.length === 0) return bytes;
	switch (encoding) {
		case 'gzip':
		case 'x-gzip':
			return await promisify(unzip)(bytes, zlibOptions);
		case 'deflate':
			return await promisify(hasZlibHeader(bytes) ? inflate : inflateRaw)(bytes, zlibOptions);
		case 'br':
			return await promisify(brotliDecompress)(bytes, brotliOptions);
		default:
			return bytes;
	}
}

/** Many hosts send "deflate" without the header that the standard asks for. */
function hasZlibHeader(bytes: Buffer): boolean {
	return ((bytes[0] ?? 0) & 0x0f) === 8;
}
