import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { InvalidInput } from '../../../../lib/base/errors/invalidInput';
import type { Bill, BillPeriod } from '../../../../lib/deployment/costs/bills';
import { readTrimmed } from '../../fields/formValue';
import type { RunMode } from '../../n8n/operation';
import type { OutputType } from '../../n8n/outputs';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { endpointProperties, openEndpoints } from './endpointChoice';

export const option: INodePropertyOptions = {
	name: 'Get Costs',
	value: 'getCosts',
	action: 'Get the costs of an endpoint',
	description: "RunPod's own bills for an endpoint by hour or day, one item each",
};

export const outputs = {
	endpoint_id: 'string',
	from: 'string',
	to: 'string',
	total_usd: 'number',
	gpu_usd: 'number',
	cpu_usd: 'number',
	disk_usd: 'number',
	fee_usd: 'number',
} as const satisfies Record<keyof Bill, OutputType>;

const periodFields: INodeProperties[] = [
	{
		displayName: 'Costs By',
		name: 'bucketSize',
		type: 'options',
		options: [
			{ name: 'Day', value: 'day' },
			{ name: 'Hour', value: 'hour' },
		],
		default: 'day',
		description: 'How long each item is; both begin and end by UTC. The hour that goes on lags.',
	},
	{
		displayName: 'Period',
		name: 'period',
		type: 'options',
		options: [
			{ name: 'Between', value: 'between', description: 'From one time to another one' },
			{ name: 'The Last', value: 'last', description: 'So many days or hours up to now' },
		],
		default: 'last',
	},
	{
		displayName: 'How Many',
		name: 'last',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 1000 },
		default: 7,
		description: 'How many days or hours, with the one that goes on',
		displayOptions: { show: { period: ['last'] } },
	},
	{
		displayName: 'Start Time',
		name: 'startTime',
		type: 'dateTime',
		default: '',
		required: true,
		description: 'RunPod begins with the whole day or hour that it lies in',
		displayOptions: { show: { period: ['between'] } },
	},
	{
		displayName: 'End Time',
		name: 'endTime',
		type: 'dateTime',
		default: '',
		description: 'Leave it empty for now',
		displayOptions: { show: { period: ['between'] } },
	},
];

const labels = new Map(periodFields.map(({ name, displayName }) => [name, displayName]));

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['getCosts'] } },
	[...endpointProperties, ...periodFields],
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject[]>[]> {
	const { listBills, parseBillPeriod } = await import('../../../../lib/deployment/costs/bills');
	const { account, read, factsOf } = await openEndpoints(context);
	const readPeriod = (item: number): BillPeriod => {
		const fields = periodFields.map(({ name }) => [name, readTrimmed(context, item, name, '')]);
		try {
			return parseBillPeriod(Object.fromEntries(fields));
		} catch (error) {
			throw error instanceof InvalidInput ? error.relabelled(labels) : error;
		}
	};
	return await runItems(context, mode, {
		check: async (item) => ({ ...(await read(item)), period: readPeriod(item) }),
		perform: async ({ id, period }) =>
			(await listBills(id, period, account.management)).map((bill) => ({ ...bill })),
		factsOf,
		ifLeft: NOTHING_CHANGED,
	});
}
