import { recordKey } from './layout';

/** The keys that one job writes and reads, as far as they are given. */
export interface KeyUse {
	output_video_key?: string | undefined;
	output_thumbnail_key?: string | undefined;
	image_minio_path?: string | undefined;
	driving_video_path?: string | undefined;
	template_id?: string | undefined;
}

/** Every key that a job writes, with the field that makes it so: its video, its thumbnail, its record. */
export function writtenKeys({
	output_video_key: video,
	output_thumbnail_key: thumbnail,
}: KeyUse): [field: 'output_video_key' | 'output_thumbnail_key', key: string][] {
	return [
		...(video === undefined ? [] : ([['output_video_key', video]] as const)),
		...(thumbnail === undefined ? [] : ([['output_thumbnail_key', thumbnail]] as const)),
		...(video === undefined ? [] : ([['output_video_key', recordKey(video)]] as const)),
	].map(([field, key]) => [field, key]);
}

const NO_TEMPLATE = /\.(png|jpe?g|webp|json)$/i;

/**
 * The IDs that a template at this key could have: the key, the key without extension, or a folder that it is in. Which
 * of them it has is for the worker to say.
 */
export function templateIdsOf(key: string): string[] {
	if (NO_TEMPLATE.test(key)) return [key];
	const segments = key.split('/');
	const folders = segments.slice(1).map((_segment, i) => segments.slice(0, i + 1).join('/'));
	return [key, key.replace(/\.[^./]*$/, ''), ...folders];
}

/** An ID as it is compared. */
export function plainTemplateId(templateId: string): string {
	return templateId.trim().replace(/\/+$/, '');
}
