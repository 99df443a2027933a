import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { clock } from '../../n8n/connections';
import { checkText } from '../../fields/formValue';
import { includeInputFields, inputFieldsOf } from '../../n8n/itemInput';
import { linkExpiry, readLinkExpirySeconds } from '../../fields/linkOptions';
import type { RunMode } from '../../n8n/operation';
import { readingBucket } from '../../n8n/readingBucket';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { openVideos, thumbnailKey, videoKey } from './videoFields';
import { TEXTS, type ItemOf } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Get Links',
	value: 'getLinks',
	action: 'Get links to a video',
	description: 'Sign fresh links that open a finished video and its thumbnail without signing in',
};

const downloadFileName: INodeProperties = {
	displayName: 'Download File Name',
	name: 'downloadFileName',
	type: 'string',
	default: '',
	placeholder: 'e.g. my-avatar.mp4',
	description:
		'Under this name a browser saves the video. Leave blank to let it play the video instead.',
};

const properties: INodeProperties[] = [
	videoKey,
	thumbnailKey,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [downloadFileName, includeInputFields, linkExpiry],
	},
];

export const outputs = {
	minio_key: 'string',
	video_url: 'string',
	video_url_expires_at: 'string',
	thumbnail_key: 'string',
	thumbnail_url: 'string',
	thumbnail_url_expires_at: 'string',
	warnings: TEXTS,
} as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['video'], operation: ['getLinks'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { checkExpiry, linkUnlessRefused, presignedLink } =
		await import('../../../../lib/storage/video/presignedLinks');
	const { requireReadable } = await import('../../../../lib/storage/video/videos');
	const bucket = await readingBucket(context);
	const { check, find, factsOf } = await openVideos(context, bucket);
	return await runItems(context, mode, {
		check: (item) => {
			const options = context.getNodeParameter('options', item, {});
			const expirySeconds = readLinkExpirySeconds(options);
			checkExpiry(expirySeconds);
			const downloadName = checkText(options[downloadFileName.name], downloadFileName);
			const finish = inputFieldsOf(context, item);
			return { ...check(item), expirySeconds, downloadName, finish };
		},
		perform: async ({ expirySeconds, downloadName, finish, ...wanted }) => {
			const { video, thumbnail } = await find(wanted);
			const wish = { expirySeconds, nowMs: clock.now() };
			await requireReadable(bucket, video);
			const videoLink = await presignedLink(bucket, video, { ...wish, downloadName });
			const warnings: string[] = [];
			const thumbnailLink =
				thumbnail === null ? undefined : await linkUnlessRefused(bucket, thumbnail, wish, warnings);
			return finish({
				minio_key: video,
				video_url: videoLink.url,
				video_url_expires_at: videoLink.expires_at,
				thumbnail_key: thumbnail,
				thumbnail_url: thumbnailLink?.url ?? null,
				thumbnail_url_expires_at: thumbnailLink?.expires_at ?? null,
				warnings,
			} satisfies ItemOf<typeof outputs>);
		},
		factsOf,
		ifLeft: NOTHING_CHANGED,
	});
}
