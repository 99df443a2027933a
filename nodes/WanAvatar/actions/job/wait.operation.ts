import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { waitingProperties } from '../avatar/generateOptions';
import { clock } from '../../n8n/connections';
import type { ItemWithFiles, RunMode } from '../../n8n/operation';
import { jobProperties } from './jobReference';
import { giveOutResults } from './jobResults';
import { JOB_REPORT, type Outputs } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Wait for Completion',
	value: 'wait',
	action: 'Wait for the completion of an avatar job',
	description: 'Follow a job that was submitted before until its video is there',
};

const properties: INodeProperties[] = [
	...jobProperties,
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: waitingProperties,
	},
];

export const outputs: Outputs = JOB_REPORT;

export const description = updateDisplayOptions(
	{ show: { resource: ['job'], operation: ['wait'] } },
	properties,
);

// All jobs are followed together: one that waits for its turn would not be cancelled by Stop.
const AT_ONCE = 10_000;

/** Follows the jobs of all items together. */
export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject | ItemWithFiles>[]> {
	const { waitForJob } = await import('../../../../lib/generation/job/wait');
	const { parseWaitOptions, pollingFor } =
		await import('../../../../lib/generation/job/waitOptions');
	const pollings = pollingFor(clock, context.getNodeParameter('options', 0, {}));
	return await giveOutResults(context, mode, {
		readOptions: parseWaitOptions,
		find: async (job, ports, options) =>
			await waitForJob(job, { ...ports, polling: pollings(ports.queue) }, options),
		atOnce: AT_ONCE,
		ifLeft: 'Its cancel is on the way: see with Get Status whether it has ended.',
	});
}
