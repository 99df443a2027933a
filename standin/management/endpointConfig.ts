import { type Body, newId, type TemplateRecord } from './records';
import { refuse } from './problems';
import { isObject, recordOf } from './schema';

/** An endpoint as the API gives it out. */
export type EndpointRecord = Body & {
	id: string;
	name: string;
	image: string;
	env: Record<string, string>;
	timeout: number;
	workers: { min: number; max: number; idleTimeout?: number };
};

/** GPU pools that serverless workers can be placed in. */
const POOLS = [
	'AMPERE_16',
	'AMPERE_24',
	'ADA_24',
	'ADA_32_PRO',
	'AMPERE_48',
	'ADA_48_PRO',
	'AMPERE_80',
	'ADA_80_PRO',
	'BLACKWELL_96',
	'HOPPER_141',
	'BLACKWELL_180',
];

const CONTAINER_FIELDS = ['image', 'args', 'disk', 'ports', 'env', 'registry'] as const;

/** The new endpoint, with the template's container settings beneath those of the body. */
export function newEndpoint(
	body: Body,
	template: TemplateRecord | undefined,
	invokeBase: string,
	id = newId(14),
): EndpointRecord {
	checkCompute(body);
	const { templateId, gpu, cpu, workers, ...rest } = body;
	return checked({
		...CONTAINER_DEFAULTS,
		...containerOf(template),
		...rest,
		id,
		name: String(body.name),
		image: String(body.image ?? template?.image),
		env: mergedEnv(template?.env, body.env),
		requestUrls: requestUrls(`${invokeBase}/${id}`),
		...(isObject(gpu) && { gpu: newGpu(gpu, template) }),
		...(Array.isArray(cpu) && { cpu: cpu.map((one) => ({ ...recordOf(one), memory: 16 })) }),
		workers: { min: 0, max: 3, ...idleTimeoutOf(body), ...recordOf(workers) },
		dataCenterIds: body.dataCenterIds ?? [],
		networkVolumes: body.networkVolumes ?? [],
		// The spec says 300000; the live API was seen to give 0 where it is left out.
		timeout: typeof body.timeout === 'number' ? body.timeout : 0,
		flashboot: body.flashboot ?? 'OFF',
		createdAt: new Date().toISOString(),
	});
}

/** The endpoint after a PATCH: what is left out stays as it is. */
export function patchedEndpoint(
	endpoint: EndpointRecord,
	body: Body,
	template: TemplateRecord | undefined,
): EndpointRecord {
	if ('gpu' in body && 'cpu' in body) refuse(400, 'gpu and cpu cannot both be set');
	if ('gpu' in body && !('gpu' in endpoint)) refuse(400, 'gpu cannot be set on a CPU endpoint');
	if ('cpu' in body && !('cpu' in endpoint)) refuse(400, 'cpu cannot be set on a GPU endpoint');
	const { templateId, gpu, workers, env, ...rest } = body;
	const newEnv = template || env !== undefined ? mergedEnv(template?.env, env) : endpoint.env;
	return checked({
		...endpoint,
		...containerOf(template),
		...rest,
		env: newEnv,
		...(isObject(gpu) && { gpu: patchedGpu(recordOf(endpoint.gpu), gpu) }),
		workers: { ...endpoint.workers, ...recordOf(workers) },
	});
}

/** Whether a change makes a new release, which rolls out as workers cycle. */
export function isNewRelease(before: EndpointRecord, after: EndpointRecord): boolean {
	return CONTAINER_FIELDS.some(
		(name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
	);
}

const CONTAINER_DEFAULTS = { args: '', disk: 50, ports: [], registry: null };

function containerOf(template: TemplateRecord | undefined): Body {
	if (!template) return {};
	return Object.fromEntries(CONTAINER_FIELDS.map((name) => [name, template[name]]));
}

function checkCompute(body: Body): void {
	if ('gpu' in body === 'cpu' in body) refuse(400, 'exactly one of gpu or cpu must be set');
}

function newGpu(gpu: Body, template: TemplateRecord | undefined): Body {
	const seed = gpu.minCudaVersion === undefined ? template?.allowedCudaVersions : undefined;
	return {
		count: 1,
		minCudaVersion: null,
		...gpu,
		allowedCudaVersions: gpu.allowedCudaVersions ?? seed ?? [],
	};
}

function patchedGpu({ excludedTypes, ...before }: Body, gpu: Body): Body {
	const after = { ...before, ...(!gpu.pools && excludedTypes ? { excludedTypes } : {}), ...gpu };
	return { ...after, ...(gpu.minCudaVersion === '' && { minCudaVersion: null }) };
}

/** Rules that span fields. */
function checked(endpoint: EndpointRecord): EndpointRecord {
	const { type, scaling, gpu, workers } = endpoint;
	const scaler = recordOf(scaling).type;
	if (type === 'LOAD_BALANCER' && scaler !== 'REQUEST_COUNT')
		refuse(422, 'Request validation failed.', ['$.scaling: load balancers scale on REQUEST_COUNT']);
	if (type === 'QUEUE' && scaler === 'REQUEST_COUNT' && workers.idleTimeout !== undefined)
		refuse(422, 'Request validation failed.', ['$.workers.idleTimeout: not with REQUEST_COUNT']);
	const { pools, allowedCudaVersions, minCudaVersion } = recordOf(gpu);
	const strange = listOf(pools).filter((pool) => !POOLS.some((known) => known === pool));
	if (strange.length > 0) refuse(400, `unknown GPU pool: ${strange.join(', ')}`);
	if (listOf(allowedCudaVersions).length > 0 && minCudaVersion)
		refuse(400, 'allowedCudaVersions and minCudaVersion are mutually exclusive');
	return endpoint;
}

function idleTimeoutOf({ scaling }: Body): { idleTimeout?: number } {
	return recordOf(scaling).type === 'QUEUE_DELAY' ? { idleTimeout: 10 } : {};
}

function mergedEnv(...parts: unknown[]): Record<string, string> {
	const entries = parts.flatMap((part) => Object.entries(recordOf(part)));
	return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function requestUrls(base: string): Body {
	return {
		run: `${base}/run`,
		runSync: `${base}/runsync`,
		status: `${base}/status/{job_id}`,
		stream: `${base}/stream/{job_id}`,
		cancel: `${base}/cancel/{job_id}`,
		retry: `${base}/retry/{job_id}`,
		purgeQueue: `${base}/purge-queue`,
		health: `${base}/health`,
	};
}

function listOf(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}
