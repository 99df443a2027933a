import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { inTurn } from '../inTurn';
import { connectAccount } from '../management';
import type { RunMode } from '../operation';
import { readLimit, returnLimit } from '../returnLimit';
import { endpointItem } from './endpointItem';

export const option: INodePropertyOptions = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many endpoints',
	description: 'List the endpoints of the account, one item each',
};

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['getMany'] } },
	returnLimit,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject[]>[]> {
	return await inTurn(context, mode, async (item) => {
		const { settings, management } = await connectAccount(context);
		const endpoints = await management.listEndpoints();
		return endpoints
			.slice(0, readLimit(context, item))
			.map((endpoint) => endpointItem(endpoint, settings.queueBaseUrl));
	});
}
