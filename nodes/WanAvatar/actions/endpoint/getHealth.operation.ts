import type { IDataObject, IExecuteFunctions, INodePropertyOptions } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';
import type { HealthReport } from '../../../../lib/deployment/workers/endpointHealth';
import type { End } from '../../../../lib/base/errors/settled';
import { endpointLocator } from '../../fields/endpointLocator';
import type { RunMode } from '../../n8n/operation';
import { NOTHING_CHANGED, runItems } from '../../n8n/runItems';
import { openEndpoints } from './endpointChoice';
import { TEXTS, type ItemOf, type OutputType } from '../../n8n/outputs';

export const option: INodePropertyOptions = {
	name: 'Get Health',
	value: 'getHealth',
	action: 'Get the health of an endpoint',
	description:
		'See workers and jobs, and one word: ready, cold, throttled, unhealthy, paused or unknown',
};

export const outputs = {
	endpoint_id: 'string',
	name: 'string',
	health: 'string',
	meaning: 'string',
	notes: TEXTS,
	workers: {
		idle: 'number',
		initializing: 'number',
		ready: 'number',
		running: 'number',
		throttled: 'number',
		unhealthy: 'number',
		min: 'number',
		max: 'number',
	} satisfies Record<keyof HealthReport['workers'], OutputType>,
	jobs: {
		in_queue: 'number',
		in_progress: 'number',
		completed: 'number',
		failed: 'number',
		retried: 'number',
	} satisfies Record<keyof HealthReport['jobs'], OutputType>,
} as const satisfies Record<keyof HealthReport, OutputType>;

export const description = updateDisplayOptions(
	{ show: { resource: ['endpoint'], operation: ['getHealth'] } },
	[endpointLocator],
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
			return { ...rest, workers: { ...workers }, jobs: { ...jobs } } satisfies ItemOf<
				typeof outputs
			>;
		},
		factsOf,
		ifLeft: NOTHING_CHANGED,
	});
}
