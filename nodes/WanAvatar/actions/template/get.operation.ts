import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import type { RunMode } from '../../n8n/operation';
import { readingBucket } from '../../n8n/readingBucket';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { openTemplates, templateLocator, templatePrefix } from './templateFields';
import {
	openTemplateWishes,
	templateItem,
	templateOptions,
	templateWishOutputs,
} from './templateItem';

export const option: INodePropertyOptions = {
	name: 'Get',
	value: 'get',
	action: 'Get a template',
	description: 'Get one driving video of the bucket, by a list, its ID or its path',
};

const properties: INodeProperties[] = [templateLocator, templatePrefix, templateOptions];

export const outputs = templateWishOutputs;

export const description = updateDisplayOptions(
	{ show: { resource: ['template'], operation: ['get'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const bucket = await readingBucket(context);
	const { check, find, factsOf } = await openTemplates(context, bucket);
	const readWish = await openTemplateWishes(context);
	return await runItems(context, mode, {
		check: (item) => ({ ...check(item), wish: readWish(item) }),
		perform: async ({ wish, ...wanted }) => await templateItem(bucket, await find(wanted), wish),
		factsOf,
		ifLeft: NOTHING_CHANGED,
	});
}
