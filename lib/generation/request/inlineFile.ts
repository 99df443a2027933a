import { createHash } from 'node:crypto';
import { base64Length } from '../../base/data/base64';
import { bytesOf } from '../../base/data/bytes';
import type { JobInput } from '../../contract/jobInput';
import type { MediaKind } from '../../base/media/mediaType';
import { settle } from '../../base/errors/settled';
import {
	changedFile,
	INLINE_PIECE_BYTES,
	measureInline,
	unreadableFile,
	type SourceFile,
} from './upload';

/** A file that goes along with a request as base64. It is read again when the request is sent, and not kept before. */
export interface InlineFile {
	field: 'image_base64' | 'driving_video_base64';
	sizeBytes: number;
	/** In hex. */
	sha256: string;
	/** What is to be said of it, though it is good. */
	note?: string | undefined;
	/**
	 * Its content as base64.
	 * @throws WanAvatarError INVALID_INPUT when it is gone, or another one than was checked
	 */
	read: () => Promise<string>;
}

/**
 * Measures a file that goes along with a request.
 * @throws WanAvatarError INVALID_INPUT when it is of another type, empty or too large
 */
export async function planInline(
	file: SourceFile,
	kind: MediaKind,
	field: InlineFile['field'],
): Promise<InlineFile> {
	const { sizeBytes, sha256, note } = await measureInline(file, kind);
	const read = async () => {
		const content = await settle(contentOf(file, sizeBytes));
		if ('error' in content) throw unreadableFile(kind, file, content.error);
		if (!content.value || sha256Of(content.value) !== sha256) throw changedFile(kind, file);
		return content.value.toString('base64');
	};
	return { field, sizeBytes, sha256, note, read };
}

/** The input of a request with its files in it, as it is sent. */
export async function inputWithFiles({
	input,
	inlineFiles,
}: {
	input: JobInput;
	inlineFiles: readonly InlineFile[];
}): Promise<JobInput> {
	const whole = { ...input };
	for (const { field, read } of inlineFiles) whole[field] = await read();
	return whole;
}

/** How long the base64 of a file is. */
export function inlineLength({ sizeBytes }: InlineFile): number {
	return base64Length(sizeBytes);
}

/** Nothing when the file is longer or shorter than it was. */
async function contentOf(file: SourceFile, sizeBytes: number): Promise<Buffer | undefined> {
	const content = Buffer.allocUnsafe(sizeBytes);
	let filledBytes = 0;
	for await (const piece of await file.open(INLINE_PIECE_BYTES)) {
		const chunk = bytesOf(piece);
		if (filledBytes + chunk.length > sizeBytes) return undefined;
		filledBytes += chunk.copy(content, filledBytes);
	}
	return filledBytes === sizeBytes ? content : undefined;
}

function sha256Of(content: Buffer): string {
	return createHash('sha256').update(content).digest('hex');
}
