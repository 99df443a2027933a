import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/generate';
import { connectBucket, connectQueue } from '../connections';
import { includeInputFields, withInputFields } from '../itemInput';

export const option: INodePropertyOptions = {
	name: 'Get Status',
	value: 'getStatus',
	action: 'Get the status of an avatar job',
	description: 'See how far a job is, and get its video once it is there',
};

const properties: INodeProperties[] = [
	{
		displayName: 'Job ID',
		name: 'jobId',
		type: 'string',
		default: '={{ $json.job_id }}',
		required: true,
		placeholder: 'e.g. eaebd6e7-6a92-4bb8-a911-f996ac5ea99d-u1',
		description:
			'The job_id that Generate gave out. An item of Generate can be passed in as it is: its other fields are then kept.',
	},
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
	{ show: { resource: ['job'], operation: ['getStatus'] } },
	properties,
);

/** One look at each item's job, all items together. */
export async function execute(context: IExecuteFunctions): Promise<End<IDataObject>[]> {
	const { settle } = await import('../../../lib/generation/generate');
	const items = context.getInputData();
	return await Promise.all(items.map(async (_item, i) => await settle(getItemStatus(context, i))));
}

async function getItemStatus(context: IExecuteFunctions, item: number): Promise<IDataObject> {
	const { getStatus, parseKnownJob } = await import('../../../lib/generation/status');
	const { json } = context.getInputData()[item] ?? { json: {} };
	const job = parseKnownJob(context.getNodeParameter('jobId', item), json);
	const [queue, bucket] = await Promise.all([
		connectQueue(context, job.endpoint_id),
		connectBucket(context),
	]);
	const signal = context.getExecutionCancelSignal();
	return withInputFields(context, item, { ...(await getStatus(job, { queue, bucket, signal })) });
}
