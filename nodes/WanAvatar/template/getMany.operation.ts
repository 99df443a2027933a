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
import { readLimit, returnLimit } from '../returnLimit';
import { readPrefix, templatePrefix } from './templateFields';
import { templateItem, templateOptions } from './templateItem';

export const option: INodePropertyOptions = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many templates',
	description: 'List the driving videos that lie ready in the bucket, one item each',
};

const properties: INodeProperties[] = [templatePrefix, ...returnLimit, templateOptions];

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
	const bucket = await requireBucket(context);
	return await inTurn(context, mode, async (item) => {
		const { listTemplates } = await import('../../../lib/storage/templates');
		const limit = readLimit(context, item);
		const templates = await listTemplates(bucket, readPrefix(context, item), limit);
		const items: IDataObject[] = [];
		for (let start = 0; start < templates.length; start += AT_ONCE) {
			const some = templates.slice(start, start + AT_ONCE);
			items.push(
				...(await Promise.all(
					some.map(async (template) => await templateItem(context, item, bucket, template)),
				)),
			);
		}
		return items;
	});
}
