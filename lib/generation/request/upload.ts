import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { bytesOf } from '../../base/data/bytes';
import { WanAvatarError } from '../../base/errors/errors';
import { messageOf } from '../../base/errors/foreignError';
import { INPUT_FOLDERS } from '../../contract/layout';
import { KeptParts } from '../../base/media/keptParts';
import { lookAtMedia, type MediaLook } from '../../base/media/look';
import { mediaTypeOf, type MediaKind, type MediaType } from '../../base/media/mediaType';
import { OTHER_TYPE_HEAD_BYTES } from '../../base/media/otherType';
import type { KeyOwner } from '../../contract/objectKey';
import type { Bucket } from '../../storage/objects/bucket';
import { settle } from '../../base/errors/settled';
import { mediaFault, turnedNote, unknownFault } from './media/mediaWords';

/** A file of the incoming item; it can be read more than once. */
export interface SourceFile {
	name: string;
	/** In pieces of at most so many bytes, where they can be chosen. */
	open: (pieceBytes?: number) => Promise<Readable>;
}

/** Of files that are sent as base64: larger pieces of many at once stay in memory longer than they are needed. */
export const INLINE_PIECE_BYTES = 64 * 1024;

/** A file that is in the item whole, as base64. */
export function base64File(name: string, base64: string): SourceFile {
	return {
		name,
		open: async () => Promise.resolve(Readable.from([Buffer.from(base64, 'base64')])),
	};
}

/** A file on its way into the bucket, under a key made from its content. */
export interface Upload {
	key: string;
	contentType: string;
	sizeBytes: number;
	/** What is to be said of it, though it is good. */
	note?: string | undefined;
	/** Its stream ends with an error in place of the last byte where the content is not the one of the key. */
	file: SourceFile;
}

const MEGABYTE = 1024 * 1024;
const MAX_BYTES: Readonly<Record<MediaKind, number>> = {
	portrait: 50 * MEGABYTE,
	'driving video': 2048 * MEGABYTE,
};

/** A request without MinIO may have 10 MB, and base64 takes four thirds. */
const MAX_INLINE_BYTES = 7 * MEGABYTE;

/**
 * Measures a file as an input of a job: its key is made from its content.
 * @throws WanAvatarError INVALID_INPUT when it is of another type, empty or too large
 */
export async function planUpload(
	file: SourceFile,
	kind: MediaKind,
	{ user_id, avatar_id }: KeyOwner,
): Promise<Upload> {
	const measured = await measureFile(file, kind);
	const { type, sizeBytes, sha256 } = measured;
	const key = `${INPUT_FOLDERS[kind]}${user_id}/${avatar_id}/${sha256}.${type.extension}`;
	const { contentType } = type;
	const { note } = measured;
	return { key, contentType, sizeBytes, note, file: sameFile(file, kind, measured) };
}

/** The same file for a later reading, which must give what was measured. */
function sameFile(file: SourceFile, kind: MediaKind, measured: Measured): SourceFile {
	const open = async () => {
		const opened = await settle(file.open());
		if ('error' in opened) throw unreadableFile(kind, file, opened.error);
		return sameContent(opened.value, measured, {
			changed: () => changedFile(kind, file),
			unreadable: (error) => unreadableFile(kind, file, error),
		});
	};
	return { name: file.name, open };
}

function sameContent(
	source: Readable,
	{ sizeBytes, sha256 }: Measured,
	faults: { changed: () => WanAvatarError; unreadable: (error: unknown) => WanAvatarError },
): Readable {
	const hash = createHash('sha256');
	let readBytes = 0;
	const checked = new Transform({
		transform: (piece, _encoding, done) => {
			const chunk = bytesOf(piece);
			readBytes += chunk.length;
			hash.update(chunk);
			if (readBytes > sizeBytes) done(faults.changed());
			else done(null, chunk);
		},
		flush: (done) => {
			done(hash.digest('hex') === sha256 ? null : faults.changed());
		},
	});
	source.once('error', (error) => checked.destroy(faults.unreadable(error)));
	checked.once('close', () => source.destroy());
	// Before somebody reads it an error would end the whole process.
	checked.on('error', () => undefined);
	return source.pipe(checked);
}

/** The error of a file that was read again and gave something else. */
export function changedFile(kind: MediaKind, file: SourceFile): WanAvatarError {
	return invalidFile(
		`The ${kind} ${quoted(file)} is another file than the one that was checked`,
		'It changed meanwhile. Nothing was sent to RunPod for the item: run it again.',
	);
}

/** The error of a file that was read once and cannot be read again. */
export function unreadableFile(kind: MediaKind, file: SourceFile, error: unknown): WanAvatarError {
	if (error instanceof WanAvatarError) return error;
	return invalidFile(
		`The ${kind} ${quoted(file)} was there when it was checked, but cannot be read now: ${messageOf(error)}`,
		'Check that n8n keeps the files of its executions for as long as this node may wait. Nothing was sent to RunPod for the item: run it again.',
	);
}

/** What a file is, by its content. */
export interface Measured {
	type: MediaType;
	sizeBytes: number;
	/** In hex. */
	sha256: string;
	/** What is to be said of it, though it is good. */
	note?: string | undefined;
}

/**
 * Reads a file once, in pieces, to learn its type, size and SHA-256, and whether it can be of use.
 * @throws WanAvatarError INVALID_INPUT when it is of another type, empty, cut off, without a picture or too large
 */
export async function measureFile(file: SourceFile, kind: MediaKind): Promise<Measured> {
	return await readThrough(file, kind, MAX_BYTES[kind]);
}

/**
 * The same for a file that goes along with a request, which may have less.
 * @throws WanAvatarError INVALID_INPUT when it is of another type, empty or too large
 */
export async function measureInline(file: SourceFile, kind: MediaKind): Promise<Measured> {
	return await readThrough(file, kind, MAX_INLINE_BYTES, INLINE_PIECE_BYTES);
}

async function readThrough(
	file: SourceFile,
	kind: MediaKind,
	maxBytes: number,
	pieceBytes?: number,
): Promise<Measured> {
	const sha256 = createHash('sha256');
	const kept = new KeptParts();
	let head = Buffer.alloc(0);
	let sizeBytes = 0;
	const stream = await file.open(pieceBytes);
	for await (const piece of stream) {
		const chunk = bytesOf(piece);
		sizeBytes += chunk.length;
		kept.push(chunk);
		if (head.length < OTHER_TYPE_HEAD_BYTES) {
			head = Buffer.concat([head, chunk.subarray(0, OTHER_TYPE_HEAD_BYTES)]);
			// Nobody needs the rest of another file.
			if (head.length >= OTHER_TYPE_HEAD_BYTES && !mediaTypeOf(head, kind)) break;
		}
		if (sizeBytes > maxBytes) throw tooLarge(file, kind, maxBytes);
		sha256.update(chunk);
	}
	const good = requireGood(await lookAtMedia(kept.reader(), kind), file, kind);
	return { ...good, sizeBytes, sha256: sha256.digest('hex') };
}

function requireGood(
	look: MediaLook,
	file: SourceFile,
	kind: MediaKind,
): Pick<Measured, 'type' | 'note'> {
	const name = `The ${kind} ${quoted(file)}`;
	if (look.tag === 'good')
		return { type: look.type, note: look.turned && turnedNote(name, look.turned) };
	const { message, remedy } = mediaFault(look, kind) ?? unknownFault(kind);
	throw invalidFile(`${name} ${message}`, remedy);
}

function tooLarge(file: SourceFile, kind: MediaKind, maxBytes: number): WanAvatarError {
	const limit = `${String(maxBytes / MEGABYTE)} MB`;
	return maxBytes === MAX_INLINE_BYTES
		? invalidFile(
				`The ${kind} ${quoted(file)} is larger than ${limit}, which is too much for a request to RunPod`,
				'Choose a MinIO API credential in this node: files of any size are then put into MinIO.',
			)
		: invalidFile(
				`The ${kind} ${quoted(file)} is larger than ${limit}`,
				'Give a smaller file: the worker needs no more for a good video.',
			);
}

function quoted({ name }: SourceFile): string {
	return `"${name}"`;
}

function invalidFile(message: string, remedy: string): WanAvatarError {
	return new WanAvatarError('INVALID_INPUT', message, { remedy });
}

/** Puts files into the bucket, each content once: what is there under its key already has the same content. */
export async function uploadAll(uploads: readonly Upload[], bucket: Bucket): Promise<void> {
	const byKey = new Map(uploads.map((upload) => [upload.key, upload]));
	for (const upload of byKey.values()) await uploadOnce(upload, bucket);
}

async function uploadOnce(
	{ key, file, sizeBytes, contentType }: Upload,
	bucket: Bucket,
): Promise<void> {
	const found = await bucket.stat(key);
	if (found.tag === 'there' && found.facts.sizeBytes === sizeBytes) return;
	await bucket.put(key, await file.open(), sizeBytes, contentType);
}
