import { requestFaults } from '../../lib/deployment/openApi';
import type { Operation } from './documented';
import { kindOf, recordIn, type World } from './world';

/** A request as it is sent; `body` is undefined where its text is no JSON. */
export interface Sent {
	operation: Operation;
	id: string;
	text: string | undefined;
	body: unknown;
}

const BODY_LIMIT_BYTES = 1024 * 1024;

/** The statuses that a request may get, from what the account has and what the file says of it. */
export function predictedStatuses(sent: Sent, world: World): readonly number[] {
	const { operation, id } = sent;
	const isThere = world.records[kindOf(operation)].has(id);
	switch (operation) {
		case 'createRegistry':
		case 'createTemplate':
		case 'createEndpoint':
			return either(writeFaults(sent, world), 201);
		case 'updateTemplate':
		case 'updateEndpoint':
			return either([...(isThere ? [] : [404]), ...writeFaults(sent, world)], 200);
		case 'deleteRegistry':
			return either([...(isThere ? [] : [404]), ...(world.isUsed(id) ? [400] : [])], 204);
		case 'deleteTemplate':
			return either([...(isThere ? [] : [404]), ...(world.isBound(id) ? [400] : [])], 204);
		case 'deleteEndpoint':
			return isThere ? [204] : [404];
		case 'getWorkerLogs':
			return [200, 404, 422];
		case 'listServerlessBilling':
			return [200, 400, 422];
		case 'listRegistries':
		case 'listTemplates':
		case 'listEndpoints':
		case 'listGpuTypes':
			return [200];
		case 'getRegistry':
		case 'getTemplate':
		case 'getEndpoint':
		case 'listEndpointWorkers':
			return isThere ? [200] : [404];
	}
}

function either(faults: readonly number[], good: number): readonly number[] {
	return faults.length > 0 ? faults : [good];
}

function writeFaults({ operation, id, text = '', body }: Sent, world: World): number[] {
	if (Buffer.byteLength(text) > BODY_LIMIT_BYTES) return [413];
	if (body === undefined) return [400];
	// A number beyond all that JSON readers have.
	if (text.includes('1e400')) return [400, 422];
	if (requestFaults(operation, body).length > 0) return [422];
	const said = recordIn(body);
	return [
		...(typeof said.registry === 'string' && !world.records.registry.has(said.registry)
			? [operation === 'createTemplate' ? 400 : 404]
			: []),
		...(isNameTaken(operation, id, said.name, world) ? [400] : []),
		...(kindOf(operation) === 'endpoint' ? endpointFaults(operation, id, said, world) : []),
	];
}

/** Registry credentials and templates have names of their own; endpoints need not. */
function isNameTaken(operation: Operation, id: string, name: unknown, world: World): boolean {
	const kind = kindOf(operation);
	if (kind === 'endpoint' || name === undefined) return false;
	return [...world.records[kind]].some(([other, record]) => other !== id && record.name === name);
}

const POOLS =
	/^(AMPERE_(16|24|48|80)|ADA_(24|32_PRO|48_PRO|80_PRO)|BLACKWELL_(96|180)|HOPPER_141)$/;
/** What the account may have of workers. */
export const MOST_WORKERS = 1000;
/** What there is of a pool; of those that are not here more than a request ever excludes. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
	AMPERE_80: ['NVIDIA A100 80GB PCIe', 'NVIDIA A100-SXM4-80GB'],
	HOPPER_141: ['NVIDIA H200'],
};

type Fields = Readonly<Record<string, unknown>>;

function endpointFaults(operation: Operation, id: string, said: Fields, world: World): number[] {
	const before: Fields = world.records.endpoint.get(id) ?? {};
	const template = world.records.template.get(String(said.templateId));
	const isNew = operation === 'createEndpoint';
	const { excludedTypes, ...gpuBefore } = recordIn(before.gpu);
	// Pools and what is excluded of them are one selection.
	const kept = 'pools' in recordIn(said.gpu) ? {} : { excludedTypes };
	const after = { ...before, ...said, gpu: { ...gpuBefore, ...kept, ...recordIn(said.gpu) } };
	const seeded = isNew && recordIn(said.gpu).minCudaVersion === undefined;
	const gpu = seeded
		? { allowedCudaVersions: template?.allowedCudaVersions, ...after.gpu }
		: after.gpu;
	return [
		...computeFaults(isNew, before, said),
		...(said.templateId === undefined || template ? [] : [404]),
		...(template && template.serverless !== true ? [422] : []),
		...scalingFaults(after, said),
		...gpuFaults(gpu),
		...(Number(recordIn(said.workers).max ?? 0) > MOST_WORKERS ? [400] : []),
		...(Number(recordIn(said.workers).min ?? 0) > MOST_WORKERS ? [400] : []),
	];
}

function computeFaults(isNew: boolean, before: Fields, said: Fields): number[] {
	if (isNew) return 'gpu' in said === 'cpu' in said ? [400] : [];
	const strange = ['gpu', 'cpu'].filter((one) => one in said && !(one in before));
	return strange.length > 0 || ('gpu' in said && 'cpu' in said) ? [400] : [];
}

function scalingFaults({ type, scaling }: Fields, said: Fields): number[] {
	const isByCount = recordIn(scaling).type === 'REQUEST_COUNT';
	if (type === 'LOAD_BALANCER') return isByCount ? [] : [422];
	return isByCount && 'idleTimeout' in recordIn(said.workers) ? [422] : [];
}

function gpuFaults({
	pools,
	excludedTypes,
	allowedCudaVersions,
	minCudaVersion,
}: Fields): number[] {
	const named = listIn(pools).map(String);
	const isOneSet = listIn(allowedCudaVersions).length === 0 || !minCudaVersion;
	const excluded = listIn(excludedTypes);
	const isEmptied =
		named.length > 0 &&
		named.every((pool) => TYPES[pool]?.every((type) => excluded.includes(type)) === true);
	return named.every((pool) => POOLS.test(pool)) && isOneSet && !isEmptied ? [] : [400];
}

function listIn(value: unknown): unknown[] {
	return Array.isArray(value) ? (value as unknown[]) : [];
}
