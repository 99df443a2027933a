import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { KnownJob } from '../../../lib/generation/knownJob';
import { settle, type End } from '../../../lib/generation/settled';
import type { QueueClient } from '../../../lib/runpod/queue';
import { connectQueue } from '../connections';
import { endpointLocator } from '../endpointLocator';
import { withInputFields } from '../itemInput';

const jobId: INodeProperties = {
	displayName: 'Job ID',
	name: 'jobId',
	type: 'string',
	default: '={{ $json.job_id }}',
	required: true,
	placeholder: 'e.g. eaebd6e7-6a92-4bb8-a911-f996ac5ea99d-u1',
	description:
		'The job_id that Generate gave out. An item of Generate can be passed in as it is: its other fields are then kept.',
};

/** The fields by which each operation finds its job. */
export const jobProperties: INodeProperties[] = [
	jobId,
	{
		...endpointLocator,
		description:
			'Leave it empty for the endpoint that the item names, or else the endpoint of the RunPod API credential',
	},
];

/** Does the same with the job of each item, all items together. */
export async function forEachJob(
	context: IExecuteFunctions,
	work: (job: KnownJob, queue: QueueClient, item: number) => Promise<object>,
): Promise<End<IDataObject>[]> {
	const { parseKnownJob } = await import('../../../lib/generation/knownJob');
	const one = async (json: IDataObject, item: number): Promise<IDataObject> => {
		const job = parseKnownJob(context.getNodeParameter('jobId', item), json);
		const queue = await connectQueue(context, item, job.endpoint_id);
		return withInputFields(context, item, { ...(await work(job, queue, item)) });
	};
	return await Promise.all(
		context.getInputData().map(async ({ json }, item) => await settle(one(json, item))),
	);
}
