import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { DeploymentSettings } from '../../../lib/deployment/settings';
import { fallbackOf, type VariableName } from '../../../lib/deployment/variables';
import { readSwitchOption } from '../formValue';
import type { Facts } from '../runItems';
import { readContainerRegistry, readWorkerStorage } from './workerCredentials';

interface Option {
	variable: VariableName;
	property: INodeProperties;
}

const number = (variable: VariableName): { type: 'number'; default: number } => ({
	type: 'number',
	default: Number(fallbackOf(variable)),
});

/** In the order of their labels. */
const options: readonly Option[] = [
	{
		variable: 'RUNPOD_ALLOWED_CUDA_VERSIONS',
		property: {
			displayName: 'Allowed CUDA Versions',
			name: 'allowedCudaVersions',
			type: 'string',
			default: '',
			placeholder: 'e.g. 12.4, 12.8',
			description: 'The only CUDA versions a host may have, instead of a lowest one',
		},
	},
	{
		variable: 'RUNPOD_CONTAINER_DISK_GB',
		property: {
			displayName: 'Container Disk (GB)',
			name: 'containerDiskGb',
			...number('RUNPOD_CONTAINER_DISK_GB'),
			description: 'Disk of a worker. The model weights are about 82 GB.',
		},
	},
	{
		variable: 'RUNPOD_DATA_CENTER_IDS',
		property: {
			displayName: 'Data Centers',
			name: 'dataCenterIds',
			type: 'string',
			default: '',
			placeholder: 'e.g. EU-RO-1, CA-MTL-1',
			description: 'Where workers may run. Leave blank for anywhere.',
		},
	},
	{
		variable: 'RUNPOD_EXECUTION_TIMEOUT_MS',
		property: {
			displayName: 'Execution Timeout (Milliseconds)',
			name: 'executionTimeoutMs',
			...number('RUNPOD_EXECUTION_TIMEOUT_MS'),
			description: 'How long a job may run before RunPod ends it',
		},
	},
	{
		variable: 'RUNPOD_FLASHBOOT',
		property: {
			displayName: 'FlashBoot',
			name: 'flashboot',
			type: 'options',
			options: [
				{ name: 'Off', value: 'OFF' },
				{ name: 'On', value: 'FLASHBOOT' },
				{ name: 'On with Priority', value: 'PRIORITY_FLASHBOOT' },
			],
			default: 'FLASHBOOT',
			description: "RunPod's faster cold starts",
		},
	},
	{
		variable: 'RUNPOD_GPU_COUNT',
		property: {
			displayName: 'GPU Count',
			name: 'gpuCount',
			...number('RUNPOD_GPU_COUNT'),
			description: 'GPUs of a worker',
		},
	},
	{
		variable: 'RUNPOD_GPU_POOLS',
		property: {
			displayName: 'GPU Pools',
			name: 'gpuPools',
			type: 'string',
			default: fallbackOf('RUNPOD_GPU_POOLS'),
			description: 'IDs of GPU pools in order of preference, with commas between them',
		},
	},
	{
		variable: 'RUNPOD_IDLE_TIMEOUT',
		property: {
			displayName: 'Idle Timeout (Seconds)',
			name: 'idleTimeoutSeconds',
			...number('RUNPOD_IDLE_TIMEOUT'),
			description:
				'How long a worker waits for another job before it is stopped; it is paid until then',
		},
	},
	{
		variable: 'RUNPOD_INIT_TIMEOUT',
		property: {
			displayName: 'Init Timeout (Seconds)',
			name: 'initTimeoutSeconds',
			...number('RUNPOD_INIT_TIMEOUT'),
			description: 'How long a worker may take to download its models',
		},
	},
	{
		variable: 'RUNPOD_WORKERS_MAX',
		property: {
			displayName: 'Max Workers',
			name: 'workersMax',
			...number('RUNPOD_WORKERS_MAX'),
			description: 'How many workers may run at once',
		},
	},
	{
		variable: 'RUNPOD_MIN_CUDA_VERSION',
		property: {
			displayName: 'Min CUDA Version',
			name: 'minCudaVersion',
			type: 'string',
			default: '',
			placeholder: 'e.g. 12.4',
			description: 'The lowest CUDA version a host may have',
		},
	},
	{
		variable: 'RUNPOD_WORKERS_MIN',
		property: {
			displayName: 'Min Workers',
			name: 'workersMin',
			...number('RUNPOD_WORKERS_MIN'),
			description: 'How many workers are kept warm. They are paid all the time.',
		},
	},
	{
		variable: 'RUNPOD_NETWORK_VOLUME_IDS',
		property: {
			displayName: 'Network Volumes',
			name: 'networkVolumeIds',
			type: 'string',
			default: '',
			description: 'IDs of network volumes that workers mount, with commas between them',
		},
	},
	{
		variable: 'RUNPOD_QUEUE_DELAY',
		property: {
			displayName: 'Queue Delay (Seconds)',
			name: 'queueDelaySeconds',
			...number('RUNPOD_QUEUE_DELAY'),
			description: 'How long a job may wait before another worker is started',
		},
	},
	{
		variable: 'RUNPOD_WORKER_ENV',
		property: {
			displayName: 'Worker Environment',
			name: 'workerEnv',
			type: 'json',
			default: '{}',
			description: 'Further variables of the worker, as a JSON object of texts',
		},
	},
	{
		variable: 'MINIO_ENDPOINT',
		property: {
			displayName: 'Worker MinIO Endpoint',
			name: 'minioEndpoint',
			type: 'string',
			default: '',
			placeholder: 'e.g. minio.example.com',
			description:
				'Where the worker reaches MinIO, if neither Public Endpoint nor Endpoint of the MinIO API credential is right for it',
		},
	},
];

const rotateRegistryAuth: INodeProperties = {
	displayName: 'Rotate Registry Auth',
	name: 'rotateRegistryAuth',
	type: 'boolean',
	default: false,
	description:
		'Whether to replace the registry auth, to change its password. RunPod shows no password, so it is left as it is otherwise.',
};

const labels = new Map<string, string>([
	['WAN_AVATAR_NAME', 'Name'],
	['RUNPOD_IMAGE_NAME', 'Image'],
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
			'Name of the endpoint. The template and the registry auth are named after it, and all three are found again by it.',
	},
	{
		displayName: 'Image',
		name: 'image',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. dexsynccom/twin-avatar:wan-worker-20260214-2d62a28',
		description: 'Image of the worker, with a version tag or a digest',
	},
	{
		displayName:
			'The worker gets its MinIO settings from the MinIO API credential. A private image needs a Container Registry API credential as well.',
		name: 'credentialNotice',
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

export function factsOfSettings({ settings }: SettingsForm): Facts {
	return { name: settings.name };
}

/** Reads the credentials once, and then the form of each item; a fault is told by the labels of the form. */
export async function openSettings(
	context: IExecuteFunctions,
): Promise<(item: number) => SettingsForm> {
	const { InvalidInput } = await import('../../../lib/contract/invalidInput');
	const { parseDeployment } = await import('../../../lib/deployment/settings');
	const fromCredentials = {
		...(await readWorkerStorage(context)),
		...(await readContainerRegistry(context)),
	};
	return (item) => {
		const chosen: unknown = context.getNodeParameter('deploymentOptions', item, {});
		const raw: Record<string, unknown> = {
			...fromCredentials,
			WAN_AVATAR_NAME: context.getNodeParameter('deploymentName', item),
			RUNPOD_IMAGE_NAME: context.getNodeParameter('image', item),
		};
		for (const { variable, property } of options) {
			const value: unknown = Reflect.get(Object(chosen), property.name);
			if (value !== undefined && value !== '') raw[variable] = value;
		}
		try {
			const rotates = readSwitchOption(chosen, rotateRegistryAuth);
			return { settings: parseDeployment(raw), rotateRegistryAuth: rotates };
		} catch (error) {
			throw error instanceof InvalidInput ? error.relabelled(labels) : error;
		}
	};
}
