import type { INodeProperties } from 'n8n-workflow';
import { InvalidInput } from '../../../../../lib/base/errors/invalidInput';
import {
	variableDefault,
	type VariableName,
} from '../../../../../lib/deployment/settings/variables';
import { addedOptions } from '../../../fields/formValue';

interface Option {
	variable: VariableName;
	property: INodeProperties;
}

const number = (variable: VariableName): { type: 'number'; default: number } => ({
	type: 'number',
	default: Number(variableDefault(variable)),
});

/** Each with the variable that the terminal has for it, in the order of their labels. */
export const options: readonly Option[] = [
	{
		variable: 'RUNPOD_ALLOWED_CUDA_VERSIONS',
		property: {
			displayName: 'Allowed CUDA Versions',
			name: 'allowedCudaVersions',
			type: 'string',
			default: '',
			placeholder: 'e.g. 12.4, 12.8',
			description:
				'The only versions of CUDA, which the worker needs to use a GPU, that a machine may have, instead of a lowest one',
		},
	},
	{
		variable: 'RUNPOD_MODEL',
		property: {
			displayName: 'Cached Model',
			name: 'model',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://huggingface.co/Org/Model',
			description:
				'Model of Hugging Face that RunPod downloads to the machines of the workers, which is not billed. The image has to look for it there. Leave blank for none.',
		},
	},
	{
		variable: 'RUNPOD_CONTAINER_DISK_GB',
		property: {
			displayName: 'Container Disk (GB)',
			name: 'containerDiskGb',
			...number('RUNPOD_CONTAINER_DISK_GB'),
			description: 'Disk space of each worker. The models are about 82 GB.',
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
		variable: 'RUNPOD_ENDPOINT_ID',
		property: {
			displayName: 'Endpoint ID',
			name: 'endpointId',
			type: 'string',
			default: '',
			placeholder: 'e.g. abc123',
			description:
				'ID of an endpoint that exists under another name. Its template and its registry auth are found through it.',
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
			description: "RunPod's way to start stopped workers faster",
		},
	},
	{
		variable: 'RUNPOD_GPU_COUNT',
		property: {
			displayName: 'GPU Count',
			name: 'gpuCount',
			...number('RUNPOD_GPU_COUNT'),
			description: 'How many GPUs each worker has',
		},
	},
	{
		variable: 'RUNPOD_GPU_POOLS',
		property: {
			displayName: 'GPU Pools',
			name: 'gpuPools',
			type: 'string',
			default: variableDefault('RUNPOD_GPU_POOLS'),
			description:
				'Which GPUs to take: the IDs of pools of GPUs on RunPod, the best first, with commas between them',
		},
	},
	{
		variable: 'RUNPOD_HF_TOKEN_SECRET_NAME',
		property: {
			displayName: 'Hugging Face Token Secret',
			name: 'huggingFaceLogin',
			type: 'string',
			default: '',
			placeholder: 'e.g. hf_token',
			description:
				'Name of the secret in the RunPod console that holds the token of Hugging Face, for a model that not everybody may download. The worker gets it as HF_TOKEN.',
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
			description:
				'The lowest version of CUDA, which the worker needs to use a GPU, that a machine may have',
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
			description:
				'IDs of network volumes (disks on RunPod that workers share), with commas between them',
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
		variable: 'RUNPOD_REGISTRY_AUTH_ID',
		property: {
			displayName: 'Registry Auth ID',
			name: 'registryAuthId',
			type: 'string',
			default: '',
			description:
				'ID of a registry auth (the login for a private image) that exists on RunPod under another name',
		},
	},
	{
		variable: 'RUNPOD_TEMPLATE_ID',
		property: {
			displayName: 'Template ID',
			name: 'templateId',
			type: 'string',
			default: '',
			description: 'ID of a template that exists on RunPod under another name',
		},
	},
	{
		variable: 'RUNPOD_WORKER_ENV',
		property: {
			displayName: 'Worker Environment',
			name: 'workerEnv',
			type: 'json',
			default: '{}',
			description:
				'More environment variables for the worker, as a JSON object whose values are texts',
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

/** An option is given when it is added. */
export function readOptions(chosen: unknown): {
	given: Record<string, unknown>;
	emptied: VariableName[];
} {
	const given: Record<string, unknown> = {};
	const emptied: VariableName[] = [];
	const added = addedOptions(chosen);
	for (const { variable, property } of options) {
		if (!added.has(property.name)) continue;
		const value = added.get(property.name);
		if (!isEmpty(value)) given[variable] = value;
		else if (IDS.has(variable)) throw empty(property, 'the ID');
		else if (typeof value !== 'string' || property.default !== '') throw empty(property, 'a value');
		else if (LISTS.has(variable)) emptied.push(variable);
	}
	return { given, emptied };
}

/** Blank they mean none: anywhere, no volume, any version, no model. */
const LISTS: ReadonlySet<VariableName> = new Set([
	'RUNPOD_ALLOWED_CUDA_VERSIONS',
	'RUNPOD_DATA_CENTER_IDS',
	'RUNPOD_MIN_CUDA_VERSION',
	'RUNPOD_MODEL',
	'RUNPOD_NETWORK_VOLUME_IDS',
]);

/** Without the ID that an expression was to give, another endpoint would be meant. */
const IDS: ReadonlySet<VariableName> = new Set([
	'RUNPOD_ENDPOINT_ID',
	'RUNPOD_TEMPLATE_ID',
	'RUNPOD_REGISTRY_AUTH_ID',
]);

function isEmpty(value: unknown): boolean {
	return value === undefined || value === null || (typeof value === 'string' && !value.trim());
}

/** To be added and give nothing is no default: warm workers or a time limit would stay as they were. */
function empty({ displayName }: INodeProperties, what: string): InvalidInput {
	const message = `is empty: give ${what}, or remove the option`;
	return new InvalidInput([{ field: displayName, message }]);
}
