import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { mapConcurrently } from '../../../../lib/base/async/concurrency';
import type { End } from '../../../../lib/base/errors/settled';
import type { RunMode } from '../../n8n/operation';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { readingBucket } from '../../n8n/readingBucket';
import { readLimit, returnLimit } from '../../fields/returnLimit';
import { readPrefix, templatePrefix } from './templateFields';
import {
	openTemplateWishes,
	templateItem,
	templateOptions,
	templateWishOutputs,
} from './templateItem';

export const option: INodePropertyOptions = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many templates',
	description: 'List the driving videos that lie ready in the bucket, one item each',
};

const properties: INodeProperties[] = [templatePrefix, ...returnLimit, templateOptions];

export const outputs = templateWishOutputs;

export const description = updateDisplayOptions(
	{ show: { resource: ['template'], operation: ['getMany'] } },
	properties,
);

// Each costs a few reads of its header at most.
const AT_ONCE = 8;

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject[]>[]> {
	const { listTemplates } = await import('../../../../lib/storage/template/templates');
	const bucket = await readingBucket(context);
	const readWish = await openTemplateWishes(context);
	return await runItems(context, mode, {
		check: (item) => ({
			prefix: readPrefix(context, item),
			limit: readLimit(context, item),
			wish: readWish(item),
		}),
		perform: async ({ prefix, limit, wish }) => {
			const templates = await listTemplates(bucket, prefix, limit);
			return await mapConcurrently(
				templates,
				AT_ONCE,
				async (template) => await templateItem(bucket, template, wish),
			);
		},
		ifLeft: NOTHING_CHANGED,
	});
}
