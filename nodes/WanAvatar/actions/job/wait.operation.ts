import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { waitingProperties } from '../avatar/generateOptions';
import { clock, connectResults } from '../../n8n/connections';
import { resultItem } from '../../n8n/inlineVideo';
import { inputFieldsOf } from '../../n8n/itemInput';
import type { ItemWithFiles, RunMode } from '../../n8n/operation';
import { runItems } from '../../n8n/runItems';
import { jobProperties, openJobs } from './jobReference';

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
	const { inSlot } = await import('../../../../lib/generation/run/slottedQueue');
	const { waitForJob } = await import('../../../../lib/generation/job/wait');
	const { parseWaitOptions, pollingFor } =
		await import('../../../../lib/generation/job/waitOptions');
	const results = await connectResults(context);
	const { read, factsOf } = await openJobs(context);
	const signal = context.getExecutionCancelSignal();
	const pollings = pollingFor(clock, context.getNodeParameter('options', 0, {}));
	return await runItems(context, mode, {
		check: async (item) => ({
			...(await read(item)),
			options: parseWaitOptions(context.getNodeParameter('options', item, {})),
			finish: inputFieldsOf(context, item),
		}),
		perform: async ({ job, options, finish, ...at }) =>
			await inSlot(at.queue, signal, async (queue) => {
				const ports = { queue, clock, signal, polling: pollings(at.queue), ...results };
				return await resultItem(context, await waitForJob(job, ports, options), finish);
			}),
		factsOf,
		atOnce: AT_ONCE,
		ifLeft: 'Its cancel is on the way: see with Get Status whether it has ended.',
	});
}
