import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { changingBucket } from '../../n8n/readingBucket';
import type { RunMode } from '../../n8n/operation';
import { MAY_HAVE_HAPPENED, runItems } from '../../n8n/runItems';
import { openTemplates, readPrefix, templateLocator, templatePrefix } from './templateFields';
import type { ItemOf } from '../../n8n/outputs';
import { templateOutputs } from './templateItem';

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

export const outputs = { ...templateOutputs, deleted: 'boolean' } as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['template'], operation: ['delete'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { deleteTemplate, requirePrefix } =
		await import('../../../../lib/storage/template/templates');
	const bucket = await changingBucket(context);
	const { check, find, factsOf } = await openTemplates(context, bucket);
	return await runItems(context, mode, {
		check: (item) => {
			requirePrefix(readPrefix(context, item));
			return check(item);
		},
		perform: async (wanted) => {
			const template = await find(wanted);
			await deleteTemplate(bucket, template);
			return {
				template_id: template.templateId,
				driving_video_path: template.key,
				deleted: true,
			} satisfies ItemOf<typeof outputs>;
		},
		factsOf,
		ifLeft: MAY_HAVE_HAPPENED,
	});
}
