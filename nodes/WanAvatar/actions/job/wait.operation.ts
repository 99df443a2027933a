import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import { LIMITS } from '../../../../lib/base/async/timeLimits';
import type { WaitOptions } from '../../../../lib/generation/job/wait';
import type { End } from '../../../../lib/base/errors/settled';
import { waitingOptions } from '../avatar/generateOptions';
import { optionGroups, readOptions } from '../../fields/optionGroups';
import { runsAsTool } from '../../n8n/asTool';
import { clock } from '../../n8n/connections';
import { useMinio } from '../../fields/credentialChoice';
import { readTrimmed } from '../../fields/formValue';
import { ItemWithFiles, type ItemResult, type RunMode } from '../../n8n/operation';
import { resultProperties } from './jobReference';
import { giveOutResults } from './jobResults';
import { JOB_REPORT, type Outputs } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Wait for Completion',
	value: 'wait',
	action: 'Wait for the completion of an avatar job',
	description:
		'Follow a job that was submitted before until its video is there; an item that has its video already passes as it is',
};

const properties: INodeProperties[] = [
	useMinio,
	...resultProperties,
	...optionGroups(waitingOptions),
];

export const outputs: Outputs = JOB_REPORT;

export const description = updateDisplayOptions(
	{ show: { resource: ['job'], operation: ['wait'] } },
	properties,
);

// All jobs are followed together: one that waits for its turn would not be cancelled by Stop.
const AT_ONCE = 10_000;

/** A model gets the job back as it is then, and asks again. */
function inTime(options: WaitOptions): WaitOptions {
	const timeoutMs = Math.min(options.timeoutMs, LIMITS.toolWaitMs);
	return { ...options, timeoutMs, onTimeout: 'hand back' };
}

/** Follows the jobs of all items together; an item that is a result already passes as it is, and one that failed stays so. */
export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<ItemResult>[]> {
	const { waitForJob } = await import('../../../../lib/generation/job/wait');
	const { parseWaitOptions, pollingFor } =
		await import('../../../../lib/generation/job/waitOptions');
	const { errorOf, isFinished } = await import('../../../../lib/generation/job/finishedItem');
	const known = (item: number): ItemResult | undefined => {
		const { json, binary } = context.getInputData()[item] ?? { json: {} };
		const jobId = readTrimmed(context, item, 'jobId');
		const failure = isBlank(jobId) ? errorOf(json) : undefined;
		if (failure) throw failure;
		if (!isFinished(json, jobId, clock.now())) return undefined;
		return new ItemWithFiles(json, { ...binary });
	};
	const pollings = pollingFor(clock, readOptions(context, 0));
	return await giveOutResults(context, mode, {
		parseOptions: (raw) => {
			const options = parseWaitOptions(raw);
			return runsAsTool(context) ? inTime(options) : options;
		},
		find: async (job, ports, options) =>
			await waitForJob(job, { ...ports, polling: pollings(ports.queue) }, options),
		known,
		atOnce: AT_ONCE,
		ifLeft: 'Its cancel is on the way: see with Get Status whether it has ended.',
	});
}

function isBlank(value: unknown): boolean {
	return value === undefined || value === null || value === '';
}
