import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import { endpointLocator } from '../../fields/endpointLocator';
import type { RunMode } from '../../n8n/operation';
import { MAY_HAVE_HAPPENED, runItems } from '../../n8n/runItems';
import { openEndpoints } from './endpointChoice';
import type { ItemOf } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Purge Queue',
	value: 'purgeQueue',
	action: 'Purge the queue of an endpoint',
	description: 'Remove all jobs that wait; those that run go on',
};

export const outputs = { endpoint_id: 'string', removed: 'number' } as const;

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['purgeQueue'] } },
	[endpointLocator],
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { account, read, factsOf } = await openEndpoints(context, { mustBeGiven: true });
	return await runItems(context, mode, {
		check: read,
		perform: async ({ id }) =>
			({
				endpoint_id: id,
				removed: await account.queueOf(id).purge(),
			}) satisfies ItemOf<typeof outputs>,
		factsOf,
		ifLeft: MAY_HAVE_HAPPENED,
	});
}
