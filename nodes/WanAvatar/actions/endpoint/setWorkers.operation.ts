import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { endpointLocator } from '../../fields/endpointLocator';
import { addedOptions } from '../../fields/formValue';
import type { RunMode } from '../../n8n/operation';
import { MAY_HAVE_HAPPENED, runItems } from '../../n8n/runItems';
import { endpointItem, endpointOutputs } from './endpointItem';
import { openEndpoints } from './endpointChoice';

export const option: INodePropertyOptions = {
	name: 'Set Workers',
	value: 'setWorkers',
	action: 'Set the workers of an endpoint',
	description: 'Warm workers up before a batch, or scale to zero after it',
};

const maxWorkers: INodeProperties = {
	displayName: 'Max Workers',
	name: 'workersMax',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 1,
	description: 'How many workers may run at once. With 0 the endpoint is paused: jobs wait.',
};

const minWorkers: INodeProperties = {
	displayName: 'Min Workers',
	name: 'workersMin',
	type: 'number',
	typeOptions: { minValue: 0 },
	default: 0,
	description:
		'How many workers are kept warm. They are paid all the time, so set it back to 0 when they are not needed.',
};

const properties: INodeProperties[] = [
	endpointLocator,
	{
		displayName: 'Workers',
		name: 'workers',
		type: 'collection',
		placeholder: 'Add number',
		default: {},
		description: 'What is not added stays as it is',
		options: [maxWorkers, minWorkers],
	},
];

export const outputs = endpointOutputs;

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['setWorkers'] } },
	properties,
);

const labels = new Map([
	['min', minWorkers.displayName],
	['max', maxWorkers.displayName],
]);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { InvalidInput } = await import('../../../../lib/base/errors/invalidInput');
	const { parseWorkersChange, setWorkers } =
		await import('../../../../lib/deployment/plan/workersChange');
	const { account, read, factsOf } = await openEndpoints(context);
	const { management, settings } = account;
	const relabelled = (error: unknown) =>
		error instanceof InvalidInput ? error.relabelled(labels) : error;
	const readChange = (item: number) => {
		const change = addedNumbers(context.getNodeParameter('workers', item, {}));
		if (Object.keys(change).length === 0)
			throw new InvalidInput([{ field: 'Workers', message: 'is empty: add Min or Max Workers' }]);
		try {
			return parseWorkersChange(change);
		} catch (error) {
			throw relabelled(error);
		}
	};
	return await runItems(context, mode, {
		check: async (item) => ({ ...(await read(item)), change: readChange(item) }),
		perform: async ({ id, change }) => {
			const endpoint = await setWorkers(management, id, change).catch((error: unknown) => {
				throw relabelled(error);
			});
			return endpointItem(endpoint, settings.queueBaseUrl);
		},
		factsOf,
		ifLeft: MAY_HAVE_HAPPENED,
	});
}

/** What is added but gives nothing is no number, and refused as such. */
function addedNumbers(workers: unknown): { min?: unknown; max?: unknown } {
	const added = addedOptions(workers);
	return {
		...(added.has(minWorkers.name) ? { min: added.get(minWorkers.name) ?? null } : {}),
		...(added.has(maxWorkers.name) ? { max: added.get(maxWorkers.name) ?? null } : {}),
	};
}
