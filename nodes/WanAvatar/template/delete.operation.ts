import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { requireBucket } from '../connections';
import { inTurn } from '../inTurn';
import type { RunMode } from '../operation';
import { readPrefix, readTemplate, templateLocator, templatePrefix } from './templateFields';

export const option: INodePropertyOptions = {
	name: 'Delete',
	value: 'delete',
	action: 'Delete a template',
	description: 'Delete one driving video of the bucket',
};

const properties: INodeProperties[] = [
	templateLocator,
	{
		...templatePrefix,
		required: true,
		description:
			'What the keys of templates begin with, such as templates/. Only what lies there can be deleted.',
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['template'], operation: ['delete'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const bucket = await requireBucket(context);
	return await inTurn(context, mode, async (item) => {
		const { deleteTemplate, requirePrefix } = await import('../../../lib/storage/templates');
		requirePrefix(readPrefix(context, item));
		const template = await readTemplate(context, item, bucket);
		await deleteTemplate(bucket, template);
		return { template_id: template.templateId, driving_video_path: template.key, deleted: true };
	});
}
