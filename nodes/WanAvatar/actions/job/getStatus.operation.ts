import type { IExecuteFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { useMinio } from '../../fields/credentialChoice';
import { resultLinkOptions } from '../../fields/linkOptions';
import { optionGroups } from '../../fields/optionGroups';
import { costOption } from '../../n8n/costs/includeCost';
import { inputFieldsOption } from '../../n8n/itemInput';
import type { ItemResult, RunMode } from '../../n8n/operation';
import { NOTHING_CHANGED } from '../../n8n/runItems';
import { resultProperties } from './jobReference';
import { giveOutResults } from './jobResults';
import { JOB_REPORT, type Outputs } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Get Status',
	value: 'getStatus',
	action: 'Get the status or video of an avatar job',
	description: 'See how far a job is, and get its video once it is there',
};

const properties: INodeProperties[] = [
	useMinio,
	...resultProperties,
	...optionGroups([costOption, inputFieldsOption, ...resultLinkOptions]),
];

export const outputs: Outputs = JOB_REPORT;

export const description = updateDisplayOptions(
	{ show: { resource: ['job'], operation: ['getStatus'] } },
	properties,
);

// RunPod allows 400 status requests of an endpoint at once.
const AT_ONCE = 50;

/** One look at each item's job. */
export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<ItemResult>[]> {
	const { getStatus } = await import('../../../../lib/generation/job/status');
	const { parseLinkWish } = await import('../../../../lib/generation/request/optionChecks');
	return await giveOutResults(context, mode, {
		parseOptions: parseLinkWish,
		find: getStatus,
		atOnce: AT_ONCE,
		ifLeft: NOTHING_CHANGED,
	});
}
