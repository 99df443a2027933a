import type { MediaKind } from '../base/media/mediaType';

/** Where what lies in the worker's bucket: the folders and names that this package gives. */
export const VIDEO_FOLDER = 'user-avatars/';
export const INPUT_FOLDERS: Readonly<Record<MediaKind, string>> = {
	portrait: 'input-avatars/',
	'driving video': 'driving-videos/',
};

/** Where a job's results go where nothing else is said. */
export const DEFAULT_OUTPUT_KEYS = {
	video: `${VIDEO_FOLDER}<user_id>/<avatar_id>/idle.mp4`,
	thumbnail: `${VIDEO_FOLDER}<user_id>/<avatar_id>/thumb.jpg`,
} as const;

/** Whether a key is in a folder of what is uploaded for jobs. */
export function isInputKey(key: string): boolean {
	return Object.values(INPUT_FOLDERS).some((folder) => key.startsWith(folder));
}

/** What the key of a record has more than the key of its video. */
export const RECORD_SUFFIX = '.job.json';

/** Where the record of a job stands: beside its video. */
export function recordKey(outputVideoKey: string): string {
	return `${outputVideoKey}${RECORD_SUFFIX}`;
}

export function isRecordKey(key: string): boolean {
	return key.endsWith(RECORD_SUFFIX);
}
