import type { Endpoint } from '../runpod/managementRecords';
import type { DeploymentSettings } from './settings';

/** How many workers an endpoint will keep warm and may run once it is deployed. */
export function workersAfter(
	{ workers: { min, max }, given }: Pick<DeploymentSettings, 'workers' | 'given'>,
	endpoint: Endpoint | undefined,
): { min: number; max: number } {
	const now = endpoint?.workers;
	return {
		min: given.has('workers.min') ? min : (now?.min ?? min),
		max: given.has('workers.max') ? max : (now?.max ?? max),
	};
}
