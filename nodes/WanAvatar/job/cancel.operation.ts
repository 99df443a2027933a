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
	name: 'Cancel',
	value: 'cancel',
	action: 'Cancel an avatar job',
	description: 'Stop a job, whether it waits or runs, so that it costs nothing more',
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
	{ show: { resource: ['job'], operation: ['cancel'] } },
	properties,
);

/** Cancels the jobs of all items. */
export async function execute(context: IExecuteFunctions): Promise<End<IDataObject>[]> {
	const { cancelJob } = await import('../../../lib/generation/jobControl');
	return await forEachJob(context, async (job, queue) => await cancelJob(job, queue));
}
