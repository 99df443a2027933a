import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { DeploymentSettings } from '../../../../../lib/deployment/settings/deploymentSettings';
import { InvalidInput } from '../../../../../lib/base/errors/invalidInput';
import { privateImage } from '../../../fields/credentialChoice';
import { readSwitchOption, readTrimmed } from '../../../fields/formValue';
import type { Facts } from '../../../n8n/runItems';
import { options, readOptions } from './settingsOptions';
import { readWorkerCredentials } from './workerCredentials';
import { workerImage } from './workerImage';

const rotateRegistryAuth: INodeProperties = {
	displayName: 'Rotate Registry Auth',
	name: 'rotateRegistryAuth',
	type: 'boolean',
	default: false,
	description:
		'Whether to replace the registry auth (the login for a private image), to change its password. RunPod shows no password, so it is left as it is otherwise.',
};

const labels = new Map<string, string>([
	['WAN_AVATAR_NAME', 'Name'],
	['RUNPOD_IMAGE_NAME', workerImage.displayName],
	...options.map(({ variable, property }): [string, string] => [variable, property.displayName]),
]);

/** The fields that Plan and Deploy share. */
export const settingsProperties: INodeProperties[] = [
	{
		displayName: 'Name',
		name: 'deploymentName',
		type: 'string',
		default: 'wan-avatar',
		required: true,
		description:
			'Name of the endpoint. Its template on RunPod and its registry auth (the login for a private image) are named after it, and all three are found again by it.',
	},
	workerImage,
	privateImage,
	{
		displayName: 'The worker gets its MinIO settings from the MinIO API credential.',
		name: 'credentialNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName:
			'On an endpoint that exists, only the image, the settings of the credentials and the options that are added are changed. The rest stays as it was set in the RunPod console; Plan shows it as kept.',
		name: 'keptNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Options',
		name: 'deploymentOptions',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: byLabel([...options.map(({ property }) => property), rotateRegistryAuth]),
	},
];

function byLabel(properties: INodeProperties[]): INodeProperties[] {
	return properties.sort((a, b) => (a.displayName < b.displayName ? -1 : 1));
}

export interface SettingsForm {
	settings: DeploymentSettings;
	rotateRegistryAuth: boolean;
}

export function factsOfSettings({ settings: { name, ids } }: SettingsForm): Facts {
	return ids.endpoint === undefined ? { name } : { endpoint_id: ids.endpoint };
}

/** Reads the credentials once, and then the form of each item; a fault is told by the labels of the form. */
export async function openSettings(
	context: IExecuteFunctions,
): Promise<(item: number) => SettingsForm> {
	const { parseDeployment } =
		await import('../../../../../lib/deployment/settings/deploymentSettings');
	const fromCredentials = await readWorkerCredentials(context);
	return (item) => {
		const chosen: unknown = context.getNodeParameter('deploymentOptions', item, {});
		const { given, emptied } = readOptions(chosen);
		const raw: Record<string, unknown> = {
			WAN_AVATAR_NAME: readTrimmed(context, item, 'deploymentName'),
			RUNPOD_IMAGE_NAME: readTrimmed(context, item, workerImage.name),
			...given,
		};
		// The form always has a name: the ID of an endpoint beside it counts alone.
		if (raw.RUNPOD_ENDPOINT_ID !== undefined) raw.WAN_AVATAR_NAME = undefined;
		try {
			const rotates = readSwitchOption(chosen, rotateRegistryAuth);
			return {
				settings: parseDeployment(raw, fromCredentials, emptied),
				rotateRegistryAuth: rotates,
			};
		} catch (error) {
			throw error instanceof InvalidInput ? error.relabelled(labels) : error;
		}
	};
}
