import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { endpointLocator } from '../endpointLocator';
import type { RunMode } from '../operation';
import { MAY_HAVE_HAPPENED, runItems } from '../runItems';
import { endpointItem } from './endpointItem';
import { openEndpoints } from './endpointChoice';

export const option: INodePropertyOptions = {
	name: 'Set Workers',
	value: 'setWorkers',
	action: 'Set the workers of an endpoint',
	description: 'Warm workers up before a batch, or scale to zero after it',
};

const properties: INodeProperties[] = [
	endpointLocator,
	{
		displayName: 'Min Workers',
		name: 'workersMin',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 0,
		description:
			'How many workers are kept warm. They are paid all the time, so set it back to 0 when they are not needed.',
	},
	{
		displayName: 'Max Workers',
		name: 'workersMax',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 1,
		description: 'How many workers may run at once. With 0 the endpoint is paused: jobs wait.',
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['setWorkers'] } },
	properties,
);

const labels = new Map([
	['min', 'Min Workers'],
	['max', 'Max Workers'],
]);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { InvalidInput } = await import('../../../lib/contract/invalidInput');
	const { parseWorkersChange, setWorkers } = await import('../../../lib/deployment/changes');
	const { account, read, factsOf } = await openEndpoints(context);
	const { management, settings } = account;
	const readChange = (item: number) => {
		const min: unknown = context.getNodeParameter('workersMin', item);
		const max: unknown = context.getNodeParameter('workersMax', item);
		try {
			return parseWorkersChange({ min, max });
		} catch (error) {
			throw error instanceof InvalidInput ? error.relabelled(labels) : error;
		}
	};
	return await runItems(context, mode, {
		check: async (item) => ({ ...(await read(item)), change: readChange(item) }),
		perform: async ({ id, change }) =>
			endpointItem(await setWorkers(management, id, change), settings.queueBaseUrl),
		factsOf,
		ifLeft: MAY_HAVE_HAPPENED,
	});
}
