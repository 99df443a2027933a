import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { NOT_AS_TOOL } from '../../n8n/asTool';
import { readSwitch } from '../../fields/formValue';
import { optionGroups } from '../../fields/optionGroups';
import { inputFieldsOption, inputFieldsOf } from '../../n8n/itemInput';
import { ItemWithFiles, type ItemResult, type RunMode } from '../../n8n/operation';
import { readingBucket } from '../../n8n/readingBucket';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { storedFiles } from '../../n8n/storedFiles';
import { openVideos, thumbnailKey, videoKey } from './videoFields';
import { TEXTS, type ItemOf } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Download',
	value: 'download',
	action: 'Download a video',
	description:
		'Put a finished video and its thumbnail into binary fields, ready for an email or a CMS',
	...NOT_AS_TOOL,
};

const downloadVideo: INodeProperties = {
	displayName: 'Download Video',
	name: 'downloadVideo',
	type: 'boolean',
	default: true,
	description: 'Whether to put the MP4 into the binary field "video"',
};

const downloadThumbnail: INodeProperties = {
	displayName: 'Download Thumbnail',
	name: 'downloadThumbnail',
	type: 'boolean',
	default: true,
	description: 'Whether to put the thumbnail, if there is one, into the binary field "thumbnail"',
};

const properties: INodeProperties[] = [
	videoKey,
	thumbnailKey,
	downloadVideo,
	downloadThumbnail,
	...optionGroups([inputFieldsOption]),
];

export const outputs = { minio_key: 'string', thumbnail_key: 'string', warnings: TEXTS } as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['video'], operation: ['download'] } },
	properties,
);

/** One after the other: n8n keeps the files, and one stream at a time is enough for the network. */
export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<ItemResult>[]> {
	const bucket = await readingBucket(context);
	const { check, find, factsOf } = await openVideos(context, bucket);
	return await runItems(context, mode, {
		check: (item) => ({
			...check(item),
			wantsVideo: readSwitch(context, item, downloadVideo),
			wantsThumbnail: readSwitch(context, item, downloadThumbnail),
			finish: inputFieldsOf(context, item),
		}),
		perform: async ({ wantsVideo, wantsThumbnail, finish, ...wanted }) => {
			const { video, thumbnail } = await find(wanted);
			const thumbnailKey = thumbnail;
			const files = {
				video: wantsVideo ? video : null,
				isPaid: false,
				thumbnail: wantsThumbnail ? thumbnailKey : null,
			};
			const signal = context.getExecutionCancelSignal();
			const { binary, warnings } = await storedFiles(context, bucket, files, signal);
			const json = {
				minio_key: video,
				thumbnail_key: thumbnailKey,
				warnings,
			} satisfies ItemOf<typeof outputs>;
			return finish(new ItemWithFiles(json, binary));
		},
		factsOf,
		ifLeft: NOTHING_CHANGED,
	});
}
