import {
	flag,
	isObject,
	list,
	nullable,
	number,
	object,
	oneOf,
	type Rule,
	text,
	texts,
	whole,
} from './schema';

const cudaVersion = text({ pattern: /^\d+\.\d+$/ });
const name = text({ min: 1 });

const container = {
	args: text(),
	disk: whole(1),
	env: texts,
	image: text(),
	ports: list(text()),
	registry: nullable(text()),
};

const templateFields = {
	...container,
	name,
	allowedCudaVersions: list(cudaVersion),
	category: oneOf('CPU', 'NVIDIA', 'AMD'),
	mounts: object({ persistent: object({ size: whole(10), path: text() }, ['size', 'path']) }),
	public: flag,
	serverless: flag,
	startJupyter: flag,
	startSsh: flag,
};

const gpuFields = {
	pools: list(text(), { min: 1 }),
	excludedTypes: list(text({ pattern: /^\s*[^-\s]/ }), { isUnique: true }),
	count: whole(1),
	allowedCudaVersions: list(cudaVersion),
};

const countScaling = object({ type: oneOf('REQUEST_COUNT'), requestCount: whole(1) }, [
	'type',
	'requestCount',
]);

const endpointFields = {
	...container,
	name,
	cpu: list(object({ id: name, vcpuCount: whole(2) }, ['id', 'vcpuCount']), {
		min: 1,
		isUnique: true,
	}),
	dataCenterIds: list(text()),
	flashboot: oneOf('OFF', 'FLASHBOOT', 'PRIORITY_FLASHBOOT'),
	networkVolumes: list(text()),
	scaling,
	timeout: whole(),
	workers: object({ min: whole(0), max: whole(0), idleTimeout: whole(1, 3600) }),
};

/** What each writing request takes, as the OpenAPI file of REST v2 has it. */
export const bodies = {
	createRegistry: object({ name, username: name, password: name }, [
		'name',
		'username',
		'password',
	]),
	createTemplate: object(templateFields, ['name', 'image']),
	updateTemplate: object(templateFields),
	createEndpoint,
	updateEndpoint: object({
		...endpointFields,
		templateId: text(),
		gpu: updatedGpu,
	}),
} satisfies Record<string, Rule>;

function createEndpoint(value: unknown, path: string): string[] {
	const hasTemplate = isObject(value) && Object.hasOwn(value, 'templateId');
	const isBalancer = isObject(value) && value.type === 'LOAD_BALANCER';
	const fields = {
		...endpointFields,
		...(isBalancer && { scaling: countScaling }),
		type: oneOf('QUEUE', 'LOAD_BALANCER'),
		templateId: text({ min: 1 }),
		gpu: object({ ...gpuFields, minCudaVersion: cudaVersion }, ['pools']),
	};
	const required = ['name', 'type', 'scaling', ...(hasTemplate ? [] : ['image'])];
	return object(fields, required)(value, path);
}

function updatedGpu(value: unknown, path: string): string[] {
	const rule = object({ ...gpuFields, minCudaVersion: text({ pattern: /^$|^\d+\.\d+$/ }) });
	const lacksPools = isObject(value) && 'excludedTypes' in value && !('pools' in value);
	const fault = `${path}: properties 'pools' required, if 'excludedTypes' exists`;
	return [...rule(value, path), ...(lacksPools ? [fault] : [])];
}

function scaling(value: unknown, path: string): string[] {
	const type = isObject(value) ? value.type : undefined;
	const rule =
		type === 'REQUEST_COUNT'
			? countScaling
			: object({ type: oneOf('QUEUE_DELAY'), queueDelay: number(0.5) }, ['type', 'queueDelay']);
	return rule(value, path);
}
