import type { Endpoint } from '../../runpod/management/managementRecords';
import type { DeploymentSettings } from '../settings/deploymentSettings';

/** How many workers an endpoint will keep warm and may run once it is deployed; nothing where RunPod does not tell. */
export function workersAfter(
	{ workers, given }: Pick<DeploymentSettings, 'workers' | 'given'>,
	endpoint: Endpoint | undefined,
): { min: number | undefined; max: number | undefined } {
	const after = (count: 'min' | 'max'): number | undefined =>
		endpoint && !given.has(`workers.${count}`)
			? (endpoint.workers?.[count] ?? undefined)
			: workers[count];
	return { min: after('min'), max: after('max') };
}
