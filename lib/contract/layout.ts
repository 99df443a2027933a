import type { MediaKind } from './mediaType';

/** Where what lies in the worker's bucket: the folders and names that this package gives. */
export const VIDEO_FOLDER = 'user-avatars/';
export const INPUT_FOLDERS: Readonly<Record<MediaKind, string>> = {
	portrait: 'input-avatars/',
	'driving video': 'driving-videos/',
};

/** Where the record of a job stands: beside its video. */
export function recordKey(outputVideoKey: string): string {
	return `${outputVideoKey}.job.json`;
}
