import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../../lib/base/errors/settled';
import type { RunMode } from '../../n8n/operation';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { endpointProperties, openEndpoints } from './endpointChoice';

export const option: INodePropertyOptions = {
	name: 'Get Health',
	value: 'getHealth',
	action: 'Get the health of an endpoint',
	description:
		'See workers and jobs, and one word: ready, cold, throttled, unhealthy, paused or unknown',
};

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['getHealth'] } },
	endpointProperties,
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	const { getHealth } = await import('../../../../lib/deployment/workers/endpointHealth');
	const { account, read, factsOf } = await openEndpoints(context);
	const { management, queueOf } = account;
	return await runItems(context, mode, {
		check: read,
		perform: async ({ id }) => {
			const { workers, jobs, ...rest } = await getHealth(id, { management, queue: queueOf(id) });
			return { ...rest, workers: { ...workers }, jobs: { ...jobs } };
		},
		factsOf,
		ifLeft: NOTHING_CHANGED,
	});
}
