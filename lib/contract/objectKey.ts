import { noFault } from './noFault';
import { text } from './text';

/** S3's limit on an object key, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

// Control characters have no place in a key: MinIO and XML listings both refuse them.
const CONTROL_CHARACTER = /\p{Cc}/u;

/** One segment of an object key, such as a user id: not empty, no slash, not `.` or `..`. */
export const pathSegment = text
	.refine((text) => text.trim() !== '', 'is empty: give an ID')
	.refine((text) => !/[/\\]/.test(text), 'must be one path segment: remove the slash')
	.refine((text) => text !== '.' && text !== '..', 'must not be "." or ".."')
	.refine((text) => !CONTROL_CHARACTER.test(text), 'holds a control character: remove it')
	.refine(
		(text) => byteLength(text) <= MAX_KEY_BYTES,
		`is longer than ${String(MAX_KEY_BYTES)} bytes: shorten it`,
	);

/** The key of an object in the worker's bucket, such as `input-avatars/jobs.png`. */
export const objectKey = text.check(noFault(objectKeyFault));

function objectKeyFault(key: string): string | undefined {
	if (key.trim() === '') return 'is empty: give the key of an object in the bucket';
	if (/^[a-z][a-z0-9+.-]*:\/\//i.test(key))
		return 'is a URL: give the key inside the bucket, or choose URL as the source';
	if (key.startsWith('/')) return 'must not start with a slash: remove it';
	if (CONTROL_CHARACTER.test(key)) return 'holds a control character: remove it';
	if (byteLength(key) > MAX_KEY_BYTES)
		return `is longer than ${String(MAX_KEY_BYTES)} bytes: shorten it`;
	return segmentFault(key.split('/'));
}

function segmentFault(segments: string[]): string | undefined {
	if (segments.includes('')) return 'has an empty segment: remove the double or last slash';
	if (segments.includes('..') || segments.includes('.'))
		return 'must not have "." or ".." as a segment: give the full key';
	return undefined;
}

function byteLength(text: string): number {
	return new TextEncoder().encode(text).length;
}

export interface KeyOwner {
	user_id: string;
	avatar_id: string;
}

/** Fills `<user_id>` and `<avatar_id>` into an output key. */
export function fillObjectKey(template: string, { user_id, avatar_id }: KeyOwner): string {
	return template.replaceAll('<user_id>', () => user_id).replaceAll('<avatar_id>', () => avatar_id);
}
