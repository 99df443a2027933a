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
import { readTemplate, templateLocator, templatePrefix } from './templateFields';
import { templateItem, templateOptions } from './templateItem';

export const option: INodePropertyOptions = {
	name: 'Get',
	value: 'get',
	action: 'Get a template',
	description: 'Get one driving video of the bucket, by a list, its ID or its path',
};

const properties: INodeProperties[] = [templateLocator, templatePrefix, templateOptions];

export const description = updateDisplayOptions(
	{ show: { resource: ['template'], operation: ['get'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const bucket = await requireBucket(context);
	return await inTurn(context, mode, async (item) => {
		const template = await readTemplate(context, item, bucket);
		return await templateItem(context, item, bucket, template);
	});
}
