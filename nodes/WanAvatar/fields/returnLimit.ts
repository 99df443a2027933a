import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidInput } from '../../../lib/base/errors/invalidInput';
import { readSwitch } from './formValue';

const returnAll: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	description: 'Whether to return all results or only up to a given limit',
};

export const returnLimit: INodeProperties[] = [
	returnAll,
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

/**
 * How many to give out at most; infinite for all.
 * @throws InvalidInput
 */
export function readLimit(context: IExecuteFunctions, item: number): number {
	if (readSwitch(context, item, returnAll)) return Infinity;
	const limit: unknown = context.getNodeParameter('limit', item, 50);
	const count = typeof limit === 'string' ? Number(limit) : limit;
	if (typeof count === 'number' && Number.isInteger(count) && count >= 1) return count;
	throw new InvalidInput([{ field: 'Limit', message: 'must be a whole number from 1 up' }]);
}
