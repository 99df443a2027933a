import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { endpointLocator } from '../../fields/endpointLocator';
import type { RunMode } from '../../n8n/operation';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { endpointItem, endpointOutputs } from './endpointItem';
import { openEndpoints } from './endpointChoice';

export const option: INodePropertyOptions = {
	name: 'Get',
	value: 'get',
	action: 'Get an endpoint',
	description: 'See how an endpoint is set up',
};

export const outputs = endpointOutputs;

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['get'] } },
	[endpointLocator],
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { account, read, factsOf } = await openEndpoints(context);
	const { management, settings } = account;
	return await runItems(context, mode, {
		check: read,
		perform: async ({ id }) =>
			endpointItem(await management.getEndpoint(id), settings.queueBaseUrl),
		factsOf,
		ifLeft: NOTHING_CHANGED,
	});
}
