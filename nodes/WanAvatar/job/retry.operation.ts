import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { includeInputFields } from '../itemInput';
import { forEachJob, jobProperties } from './jobReference';

export const option: INodePropertyOptions = {
	name: 'Retry',
	value: 'retry',
	action: 'Retry an avatar job',
	description: 'Start a failed or timed out job over, under the same ID',
};

const properties: INodeProperties[] = [
	...jobProperties,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [includeInputFields],
	},
];

export const description = updateDisplayOptions(
	{ show: { resource: ['job'], operation: ['retry'] } },
	properties,
);

/** Starts the jobs of all items over; RunPod allows it for FAILED and TIMED_OUT only. */
export async function execute(context: IExecuteFunctions): Promise<End<IDataObject>[]> {
	const { retryJob } = await import('../../../lib/generation/jobControl');
	return await forEachJob(context, async (job, queue) => await retryJob(job, queue));
}
