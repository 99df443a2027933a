import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { clock, connectResults } from '../connections';
import { includeInputFields } from '../itemInput';
import { resultLinkOptions } from '../linkOptions';
import { forEachJob, jobProperties } from './jobReference';

export const option: INodePropertyOptions = {
	name: 'Get Status',
	value: 'getStatus',
	action: 'Get the status of an avatar job',
	description: 'See how far a job is, and get its video once it is there',
};

const properties: INodeProperties[] = [
	...jobProperties,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			includeInputFields,
			resultLinkOptions.expiry,
			resultLinkOptions.type,
			resultLinkOptions.baseUrl,
		],
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['job'], operation: ['getStatus'] } },
	properties,
);

/** One look at each item's job. */
export async function execute(context: IExecuteFunctions): Promise<End<IDataObject>[]> {
	const { getStatus } = await import('../../../lib/generation/status');
	const { parseLinkWish } = await import('../../../lib/generation/optionFields');
	const results = await connectResults(context);
	const signal = context.getExecutionCancelSignal();
	return await forEachJob(context, async (job, queue, item) => {
		const links = parseLinkWish(context.getNodeParameter('options', item, {}));
		return await getStatus(job, { queue, clock, signal, ...results }, links);
	});
}
