import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { inputFieldsOption, inputFieldsOf } from '../../n8n/itemInput';
import type { RunMode } from '../../n8n/operation';
import { runItems } from '../../n8n/runItems';
import { jobProperties, openJobs } from './jobReference';
import { JOB_REPORT, type Outputs } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Retry',
	value: 'retry',
	action: 'Retry an avatar job',
	description: 'Start a failed or timed out job over, under the same ID',
};

const properties: INodeProperties[] = [...jobProperties, inputFieldsOption];

export const outputs: Outputs = JOB_REPORT;

export const description = updateDisplayOptions(
	{ show: { resource: ['job'], operation: ['retry'] } },
	properties,
);

/** Starts the jobs of all items over, one after the other; RunPod allows it for FAILED and TIMED_OUT only. */
export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { retryJob } = await import('../../../../lib/generation/job/jobControl');
	const { read, factsOf } = await openJobs(context);
	const signal = context.getExecutionCancelSignal();
	return await runItems(context, mode, {
		check: async (item) => ({ ...(await read(item)), finish: inputFieldsOf(context, item) }),
		perform: async ({ job, queue, finish }) => finish({ ...(await retryJob(job, queue, signal)) }),
		factsOf,
		ifLeft: 'The job may have been started over: look with Get Status before you retry it again.',
	});
}
