import { gpuTypesIn } from '../costs/gpuCatalog';
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
	checkIdleTimeout(body, workers);
	return checked({
		...CONTAINER_DEFAULTS,
		...containerOf(template),
		...rest,
		id,
		name: String(body.name),
		image: String(body.image ?? template?.image),
		env: mergedEnv(template?.env, body.env),
		requestUrls: requestUrls(body.type, `${invokeBase}/${id}`),
		...(isObject(gpu) && { gpu: newGpu(gpu, template) }),
		...(Array.isArray(cpu) && { cpu: withMemory(cpu) }),
		workers: withIdleTimeout(body, { min: 0, max: 3, ...recordOf(workers) }),
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
	const { templateId, gpu, cpu, workers, env, ...rest } = body;
	checkIdleTimeout({ ...endpoint, ...body }, workers);
	const newEnv = template || env !== undefined ? mergedEnv(template?.env, env) : endpoint.env;
	return checked({
		...endpoint,
		...containerOf(template),
		...rest,
		env: newEnv,
		...(isObject(gpu) && { gpu: patchedGpu(recordOf(endpoint.gpu), gpu) }),
		...(Array.isArray(cpu) && { cpu: withMemory(cpu) }),
		workers: withIdleTimeout(
			{ ...endpoint, ...body },
			{ ...endpoint.workers, ...recordOf(workers) },
		),
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

function withMemory(cpu: readonly unknown[]): Body[] {
	return cpu.map((one) => ({ ...recordOf(one), memory: 16 }));
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
	if (hasTooManyWorkers(workers))
		refuse(400, `workers: an account has ${String(MOST_WORKERS)} at most`);
	const { pools, excludedTypes, allowedCudaVersions, minCudaVersion } = recordOf(gpu);
	const strange = listOf(pools).filter((pool) => !POOLS.some((known) => known === pool));
	if (strange.length > 0) refuse(400, `unknown GPU pool: ${strange.join(', ')}`);
	const [poolNames, excluded] = [listOf(pools).map(String), listOf(excludedTypes).map(String)];
	if (isObject(gpu) && gpuTypesIn(poolNames, excluded).length === 0)
		refuse(400, 'gpu.excludedTypes leaves no GPU type of the pools');
	if (listOf(allowedCudaVersions).length > 0 && minCudaVersion)
		refuse(400, 'allowedCudaVersions and minCudaVersion are mutually exclusive');
	return endpoint;
}

/** The stand-in starts each of them. */
const MOST_WORKERS = 1000;

export function hasTooManyWorkers({ min, max }: EndpointRecord['workers']): boolean {
	return Math.max(min, max) > MOST_WORKERS;
}

/** A queue that is scaled by the count of its requests has no idle timeout. */
function hasIdleTimeout({ type, scaling }: Body): boolean {
	return type === 'LOAD_BALANCER' || recordOf(scaling).type !== 'REQUEST_COUNT';
}

function checkIdleTimeout(endpoint: Body, said: unknown): void {
	if (!hasIdleTimeout(endpoint) && 'idleTimeout' in recordOf(said))
		refuse(422, 'Request validation failed.', ['$.workers.idleTimeout: not with REQUEST_COUNT']);
}

function withIdleTimeout(
	endpoint: Body,
	{ idleTimeout = 10, ...limits }: EndpointRecord['workers'],
): EndpointRecord['workers'] {
	return hasIdleTimeout(endpoint) ? { ...limits, idleTimeout } : limits;
}

function mergedEnv(...parts: unknown[]): Record<string, string> {
	const entries = parts.flatMap((part) => Object.entries(recordOf(part)));
	return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function requestUrls(type: unknown, base: string): Body {
	if (type === 'LOAD_BALANCER') return { base, health: `${base}/ping` };
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
