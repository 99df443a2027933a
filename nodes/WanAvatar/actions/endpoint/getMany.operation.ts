import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { connectAccount } from '../../n8n/management';
import type { RunMode } from '../../n8n/operation';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { readLimit, returnLimit } from '../../fields/returnLimit';
import { endpointItem, endpointOutputs } from './endpointItem';

export const option: INodePropertyOptions = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many endpoints',
	description: 'List the endpoints of the account, one item each',
};

export const outputs = endpointOutputs;

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['getMany'] } },
	returnLimit,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject[]>[]> {
	const { settings, management } = await connectAccount(context);
	return await runItems(context, mode, {
		check: (item) => readLimit(context, item),
		perform: async (limit) => {
			const endpoints = await management.listEndpoints();
			return endpoints
				.slice(0, limit)
				.map((endpoint) => endpointItem(endpoint, settings.queueBaseUrl));
		},
		ifLeft: NOTHING_CHANGED,
	});
}
