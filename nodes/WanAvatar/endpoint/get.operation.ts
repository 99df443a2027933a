import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { endpointLocator } from '../endpointLocator';
import type { RunMode } from '../operation';
import { endpointItem } from './endpointItem';
import { eachEndpoint } from './eachEndpoint';

export const option: INodePropertyOptions = {
	name: 'Get',
	value: 'get',
	action: 'Get an endpoint',
	description: 'See how an endpoint is set up',
};

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['get'] } },
	[endpointLocator],
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	return await eachEndpoint(context, mode, async (id, { settings, management }) =>
		endpointItem(await management.getEndpoint(id), settings.queueBaseUrl),
	);
}
