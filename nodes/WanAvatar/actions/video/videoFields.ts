import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Bucket } from '../../../../lib/storage/objects/bucket';
import { readTrimmed } from '../../fields/formValue';
import type { Facts } from '../../n8n/runItems';

export const videoKey: INodeProperties = {
	displayName: 'Video Key',
	name: 'videoKey',
	type: 'string',
	default: '={{ $json.minio_key }}',
	required: true,
	placeholder: 'e.g. user-avatars/user_123/avatar_456/idle.mp4',
	description: 'The minio_key that Generate gave out: the path of one video, never a folder',
};

export const thumbnailKey: INodeProperties = {
	displayName: 'Thumbnail Key',
	name: 'thumbnailKey',
	type: 'string',
	default: '={{ $json.thumbnail_key }}',
	placeholder: 'e.g. user-avatars/user_123/avatar_456/thumb.jpg',
	description:
		'The thumbnail_key that Generate gave out. Leave blank for the one that the node has noted, or one beside the video.',
};

/** The keys that the form names, checked. */
export interface WantedVideo {
	key: string;
	/** Nothing where the form names none. */
	namedThumbnail: string | undefined;
}

/** The keys of objects that are there, or may be. */
export interface FoundVideo {
	video: string;
	/** Null when there is no thumbnail. */
	thumbnail: string | null;
}

/** How the videos of items are read, and looked up in the bucket. */
export async function openVideos(
	context: IExecuteFunctions,
	bucket: Bucket,
): Promise<{
	/** @throws InvalidInput */
	check: (item: number) => WantedVideo;
	find: (wanted: WantedVideo) => Promise<FoundVideo>;
	factsOf: (wanted: WantedVideo) => Facts;
}> {
	const videos = await import('../../../../lib/storage/video/videos');
	return {
		check: (item) => ({
			key: videos.parseVideoKey(readTrimmed(context, item, videoKey.name)),
			namedThumbnail: videos.parseThumbnailKey(readTrimmed(context, item, thumbnailKey.name, '')),
		}),
		find: async ({ key, namedThumbnail }) => {
			await videos.requireVideo(bucket, key);
			const thumbnail = await videos.findThumbnail(bucket, key, namedThumbnail);
			return { video: key, thumbnail: thumbnail ?? null };
		},
		factsOf: ({ key }) => ({ minio_key: key }),
	};
}
