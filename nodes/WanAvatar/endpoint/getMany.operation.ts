import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { connectAccount } from '../management';
import type { RunMode } from '../operation';
import { endpointItem } from './endpointItem';
import { inTurn } from '../inTurn';

export const option: INodePropertyOptions = {
	name: 'Get Many',
	value: 'getMany',
	action: 'Get many endpoints',
	description: 'List the endpoints of the account, one item each',
};

const properties: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['getMany'] } },
	properties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject[]>[]> {
	return await inTurn(context, mode, async (item) => {
		const { settings, management } = await connectAccount(context);
		const endpoints = await management.listEndpoints();
		const returnAll = context.getNodeParameter('returnAll', item, false);
		const limit = returnAll ? endpoints.length : context.getNodeParameter('limit', item, 50);
		return endpoints
			.slice(0, limit)
			.map((endpoint) => endpointItem(endpoint, settings.queueBaseUrl));
	});
}
