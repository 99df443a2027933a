import { cleanRemoteText } from '../../base/data/remoteText';
import { WanAvatarError } from '../../base/errors/errors';
import type { ManagementClient } from '../../runpod/management/management';
import type { Endpoint } from '../../runpod/management/managementRecords';
import { hasModel } from '../plan/models';
import type { DeploymentSettings } from '../settings/deploymentSettings';

/**
 * Gives an endpoint the model that is wanted, or takes its models away. All of the endpoint is read at this moment, since
 * all of it is said back.
 * @returns whether anything was changed
 */
export async function applyModel(
	{ model }: DeploymentSettings,
	endpoint: Pick<Endpoint, 'id' | 'name'>,
	{ models }: Pick<ManagementClient, 'models'>,
): Promise<boolean> {
	const saved = await models.read(endpoint);
	if (hasModel(model, saved.modelReferences)) return false;
	const shown = await models.save(saved, model === null ? [] : [model]);
	if (!hasModel(model, shown)) throw otherModel(endpoint, shown);
	return true;
}

function otherModel(
	{ id, name }: Pick<Endpoint, 'id' | 'name'>,
	shown: readonly string[],
): WanAvatarError {
	return new WanAvatarError(
		'CHANGE_UNKNOWN',
		`RunPod was asked to set the model of the endpoint ${name} (${id}), and shows another one: ${cleanRemoteText(shown.join(', ')) || 'none'}`,
		{ remedy: 'Run it again, which looks first.', details: { endpoint_id: id } },
	);
}
