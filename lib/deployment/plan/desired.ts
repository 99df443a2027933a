import type {
	ContainerBody,
	EndpointBody,
	GpuBody,
	RegistryAuthBody,
	TemplateBody,
} from '../../runpod/management/managementRecords';
import type { DeploymentSettings } from '../settings/deploymentSettings';

export interface Names {
	endpoint: string;
	template: string;
	registryAuth: string;
}

/** The names of the three things, all from one. */
export function namesOf(name: string): Names {
	return { endpoint: name, template: `${name}-template`, registryAuth: `${name}-registry` };
}

export function registryAuthBody(
	{ dockerHub }: DeploymentSettings,
	{ registryAuth: name }: Names,
): RegistryAuthBody | undefined {
	return dockerHub && { name, ...dockerHub };
}

export function containerBody(
	settings: DeploymentSettings,
	registryId: string | null,
): ContainerBody {
	const { image, diskGb: disk, env } = settings;
	return { image, disk, env, registry: registryId };
}

/** A template for serverless workers: no volume, no SSH, no Jupyter. */
export function templateBody(
	settings: DeploymentSettings,
	{ template: name }: Names,
	registryId: string | null,
): TemplateBody {
	const { registry, ...container } = containerBody(settings, registryId);
	return {
		name,
		...container,
		...(registry ? { registry } : {}),
		serverless: true,
		startSsh: false,
		startJupyter: false,
	};
}

export function endpointBody(
	settings: DeploymentSettings,
	{ endpoint: name }: Names,
	templateId: string,
): EndpointBody {
	const { min, max, idleTimeoutSeconds: idleTimeout } = settings.workers;
	return {
		name,
		type: 'QUEUE',
		templateId,
		gpu: gpuBody(settings),
		workers: { min, max, idleTimeout },
		scaling: { type: 'QUEUE_DELAY', queueDelay: settings.queueDelaySeconds },
		timeout: settings.executionTimeoutMs,
		flashboot: settings.flashboot,
		dataCenterIds: settings.dataCenterIds,
		networkVolumes: settings.networkVolumeIds,
	};
}

function gpuBody({ gpu }: DeploymentSettings): GpuBody {
	const { pools, count, minCudaVersion, allowedCudaVersions } = gpu;
	return {
		pools,
		count,
		...(minCudaVersion === undefined ? {} : { minCudaVersion }),
		...(allowedCudaVersions.length === 0 ? {} : { allowedCudaVersions }),
	};
}
