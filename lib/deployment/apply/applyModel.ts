import type { ManagementClient } from '../../runpod/management/management';
import { hasModel } from '../plan/models';
import type { DeploymentSettings } from '../settings/deploymentSettings';

/**
 * Gives an endpoint the model that is wanted, or takes its models away. All of the endpoint is read at this moment, since
 * all of it is said back.
 * @returns whether anything was changed
 */
export async function applyModel(
	{ model }: DeploymentSettings,
	endpoint: { id: string; name: string },
	{ models }: Pick<ManagementClient, 'models'>,
): Promise<boolean> {
	const saved = await models.read(endpoint);
	if (hasModel(model, saved.modelReferences)) return false;
	await models.save(saved, model === null ? [] : [model]);
	return true;
}
