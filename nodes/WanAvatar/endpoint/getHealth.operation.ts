import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { End } from '../../../lib/generation/settled';
import { endpointLocator, readEndpointId } from '../endpointLocator';
import { connectAccount } from '../management';
import type { RunMode } from '../operation';
import { inTurn } from '../inTurn';

export const option: INodePropertyOptions = {
	name: 'Get Health',
	value: 'getHealth',
	action: 'Get the health of an endpoint',
	description: 'See workers and jobs, and one word: ready, cold, throttled, unhealthy or paused',
};

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['getHealth'] } },
	[endpointLocator],
);

export async function execute(
	context: IExecuteFunctions,
	mode: RunMode,
): Promise<End<IDataObject>[]> {
	return await inTurn(context, mode, async (item) => {
		const { getHealth } = await import('../../../lib/deployment/health');
		const { settings, management, queueOf } = await connectAccount(context);
		const id = await readEndpointId(context, item, settings.endpointId);
		const { workers, jobs, ...rest } = await getHealth(id, { management, queue: queueOf(id) });
		return { ...rest, workers: { ...workers }, jobs: { ...jobs } };
	});
}
