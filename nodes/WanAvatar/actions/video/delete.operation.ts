import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { clock } from '../../n8n/connections';
import { readSwitch } from '../../fields/formValue';
import { changingBucket } from '../../n8n/readingBucket';
import type { RunMode } from '../../n8n/operation';
import { MAY_HAVE_HAPPENED, runItems } from '../../n8n/runItems';
import { thumbnailKey, videoKey } from './videoFields';
import { TEXTS, type ItemOf } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Delete',
	value: 'delete',
	action: 'Delete a video',
	description: 'Delete a finished video with its thumbnail and its job record',
};

const deletesInputs: INodeProperties = {
	displayName: 'Also Delete Uploaded Inputs',
	name: 'deleteInputs',
	type: 'boolean',
	default: false,
	description:
		"Whether to delete the portrait and the driving video too that were uploaded from binary fields for this video's job, as its job record names them. One that another job of the same avatar has too is kept. Without a job record none is deleted; while the job may still run, nothing is.",
};

const properties: INodeProperties[] = [
	videoKey,
	{
		...thumbnailKey,
		description:
			'The thumbnail_key that Generate gave out. Leave blank for the one of the job record; without either no thumbnail is deleted.',
	},
	deletesInputs,
];

export const outputs = {
	minio_key: 'string',
	deleted: 'boolean',
	deleted_keys: TEXTS,
	warnings: TEXTS,
} as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['video'], operation: ['delete'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { assertNoInput, deleteVideo, parseOwnThumbnail } =
		await import('../../../../lib/storage/video/deleteVideo');
	const { parseVideoKey } = await import('../../../../lib/storage/video/videos');
	const bucket = await changingBucket(context);
	return await runItems(context, mode, {
		check: (item) => {
			const key = parseVideoKey(context.getNodeParameter(videoKey.name, item));
			assertNoInput(key);
			return {
				key,
				thumbnailKey: parseOwnThumbnail(context.getNodeParameter(thumbnailKey.name, item, '')),
				withInputs: readSwitch(context, item, deletesInputs),
			};
		},
		perform: async (deletion) => {
			const { deletedKeys, warnings } = await deleteVideo(bucket, deletion, clock.now());
			return {
				minio_key: deletion.key,
				deleted: true,
				deleted_keys: deletedKeys,
				warnings,
			} satisfies ItemOf<typeof outputs>;
		},
		factsOf: ({ key }) => ({ minio_key: key }),
		ifLeft: MAY_HAVE_HAPPENED,
	});
}
