import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import type { Bucket } from '../../../lib/storage/bucket';
import { requireBucket } from '../connections';
import { inTurn } from '../inTurn';
import { includeInputFields, withInputFields } from '../itemInput';
import { ItemWithFiles, type RunMode } from '../operation';
import { storedFiles } from '../storedFiles';
import { readVideo, thumbnailKey, videoKey } from './videoFields';

export const option: INodePropertyOptions = {
	name: 'Download',
	value: 'download',
	action: 'Download a video',
	description:
		'Put a finished video and its thumbnail into binary fields, ready for an email or a CMS',
};

const properties: INodeProperties[] = [
	videoKey,
	thumbnailKey,
	{
		displayName: 'Download Video',
		name: 'downloadVideo',
		type: 'boolean',
		default: true,
		description: 'Whether to put the MP4 into the binary field "video"',
	},
	{
		displayName: 'Download Thumbnail',
		name: 'downloadThumbnail',
		type: 'boolean',
		default: true,
		description: 'Whether to put the thumbnail, if there is one, into the binary field "thumbnail"',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [includeInputFields],
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['video'], operation: ['download'] } },
	properties,
);

/** One after the other: n8n keeps the files, and one stream at a time is enough for the network. */
export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<ItemWithFiles>[]> {
	const bucket = await requireBucket(context);
	return await inTurn(context, mode, async (item) => await downloadItem(context, item, bucket));
}

async function downloadItem(
	context: IExecuteFunctions,
	item: number,
	bucket: Bucket,
): Promise<ItemWithFiles> {
	const keys = await readVideo(context, item, bucket);
	const isOn = (name: string) => context.getNodeParameter(name, item, true) === true;
	const binary = await storedFiles(context, bucket, {
		video: isOn('downloadVideo') ? keys.videoKey : null,
		thumbnail: isOn('downloadThumbnail') ? keys.thumbnailKey : null,
	});
	const json = withInputFields(context, item, {
		minio_key: keys.videoKey,
		thumbnail_key: keys.thumbnailKey,
	});
	return new ItemWithFiles(json, binary);
}
