/** One setting of a deployment, under the name that it has in the environment. */
export interface Variable {
	name: VariableName;
	/** The flag of the terminal; secrets have none, since others on the machine can read flags. */
	flag?: string;
	/** What stands after the flag in its help. */
	value?: string;
	description: string;
	/** As text, where it has a default. */
	fallback?: string;
}

export type VariableName =
	| 'RUNPOD_API_KEY'
	| 'DOCKERHUB_USERNAME'
	| 'DOCKERHUB_PASSWORD'
	| 'RUNPOD_IMAGE_NAME'
	| 'MINIO_ENDPOINT'
	| 'MINIO_ACCESS_KEY'
	| 'MINIO_SECRET_KEY'
	| 'MINIO_USE_SSL'
	| 'MINIO_BUCKET'
	| 'WAN_AVATAR_NAME'
	| 'RUNPOD_ENDPOINT_ID'
	| 'RUNPOD_TEMPLATE_ID'
	| 'RUNPOD_REGISTRY_AUTH_ID'
	| 'RUNPOD_INIT_TIMEOUT'
	| 'RUNPOD_CONTAINER_DISK_GB'
	| 'RUNPOD_GPU_POOLS'
	| 'RUNPOD_GPU_COUNT'
	| 'RUNPOD_WORKERS_MIN'
	| 'RUNPOD_WORKERS_MAX'
	| 'RUNPOD_IDLE_TIMEOUT'
	| 'RUNPOD_QUEUE_DELAY'
	| 'RUNPOD_EXECUTION_TIMEOUT_MS'
	| 'RUNPOD_FLASHBOOT'
	| 'RUNPOD_DATA_CENTER_IDS'
	| 'RUNPOD_NETWORK_VOLUME_IDS'
	| 'RUNPOD_MIN_CUDA_VERSION'
	| 'RUNPOD_ALLOWED_CUDA_VERSIONS'
	| 'RUNPOD_WORKER_ENV'
	| 'RUNPOD_MODEL'
	| 'RUNPOD_HF_TOKEN_SECRET_NAME'
	| 'RUNPOD_MANAGEMENT_BASE_URL'
	| 'RUNPOD_GRAPHQL_URL'
	| 'RUNPOD_QUEUE_BASE_URL';

/** Every setting there is, in the order of the documentation. */
export const VARIABLES: readonly Variable[] = [
	{ name: 'RUNPOD_API_KEY', description: 'API key of the RunPod account' },
	{
		name: 'RUNPOD_IMAGE_NAME',
		flag: 'image',
		value: 'image',
		description: 'image of the worker, with a version tag or a digest',
	},
	{
		name: 'DOCKERHUB_USERNAME',
		flag: 'dockerhub-username',
		value: 'name',
		description: 'Docker Hub user, for a private image',
	},
	{
		name: 'DOCKERHUB_PASSWORD',
		description: 'Docker Hub password or access token, for a private image',
	},
	{
		name: 'MINIO_ENDPOINT',
		flag: 'minio-endpoint',
		value: 'host',
		description: 'host, or host:port, where the worker reaches MinIO',
	},
	{ name: 'MINIO_ACCESS_KEY', description: "the worker's MinIO access key" },
	{ name: 'MINIO_SECRET_KEY', description: "the worker's MinIO secret key" },
	{
		name: 'MINIO_USE_SSL',
		flag: 'minio-use-ssl',
		value: 'true|false',
		description: 'whether the worker reaches MinIO by HTTPS',
		fallback: 'true',
	},
	{
		name: 'MINIO_BUCKET',
		flag: 'minio-bucket',
		value: 'bucket',
		description: 'bucket that the worker reads from and writes to',
	},
	{
		name: 'WAN_AVATAR_NAME',
		flag: 'name',
		value: 'name',
		description: 'name of the endpoint, from which the other names derive',
		fallback: 'wan-avatar',
	},
	{
		name: 'RUNPOD_ENDPOINT_ID',
		flag: 'endpoint-id',
		value: 'id',
		description: 'ID of an endpoint that exists under another name',
	},
	{
		name: 'RUNPOD_TEMPLATE_ID',
		flag: 'template-id',
		value: 'id',
		description: 'ID of a template that exists under another name',
	},
	{
		name: 'RUNPOD_REGISTRY_AUTH_ID',
		flag: 'registry-auth-id',
		value: 'id',
		description: 'ID of a registry auth that exists under another name',
	},
	{
		name: 'RUNPOD_INIT_TIMEOUT',
		flag: 'init-timeout',
		value: 'seconds',
		description: 'how long a worker may take to download its models',
		fallback: '1800',
	},
	{
		name: 'RUNPOD_CONTAINER_DISK_GB',
		flag: 'disk',
		value: 'gb',
		description: 'disk of a worker; the model weights are about 82 GB',
		fallback: '120',
	},
	{
		name: 'RUNPOD_GPU_POOLS',
		flag: 'gpu-pools',
		value: 'ids',
		description: 'GPU pools in order of preference',
		fallback: 'AMPERE_80,ADA_80_PRO,HOPPER_141',
	},
	{
		name: 'RUNPOD_GPU_COUNT',
		flag: 'gpu-count',
		value: 'n',
		description: 'GPUs of a worker',
		fallback: '1',
	},
	{
		name: 'RUNPOD_WORKERS_MIN',
		flag: 'workers-min',
		value: 'n',
		description: 'workers that are kept warm and paid all the time',
		fallback: '0',
	},
	{
		name: 'RUNPOD_WORKERS_MAX',
		flag: 'workers-max',
		value: 'n',
		description: 'workers that may run at once',
		fallback: '1',
	},
	{
		name: 'RUNPOD_IDLE_TIMEOUT',
		flag: 'idle-timeout',
		value: 'seconds',
		description: 'how long a worker waits for another job before it is stopped',
		fallback: '60',
	},
	{
		name: 'RUNPOD_QUEUE_DELAY',
		flag: 'queue-delay',
		value: 'seconds',
		description: 'how long a job may wait before another worker is started',
		fallback: '4',
	},
	{
		name: 'RUNPOD_EXECUTION_TIMEOUT_MS',
		flag: 'execution-timeout-ms',
		value: 'ms',
		description: 'how long a job may run',
		fallback: '3600000',
	},
	{
		name: 'RUNPOD_FLASHBOOT',
		flag: 'flashboot',
		value: 'mode',
		description: 'OFF, FLASHBOOT or PRIORITY_FLASHBOOT',
		fallback: 'FLASHBOOT',
	},
	{
		name: 'RUNPOD_DATA_CENTER_IDS',
		flag: 'data-centers',
		value: 'ids',
		description: 'data centres where workers may run; none named is any',
	},
	{
		name: 'RUNPOD_NETWORK_VOLUME_IDS',
		flag: 'network-volumes',
		value: 'ids',
		description: 'network volumes that workers mount',
	},
	{
		name: 'RUNPOD_MIN_CUDA_VERSION',
		flag: 'min-cuda',
		value: 'version',
		description: 'lowest CUDA version of a host, such as 12.4',
	},
	{
		name: 'RUNPOD_ALLOWED_CUDA_VERSIONS',
		flag: 'allowed-cuda',
		value: 'versions',
		description: 'the only CUDA versions of a host, instead of a lowest one',
	},
	{
		name: 'RUNPOD_WORKER_ENV',
		description: 'further variables of the worker, as a JSON object of texts',
	},
	{
		name: 'RUNPOD_MODEL',
		flag: 'model',
		value: 'url',
		description: 'Hugging Face model that RunPod keeps on the hosts of the workers, or none',
	},
	{
		name: 'RUNPOD_HF_TOKEN_SECRET_NAME',
		flag: 'hf-token-secret',
		value: 'name',
		description: 'name of the RunPod secret that holds the HF_TOKEN of the worker',
	},
	{
		name: 'RUNPOD_MANAGEMENT_BASE_URL',
		flag: 'management-base-url',
		value: 'url',
		description: "address of RunPod's management API",
		fallback: 'https://api.runpod.io/v2',
	},
	{
		name: 'RUNPOD_GRAPHQL_URL',
		flag: 'graphql-url',
		value: 'url',
		description: "address of RunPod's GraphQL API, where it is not at the host of the former",
	},
	{
		name: 'RUNPOD_QUEUE_BASE_URL',
		flag: 'queue-base-url',
		value: 'url',
		description: "address of RunPod's queue API",
		fallback: 'https://api.runpod.ai/v2',
	},
];

/** The default of a setting, as text. */
export function variableDefault(name: VariableName): string | undefined {
	return VARIABLES.find((variable) => variable.name === name)?.fallback;
}
