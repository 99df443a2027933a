import { createHash } from 'node:crypto';
import type { EndpointRecord } from '../endpointConfig';
import { recordOf } from '../schema';

/** What GraphQL has of an endpoint beside what REST shows. */
export interface Beside {
	modelReferences: readonly string[];
	requestTTL: number | null;
	templateId: string | null;
}

export const NOTHING_BESIDE: Beside = { modelReferences: [], requestTTL: null, templateId: null };

/** An endpoint as GraphQL tells it. */
export function graphqlFields(record: EndpointRecord, beside: Beside): Record<string, unknown> {
	const { workers, timeout, flashboot, type } = record;
	const gpu = recordOf(record.gpu);
	const scaling = recordOf(record.scaling);
	const excluded = list(gpu.excludedTypes).map((gpuType) => `-${gpuType}`);
	const isGpu = 'gpu' in record;
	const volumes = list(record.networkVolumes);
	return {
		...beside,
		id: record.id,
		name: record.name,
		type: type === 'LOAD_BALANCER' ? 'LB' : 'QB',
		gpuIds: isGpu ? [...list(gpu.pools), ...excluded].join(',') : null,
		gpuCount: gpu.count ?? 1,
		workersMin: workers.min,
		workersMax: workers.max,
		idleTimeout: workers.idleTimeout ?? 10,
		scalerType: scaling.type,
		// An Int: half a second is lost.
		scalerValue: Math.floor(Number(scaling.queueDelay ?? scaling.requestCount)),
		executionTimeoutMs: timeout,
		flashBootType: flashboot,
		locations: joined(record.dataCenterIds),
		allowedCudaVersions: joined(gpu.allowedCudaVersions),
		minCudaVersion: gpu.minCudaVersion ?? null,
		instanceIds: isGpu ? [] : ['cpu3c-2-4'],
		networkVolumeId: volumes[0] ?? null,
		networkVolumeIds: volumes.map((networkVolumeId) => ({ networkVolumeId, dataCenterId: null })),
	};
}

/** What an input without these fields sets, as it was measured of the real API. */
const RESET = {
	gpuCount: 1,
	workersMin: 0,
	workersMax: 3,
	idleTimeout: 10,
	scalerType: 'QUEUE_DELAY',
	scalerValue: 4,
	flashBootType: 'OFF',
	locations: null,
	instanceIds: null,
	requestTTL: null,
};

/** The endpoint as saving this input leaves it, without what concerns its template. */
export function savedRecord(
	record: EndpointRecord,
	beside: Beside,
	given: Readonly<Record<string, unknown>>,
): EndpointRecord {
	const before = graphqlFields(record, beside);
	const input: Record<string, unknown> = { ...before, ...RESET, ...given };
	const gpu = recordOf(record.gpu);
	const names = String(input.gpuIds).split(',');
	const { excludedTypes, ...restOfGpu } = gpu;
	const excluded = names.filter((name) => name.startsWith('-')).map((name) => name.slice(1));
	const isByDelay = input.scalerType === 'QUEUE_DELAY';
	const scalerValue = Number(input.scalerValue);
	const { idleTimeout, ...workers } = record.workers;
	return {
		...record,
		name: String(input.name),
		gpu: {
			...restOfGpu,
			pools: names.filter((name) => !name.startsWith('-')),
			...(excluded.length > 0 && { excludedTypes: excluded }),
			count: input.gpuCount,
			minCudaVersion: input.minCudaVersion === '' ? null : input.minCudaVersion,
			allowedCudaVersions: split(input.allowedCudaVersions),
		},
		workers: {
			...workers,
			min: Number(input.workersMin),
			max: Number(input.workersMax),
			...(isByDelay && { idleTimeout: Number(input.idleTimeout) }),
		},
		scaling: isByDelay
			? { type: 'QUEUE_DELAY', queueDelay: scalerValue }
			: { type: 'REQUEST_COUNT', requestCount: scalerValue },
		timeout: Number(input.executionTimeoutMs),
		flashboot: input.flashBootType,
		dataCenterIds: split(input.locations),
		// Nothing, or left out, is no change.
		...(Array.isArray(given.networkVolumeIds) && {
			networkVolumes: given.networkVolumeIds.map((one) => recordOf(one).networkVolumeId),
		}),
	};
}

/** What GraphQL alone has, after saving. A branch is shown as the commit that it stood for. */
export function savedBeside(beside: Beside, given: Readonly<Record<string, unknown>>): Beside {
	const { modelReferences, requestTTL = null, templateId } = given;
	return {
		requestTTL: typeof requestTTL === 'number' ? requestTTL : null,
		templateId: typeof templateId === 'string' ? templateId : beside.templateId,
		modelReferences: Array.isArray(modelReferences)
			? modelReferences.map((one) => resolved(String(one)))
			: beside.modelReferences,
	};
}

function resolved(reference: string): string {
	const [, address = reference, revision = 'main'] =
		/^(https:\/\/[^:]+):(.+)$/.exec(reference) ?? [];
	return /^[0-9a-f]{40}$/.test(revision) ? reference : `${address}:${commitOf(address, revision)}`;
}

/** The same commit for the same branch, always. */
function commitOf(address: string, revision: string): string {
	return createHash('sha1').update(`${address}:${revision}`).digest('hex');
}

function list(value: unknown): string[] {
	return Array.isArray(value) ? value.map(String) : [];
}

function joined(value: unknown): string | null {
	return list(value).join(',') || null;
}

function split(value: unknown): string[] {
	return typeof value === 'string' && value !== '' ? value.split(',') : [];
}
