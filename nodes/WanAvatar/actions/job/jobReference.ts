import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { KnownJob } from '../../../../lib/generation/job/knownJob';
import type { QueueClient } from '../../../../lib/runpod/queue/queue';
import { connectQueues } from '../../n8n/connections';
import { endpointLocator, readEndpointId } from '../../fields/endpointLocator';
import { readTrimmed } from '../../fields/formValue';
import { ONLY_AS_TOOL } from '../../n8n/asTool';
import type { Facts } from '../../n8n/runItems';

export const jobId: INodeProperties = {
	displayName: 'Job ID',
	name: 'jobId',
	type: 'string',
	default: '={{ $json.job_id }}',
	required: true,
	placeholder: 'e.g. eaebd6e7-6a92-4bb8-a911-f996ac5ea99d-u1',
	description:
		'The job_id that Generate gave out. An item of Generate can be passed in as it is: its other fields are then kept.',
};

export const jobEndpoint: INodeProperties = {
	...endpointLocator,
	description:
		'Leave it empty for the endpoint that the item names, or else the endpoint of the RunPod API credential',
};

/** Elsewhere the item of *Generate* brings it along; a model has only what it was told. */
const jobVideoKey: INodeProperties = {
	displayName: 'Output Video Key of the Job',
	name: 'jobVideoKey',
	type: 'string',
	default: '',
	placeholder: 'e.g. user-avatars/user_123/avatar_456/idle.mp4',
	description:
		'The output_video_key that Generate gave out with the job_id. With a MinIO API credential, the video is found by it after RunPod has forgotten the job, 30 minutes after its end. Leave blank if it is not known.',
	...ONLY_AS_TOOL,
};

/** The fields by which each operation finds its job. */
export const jobProperties: INodeProperties[] = [jobId, jobEndpoint];

/** The same where the job's video is looked for. */
export const resultProperties: INodeProperties[] = [jobId, jobVideoKey, jobEndpoint];

/** A job with the queue of its endpoint. */
export interface JobAtQueue {
	job: KnownJob;
	queue: QueueClient;
}

/** How the jobs of items are read. */
export interface JobReader {
	/** @throws InvalidInput */
	read: (item: number) => Promise<JobAtQueue>;
	/** Where a job is: on the endpoint that the form chooses, else its own, else the credential's. */
	locate: (job: KnownJob, item: number) => Promise<JobAtQueue>;
	queueOf: (endpointId: string) => QueueClient;
	factsOf: (checked: JobAtQueue) => Facts;
}

/** Opens the queues for the jobs of all items; nothing is sent. */
export async function openJobs(context: IExecuteFunctions): Promise<JobReader> {
	const { factsOfJob, parseKnownJob } = await import('../../../../lib/generation/job/knownJob');
	const { endpointId, queueOf } = await connectQueues(context);
	const locate = async (job: KnownJob, item: number) => {
		const fallback = job.endpoint_id ?? endpointId;
		return { job, queue: queueOf(await readEndpointId(context, item, fallback)) };
	};
	return {
		locate,
		queueOf,
		read: async (item) => {
			const job_id = readTrimmed(context, item, 'jobId');
			return await locate(parseKnownJob(job_id, knownOf(context, item, job_id)), item);
		},
		factsOf: ({ job, queue }) => factsOfJob({ ...job, endpoint_id: queue.endpointId }),
	};
}

/** What the item, or the form of a tool, tells of the job beside its ID. */
function knownOf(context: IExecuteFunctions, item: number, job_id: unknown): IDataObject {
	const output_video_key = readTrimmed(context, item, jobVideoKey.name, '');
	const json = itemJson(context, item);
	if (typeof job_id !== 'string' || typeof output_video_key !== 'string') return json;
	return output_video_key === '' ? json : { ...json, job_id, output_video_key };
}

export function itemJson(context: IExecuteFunctions, item: number): IDataObject {
	return context.getInputData()[item]?.json ?? {};
}
