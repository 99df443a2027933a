import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

export const returnLimit: INodeProperties[] = [
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

/** How many to give out at most; infinite for all. */
export function readLimit(context: IExecuteFunctions, item: number): number {
	if (context.getNodeParameter('returnAll', item, false)) return Infinity;
	return context.getNodeParameter('limit', item, 50);
}
