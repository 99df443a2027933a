import { isRecordKey, RECORD_SUFFIX } from './layout';
import { noFault } from '../base/errors/noFault';
import { quoted, text } from '../base/data/text';

/** S3's limit on an object key, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

const IS_URL = 'is a URL: give the path inside the bucket';

// Control characters have no place in a key: MinIO and XML listings both refuse them.
const CONTROL_CHARACTER = /\p{Cc}/u;

/** One segment of an object key, such as a user id: not empty, no slash, not `.` or `..`. */
export const pathSegment = text.check(noFault(segmentFault));

/** The ID of a user or an avatar, which is filled into output keys. */
export const ownerId = pathSegment.check(noFault(placeholderFault));

/** The key of an object in the worker's bucket, such as `input-avatars/jobs.png`. */
export const objectKey = text.check(noFault((key) => objectKeyFault(key, MAX_KEY_BYTES)));

/** The key of an input, in whose place the form takes an address too. */
export const inputKey = text.check(
	noFault((key) => {
		const fault = objectKeyFault(key, MAX_KEY_BYTES);
		return fault === IS_URL ? `${fault}, or choose URL as the source` : fault;
	}),
);

/** The key of something that the worker writes: never one of a job's record. */
export const outputKey = objectKey.check(noFault(outputKeyFault));

/** The key of a video that the worker writes: its record stands beside it, under a longer key. */
export const outputVideoKey = text
	.check(noFault((key) => objectKeyFault(key, MAX_KEY_BYTES - RECORD_SUFFIX.length)))
	.check(noFault(outputKeyFault));

function segmentFault(segment: string): string | undefined {
	if (segment.trim() === '') return 'is empty: give an ID';
	if (/[/\\]/.test(segment))
		return `must not have a slash, as ${quoted(segment)} has: it becomes the name of a folder`;
	if (segment === '.' || segment === '..') return 'must not be "." or ".."';
	if (CONTROL_CHARACTER.test(segment))
		return 'holds a control character, such as a line break: remove it';
	return copyFault(segment) ?? lengthFault(segment, MAX_KEY_BYTES);
}

function objectKeyFault(key: string, maxBytes: number): string | undefined {
	if (key.trim() === '') return 'is empty: give the path of a file in the bucket';
	if (/^[a-z][a-z0-9+.-]*:\/\//i.test(key)) return IS_URL;
	if (/^[a-z]:[\\/]/i.test(key))
		return `is a path of a computer, as ${quoted(key)} is: put the file into the bucket and give its path there`;
	if (key.startsWith('/')) return `must not start with a slash, as ${quoted(key)} does: remove it`;
	if (CONTROL_CHARACTER.test(key))
		return 'holds a control character, such as a line break: remove it';
	return copyFault(key) ?? lengthFault(key, maxBytes) ?? segmentsFault(key);
}

/** What stands in a field by mistake, as it was copied: quotes around it, or an expression that is not one. */
function copyFault(given: string): string | undefined {
	if (/^(["'`]).*\1$/s.test(given))
		return `must not have quotes around it, as ${quoted(given)} has: remove them`;
	if (/\{\{.*\}\}/s.test(given))
		return `holds ${quoted(given)} as plain text: switch the field from Fixed to Expression`;
	return undefined;
}

function lengthFault(key: string, maxBytes: number): string | undefined {
	if (Buffer.byteLength(key) <= maxBytes) return undefined;
	return `is longer than ${String(maxBytes)} bytes: shorten it`;
}

function segmentsFault(key: string): string | undefined {
	const segments = key.split('/');
	if (segments.includes(''))
		return `must not have a double slash, or one at its end, as ${quoted(key)} has: remove it`;
	if (segments.includes('..') || segments.includes('.'))
		return `must not have "." or ".." between slashes, as ${quoted(key)} has: give the whole path`;
	return undefined;
}

function outputKeyFault(key: string): string | undefined {
	if (isRecordKey(key))
		return `must not end with ${RECORD_SUFFIX}: the records of jobs have such keys`;
	return placeholderFault(key);
}

// An ID may be one, or two texts may make one together: nobody is to fill it in later.
function placeholderFault(filled: string): string | undefined {
	const [placeholder] = /<(user_id|avatar_id)>/.exec(filled) ?? [];
	return placeholder && `must not hold ${placeholder} once it is filled in: give the ID itself`;
}

export interface KeyOwner {
	user_id: string;
	avatar_id: string;
}

/** Fills `<user_id>` and `<avatar_id>` into an output key; what is filled in is not filled again. */
export function fillObjectKey(template: string, { user_id, avatar_id }: KeyOwner): string {
	return template.replace(/<(user_id|avatar_id)>/g, (placeholder) =>
		placeholder === '<user_id>' ? user_id : avatar_id,
	);
}

/** What to do about a key that is not there; people copy it with the name of the bucket before it. */
export function missingKeyRemedy(key: string, bucketName: string): string {
	const withBucket = `${bucketName}/`;
	return key.startsWith(withBucket)
		? `leave out ${quoted(withBucket)}, the name of the bucket, at its start`
		: 'check the spelling';
}
