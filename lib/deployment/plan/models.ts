import { WanAvatarError } from '../../base/errors/errors';
import type { ManagementClient } from '../../runpod/management/management';
import type { Endpoint } from '../../runpod/management/managementRecords';
import type { DeploymentSettings } from '../settings/deploymentSettings';
import { isModel } from '../settings/modelReference';
import type { Change } from './differences';
import { otherKind } from './otherKind';

/** The models of an endpoint as RunPod shows them; not known where none was asked for, so that nothing was asked of GraphQL. */
export type KnownModels = readonly string[] | undefined;

/**
 * Reads the models of an endpoint, if one is asked for or is to go. Where the endpoint is yet to be made, it is only asked
 * whether the key may set one.
 * @throws WanAvatarError
 */
export async function readModels(
	{ given, model }: DeploymentSettings,
	endpoint: Endpoint | undefined,
	{ models }: Pick<ManagementClient, 'models'>,
): Promise<KnownModels> {
	if (!given.has('model')) return undefined;
	if (!endpoint) {
		if (model !== null) await models.assertAllowed();
		return [];
	}
	if (otherKind(endpoint) !== undefined) return undefined;
	return (await models.read(endpoint)).modelReferences;
}

/** Whether an endpoint has the model that is wanted, and no other. */
export function hasModel(wanted: string | null, models: readonly string[]): boolean {
	const [model, ...others] = models;
	if (wanted === null) return model === undefined;
	return model !== undefined && others.length === 0 && isModel(wanted, model);
}

/** What setting the model changes, to be shown. */
export function modelChanges(
	{ given, model }: DeploymentSettings,
	models: KnownModels = [],
): Change[] {
	if (!given.has('model') || hasModel(model, models)) return [];
	return [{ field: 'model', from: models.join(', ') || 'nothing', to: model ?? 'nothing' }];
}

/** Setting the model says the queue delay back as a whole number, the only kind that GraphQL knows. */
export function refuseFraction(
	{ id, name, scaling }: Endpoint,
	{ given }: DeploymentSettings,
	changes: readonly Change[],
): void {
	const delay = scaling?.queueDelay;
	const isKept = !given.has('scaling.queueDelay');
	if (changes.length === 0 || !isKept || typeof delay !== 'number' || Number.isInteger(delay))
		return;
	throw new WanAvatarError(
		'INVALID_INPUT',
		`The model of the endpoint ${name} (${id}) cannot be set: its queue delay is ${String(delay)} seconds`,
		{
			remedy:
				'Nothing was changed. RunPod sets models by an API that knows whole seconds alone: give a whole RUNPOD_QUEUE_DELAY too (in n8n Queue Delay).',
			details: { endpoint_id: id },
		},
	);
}

/** What a model helps, and what it takes. */
export function modelNotes(settings: DeploymentSettings, models: KnownModels): string[] {
	if (settings.model === null || modelChanges(settings, models).length === 0) return [];
	return [MODEL];
}

const MODEL =
	'RunPod keeps the model on the hosts of the workers, in /runpod-volume/huggingface-cache/hub. The image has to look for it there: the setting alone helps nothing. Workers are replaced when it is set.';
