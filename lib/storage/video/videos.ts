import * as z from 'zod/v4';
import { WanAvatarError } from '../../base/errors/errors';
import { InvalidInput } from '../../base/errors/invalidInput';
import { recordKey, VIDEO_FOLDER } from '../../contract/layout';
import { missingKeyRemedy, objectKey, pathSegment } from '../../contract/objectKey';
import { quoted } from '../../base/data/text';
import type { Bucket, ListedObject } from '../objects/bucket';
import { folderOf, isPictureKey, isVideoKey, withoutExtension } from '../objects/fileName';
import { allPages } from '../objects/listing';
import { readRecordedKeys } from './recordedKeys';

/** A finished video in the bucket, with the thumbnail that lies beside it. */
export interface VideoEntry extends ListedObject {
	thumbnailKey: string | null;
	owner: Owner;
}

/** Whose video it is, as its key says; null where the key is of another pattern. */
export interface Owner {
	userId: string | null;
	avatarId: string | null;
}

const THUMBNAIL_NAME = 'thumb.jpg';

/**
 * The videos of a user, or of one avatar, in the order of their keys; without either all of them, at most `limit`.
 * @throws WanAvatarError INVALID_INPUT, STORAGE
 */
export async function listVideos(
	bucket: Pick<Bucket, 'listPage'>,
	owner: { userId: string; avatarId: string },
	limit = Infinity,
): Promise<VideoEntry[]> {
	const wanted = { prefix: prefixOf(owner), hiddenFolders: [], isWanted: isVideoOrPicture };
	const objects: ListedObject[] = [];
	for await (const page of allPages(bucket, wanted)) {
		objects.push(...page.objects);
		if (isEnough(objects, limit)) break;
	}
	const pictures = new Set(objects.map(({ key }) => key).filter(isPictureKey));
	return objects
		.filter(({ key }) => isVideoKey(key))
		.slice(0, limit)
		.map((object) => {
			const thumbnailKey = thumbnailsBeside(object.key).find((key) => pictures.has(key)) ?? null;
			return { ...object, thumbnailKey, owner: ownerOf(object.key) };
		});
}

function isVideoOrPicture(key: string): boolean {
	return isVideoKey(key) || isPictureKey(key);
}

/** Also the folder of the last video is read to its end, for its thumbnail. */
function isEnough(objects: readonly ListedObject[], limit: number): boolean {
	const last = objects.filter(({ key }) => isVideoKey(key))[limit - 1];
	const end = objects.at(-1);
	return last !== undefined && end !== undefined && !end.key.startsWith(folderOf(last.key));
}

function prefixOf({ userId, avatarId }: { userId: string; avatarId: string }): string {
	if (userId === '' && avatarId === '') return VIDEO_FOLDER;
	const segments = avatarId === '' ? { user_id: userId } : { user_id: userId, avatar_id: avatarId };
	const parsed = z.record(z.string(), pathSegment).safeParse(segments);
	if (!parsed.success) throw InvalidInput.from(parsed.error);
	return `${VIDEO_FOLDER}${Object.values(parsed.data).join('/')}/`;
}

/** @throws InvalidInput when videos of such a user or avatar cannot be */
export function checkOwner(owner: { userId: string; avatarId: string }): void {
	prefixOf(owner);
}

function ownerOf(key: string): Owner {
	const [, userId = null, avatarId = null] =
		/^user-avatars\/([^/]+)\/([^/]+)\/[^/]+$/.exec(key) ?? [];
	return { userId, avatarId };
}

/** Where a thumbnail may lie: under the video's own name, or under the one that Generate gives. */
function thumbnailsBeside(videoKey: string): string[] {
	return [`${withoutExtension(videoKey)}.jpg`, `${folderOf(videoKey)}${THUMBNAIL_NAME}`];
}

/**
 * The key of a finished video, checked.
 * @throws InvalidInput
 */
export function parseVideoKey(given: unknown): string {
	const parsed = objectKey
		.refine(isVideoKey, 'is not the key of a video: it must end with .mp4, .mov or .webm')
		.safeParse(given ?? '');
	if (parsed.success) return parsed.data;
	throw new InvalidInput(
		parsed.error.issues.map(({ message }) => ({ field: 'Video Key', message })),
	);
}

/**
 * A video's thumbnail that is there: the one given, else the one of the job record, else one beside it.
 * @returns nothing when there is none
 * @throws InvalidInput when the given one is no key of a picture
 */
export async function findThumbnail(
	bucket: Pick<Bucket, 'getText' | 'stat'>,
	videoKey: string,
	given: unknown,
): Promise<string | undefined> {
	const named = await namedThumbnail(bucket, videoKey, given);
	const candidates = named === undefined ? thumbnailsBeside(videoKey) : [named];
	for (const key of candidates) {
		const { tag } = await bucket.stat(key);
		if (tag === 'there') return key;
		// One that may not be looked at is only believed when it was named.
		if (tag !== 'missing' && key === named) return key;
	}
	return undefined;
}

/** The thumbnail that the form or the job record names; it may be gone. */
export async function namedThumbnail(
	bucket: Pick<Bucket, 'getText'>,
	videoKey: string,
	given: unknown,
): Promise<string | undefined> {
	const named = parseThumbnailKey(given);
	return named ?? (await readRecordedKeys(bucket, recordKey(videoKey))).thumbnailKey;
}

/**
 * The key of a thumbnail, checked; nothing where none is given.
 * @throws InvalidInput
 */
export function parseThumbnailKey(given: unknown): string | undefined {
	if (given === undefined || given === null || given === '') return undefined;
	const parsed = objectKey
		.refine(isPictureKey, 'is not the key of a picture: it must end with .jpg, .png or .webp')
		.safeParse(given);
	if (parsed.success) return parsed.data;
	throw new InvalidInput(
		parsed.error.issues.map(({ message }) => ({ field: 'Thumbnail Key', message })),
	);
}

/**
 * @throws WanAvatarError NOT_FOUND when it is not there; one that may not be looked at passes
 */
export async function requireVideo(
	bucket: Pick<Bucket, 'stat' | 'name'>,
	key: string,
): Promise<void> {
	const { tag } = await bucket.stat(key);
	if (tag === 'missing') throw noVideo(bucket.name, key);
}

/**
 * A link that the access key signs opens what it may read, which a look at an object does not tell: a byte is read.
 * @throws StoreRefusal
 */
export async function requireReadable(bucket: Pick<Bucket, 'measure'>, key: string): Promise<void> {
	await bucket.measure(key);
}

export function noVideo(bucketName: string, key: string): WanAvatarError {
	return new WanAvatarError(
		'NOT_FOUND',
		`There is no video ${quoted(key)} in bucket ${bucketName}`,
		{
			remedy: `Check Video Key: ${missingKeyRemedy(key, bucketName)}. It is the minio_key that Generate gave out; Get Many lists them.`,
			details: { minio_key: key },
		},
	);
}
