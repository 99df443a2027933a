import { isBlank } from './values';
import type { VariableName } from './variables';

/**
 * The fields of a plan, such as `workers.max`, whose values were given. All others have their defaults, which are for
 * what is yet to be made: what exists keeps its own.
 */
export type GivenFields = ReadonlySet<string>;

type Raw = Readonly<Record<string, unknown>>;

const FIELDS: Readonly<Partial<Record<VariableName, readonly string[]>>> = {
	RUNPOD_IMAGE_NAME: ['image'],
	DOCKERHUB_USERNAME: ['registry'],
	RUNPOD_REGISTRY_AUTH_ID: ['registry'],
	MINIO_ENDPOINT: ['env.MINIO_ENDPOINT'],
	MINIO_ACCESS_KEY: ['env.MINIO_ACCESS_KEY'],
	MINIO_SECRET_KEY: ['env.MINIO_SECRET_KEY'],
	MINIO_USE_SSL: ['env.MINIO_USE_SSL'],
	MINIO_BUCKET: ['env.MINIO_BUCKET'],
	RUNPOD_INIT_TIMEOUT: ['env.RUNPOD_INIT_TIMEOUT'],
	RUNPOD_CONTAINER_DISK_GB: ['disk'],
	RUNPOD_GPU_POOLS: ['gpu.pools'],
	RUNPOD_GPU_COUNT: ['gpu.count'],
	RUNPOD_WORKERS_MIN: ['workers.min'],
	RUNPOD_WORKERS_MAX: ['workers.max'],
	RUNPOD_IDLE_TIMEOUT: ['workers.idleTimeout'],
	RUNPOD_QUEUE_DELAY: ['scaling.type', 'scaling.queueDelay'],
	RUNPOD_EXECUTION_TIMEOUT_MS: ['timeout'],
	RUNPOD_FLASHBOOT: ['flashboot'],
	RUNPOD_DATA_CENTER_IDS: ['dataCenterIds'],
	RUNPOD_NETWORK_VOLUME_IDS: ['networkVolumes'],
	RUNPOD_MIN_CUDA_VERSION: ['gpu.minCudaVersion'],
	RUNPOD_ALLOWED_CUDA_VERSIONS: ['gpu.allowedCudaVersions'],
	RUNPOD_MODEL: ['model'],
	RUNPOD_HF_TOKEN_SECRET_NAME: ['env.HF_TOKEN'],
};

/** Of the two CUDA settings RunPod takes one alone, so giving one takes the other away. */
const INSTEAD_OF: Readonly<Partial<Record<string, string>>> = {
	RUNPOD_MIN_CUDA_VERSION: 'gpu.allowedCudaVersions',
	RUNPOD_ALLOWED_CUDA_VERSIONS: 'gpu.minCudaVersion',
};

/** Whether a variable has a value of its own. */
export function isGiven(raw: Raw, name: VariableName): boolean {
	return !isBlank(raw[name]);
}

/** @param emptied variables that were given as none: no data centre is named, no volume mounted */
export function givenFields(
	raw: Raw,
	workerVariables: readonly string[],
	emptied: readonly VariableName[],
): GivenFields {
	const given = new Set(workerVariables.map((name) => `env.${name}`));
	for (const [name, fields = []] of Object.entries(FIELDS)) {
		const isNone = isBlank(raw[name]) || isEmptyList(raw[name]);
		if (isBlank(raw[name]) && !emptied.some((one) => one === name)) continue;
		const other = isNone ? undefined : INSTEAD_OF[name];
		for (const field of [...fields, ...(other ? [other] : [])]) given.add(field);
	}
	return given;
}

function isEmptyList(value: unknown): boolean {
	return Array.isArray(value) && value.length === 0;
}
