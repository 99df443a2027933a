import { lookAtJpeg } from './jpeg';
import { mediaTypeOf, type MediaKind, type MediaType } from './mediaType';
import { lookAtMp4 } from './mp4Facts';
import { OTHER_TYPE_HEAD_BYTES, otherTypeOf, type OtherType } from './otherType';
import { bufferOf, PartFile, type RangedReader } from './partFile';
import type { Picture } from './picture';
import { lookAtPng } from './png';
import { lookAtWebm } from './webm';
import { lookAtWebp } from './webp';

/** What a file is found to be, by its head and its end. */
export type MediaLook =
	| { tag: 'good'; type: MediaType; turned?: TurnedPicture }
	| { tag: 'empty' }
	/** Known, and none of the types of its kind. */
	| { tag: 'other'; other: OtherType }
	| { tag: 'unknown' }
	| { tag: 'cutOff'; type: MediaType }
	/** A container of videos that has none. */
	| { tag: 'noVideo'; type: MediaType }
	| { tag: 'tooShort'; durationSeconds: number }
	| { tag: 'tooSmall'; widthPx: number; heightPx: number }
	| { tag: 'animated' };

/** A picture that a viewer turns or mirrors; its measures as stored, in pixels. */
export interface TurnedPicture {
	/** EXIF's, 2 to 8. */
	orientation: number;
	widthPx: number | null;
	heightPx: number | null;
}

/** Less shows no face. */
const MIN_EDGE_PX = 16;
/** In less nothing moves; what a header says of its length may be wrong, so that frames are counted too. */
const MIN_SECONDS = 0.1;
const FEW_FRAMES = 10;

/** Looks at a portrait or a driving video: of a large file little more is read than its head and its end. */
export async function lookAtMedia(reader: RangedReader, kind: MediaKind): Promise<MediaLook> {
	const { sizeBytes } = reader;
	if (sizeBytes === 0) return { tag: 'empty' };
	const file = new PartFile(reader);
	const head = bufferOf(await file.bytes(0, Math.min(sizeBytes, OTHER_TYPE_HEAD_BYTES)));
	const type = mediaTypeOf(head, kind);
	const other = otherTypeOf(head);
	if (!type) return other ? { tag: 'other', other } : { tag: 'unknown' };
	return kind === 'portrait'
		? await lookAtPicture(file, type)
		: await lookAtVideo(file, type, other);
}

async function lookAtPicture(file: PartFile, type: MediaType): Promise<MediaLook> {
	const { isCutOff, isAnimated, widthPx, heightPx, orientation } = await readPicture(file, type);
	if (isAnimated) return { tag: 'animated' };
	if (widthPx !== null && heightPx !== null && Math.min(widthPx, heightPx) < MIN_EDGE_PX)
		return { tag: 'tooSmall', widthPx, heightPx };
	if (isCutOff) return { tag: 'cutOff', type };
	if (orientation === 1) return { tag: 'good', type };
	return { tag: 'good', type, turned: { orientation, widthPx, heightPx } };
}

async function readPicture(file: PartFile, { extension }: MediaType): Promise<Picture> {
	if (extension === 'png') return await lookAtPng(file);
	return extension === 'webp' ? await lookAtWebp(file) : await lookAtJpeg(file);
}

/** `other`: what the first bytes call it, which for sound alone is more than its type. */
async function lookAtVideo(
	file: PartFile,
	type: MediaType,
	other: OtherType | undefined,
): Promise<MediaLook> {
	if (type.extension === 'webm') {
		const tag = await lookAtWebm(file);
		return tag === 'noVideo' || tag === 'cutOff' ? { tag, type } : { tag: 'good', type };
	}
	const look = await lookAtMp4(file);
	if (look.tag === 'noVideo' && other?.group === 'sound') return { tag: 'other', other };
	if (look.tag === 'cutOff' || look.tag === 'noVideo') return { tag: look.tag, type };
	if (look.tag !== 'video') return { tag: 'good', type };
	const { durationSeconds } = look.facts;
	if (look.frames === 0 && durationSeconds === null) return { tag: 'cutOff', type };
	const isShort = durationSeconds !== null && durationSeconds < MIN_SECONDS;
	return isShort && look.frames < FEW_FRAMES
		? { tag: 'tooShort', durationSeconds }
		: { tag: 'good', type };
}
