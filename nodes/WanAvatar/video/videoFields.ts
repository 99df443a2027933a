import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Bucket } from '../../../lib/storage/bucket';

export const videoKey: INodeProperties = {
	displayName: 'Video Key',
	name: 'videoKey',
	type: 'string',
	default: '={{ $json.minio_key }}',
	required: true,
	placeholder: 'e.g. user-avatars/user_123/avatar_456/idle.mp4',
	description: 'The minio_key that Generate gave out: one key, never a folder',
};

export const thumbnailKey: INodeProperties = {
	displayName: 'Thumbnail Key',
	name: 'thumbnailKey',
	type: 'string',
	default: '={{ $json.thumbnail_key }}',
	placeholder: 'e.g. user-avatars/user_123/avatar_456/thumb.jpg',
	description:
		'The thumbnail_key that Generate gave out. Leave blank for the one of the job record, or one beside the video.',
};

/** The keys that the form names, checked and looked up. */
export interface VideoReference {
	videoKey: string;
	/** Null when there is no thumbnail. */
	thumbnailKey: string | null;
}

export async function readVideo(
	context: IExecuteFunctions,
	item: number,
	bucket: Bucket,
): Promise<VideoReference> {
	const videos = await import('../../../lib/storage/videos');
	const key = videos.parseVideoKey(context.getNodeParameter(videoKey.name, item));
	await videos.requireVideo(bucket, key);
	const given: unknown = context.getNodeParameter(thumbnailKey.name, item, '');
	return {
		videoKey: key,
		thumbnailKey: (await videos.findThumbnail(bucket, key, given)) ?? null,
	};
}
