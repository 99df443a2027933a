import type { EndpointCosts, GpuPrice, WorkerGpu } from '../../cost/endpointCosts';
import { cleanRemoteText } from '../../base/data/remoteText';
import { microUsdOf } from '../../cost/money';
import { WanAvatarError } from '../../base/errors/errors';
import { listGpuTypes, listPlacedWorkers, type GpuType } from './costReads';
import type { ManagementClient } from './management';
import type { Endpoint } from './managementRecords';

/** What the jobs of one endpoint cost, asked once for as long as it is kept. Never rejects. */
export interface CostSource {
	/** Nothing where the endpoint cannot be read. */
	endpoint: () => Promise<EndpointCosts | undefined>;
	/** The GPU of a worker that is there at this moment, or was when it was asked for first. */
	gpuOf: (workerId: string) => Promise<WorkerGpu | undefined>;
}

type Management = Pick<ManagementClient, 'read' | 'getEndpoint'>;

/** RunPod ends a worker that is not ready by then, where its environment says nothing else. */
const START_LIMIT_SECONDS = 420;
/** RunPod's own for an endpoint that does not tell it. */
const IDLE_TIMEOUT_SECONDS = 60;
const MAX_TRIES = 2;

/** @param onUnknown is told once what could not be found out, and why */
export function createCostSource(
	endpointId: string,
	management: Management,
	onUnknown: (sentence: string) => void,
): CostSource {
	let costs: Promise<EndpointCosts | undefined> | undefined;
	let asking: Promise<void> | undefined;
	let failures = 0;
	const workers = new Map<string, WorkerGpu>();
	const asked = new Set<string>();

	const unlessRefused = async <T>(what: string, work: Promise<T>): Promise<T | undefined> => {
		try {
			return await work;
		} catch (error) {
			const reason = error instanceof WanAvatarError ? error.message : String(error);
			onUnknown(`${what}: ${reason}.`);
			return undefined;
		}
	};
	const read = async (): Promise<EndpointCosts | undefined> => {
		const [endpoint, gpus] = await Promise.all([
			unlessRefused('Costs are not known', management.getEndpoint(endpointId)),
			unlessRefused('Costs are not known', listGpuTypes(management)),
		]);
		if (!endpoint) return undefined;
		// Without prices its limits are known all the same.
		const known = costsOf(endpoint, gpus ?? []);
		if (gpus && known.prices.length === 0)
			onUnknown(
				`Costs are not known: RunPod tells no price for the GPUs of ${cleanRemoteText(endpoint.name)}.`,
			);
		return known;
	};
	const listWorkers = async (): Promise<void> => {
		const what = 'The GPUs of workers are not known, so costs are told less exactly';
		const found = await unlessRefused(what, listPlacedWorkers(endpointId, management));
		if (!found) failures += 1;
		for (const { id, gpuTypeId, gpuCount } of found ?? [])
			workers.set(id, { gpuType: gpuTypeId, gpuCount });
		asking = undefined;
	};
	return {
		endpoint: async () => await (costs ??= read()),
		gpuOf: async (workerId) => {
			// A request that is on its way may have been answered before this worker was there.
			while (!workers.has(workerId)) {
				if (asking) await asking;
				else if (asked.has(workerId) || failures >= MAX_TRIES) break;
				else {
					asked.add(workerId);
					asking = listWorkers();
				}
			}
			return workers.get(workerId);
		},
	};
}

function costsOf(
	{ gpu, workers, timeout, env }: Endpoint,
	gpus: readonly GpuType[],
): EndpointCosts {
	const pools = gpu?.pools ?? [];
	const excluded = new Set(gpu?.excludedTypes ?? []);
	const allowed = gpus.filter(
		({ id, pool, price }) =>
			pools.some((one) => one === pool) && !excluded.has(id) && price.serverless !== undefined,
	);
	// What is without a price may be the dearest.
	const isWhole =
		allowed.every(({ price }) => price.serverless !== null) &&
		pools.every((pool) => gpus.some((one) => one.pool === pool && one.price.serverless));
	return {
		prices: isWhole ? allowed.flatMap(priceOf) : [],
		catalog: gpus.flatMap(priceOf),
		gpuCount: wholeOr(1, gpu?.count, 1),
		idleTimeoutSeconds: wholeOr(0, workers?.idleTimeout, IDLE_TIMEOUT_SECONDS),
		startLimitSeconds: startLimitOf(env?.RUNPOD_INIT_TIMEOUT),
		runLimitMs: timeout && isCountable(timeout) ? timeout : undefined,
		maxWorkers: wholeOr(1, workers?.max, 1),
	};
}

function priceOf({ id, price: { serverless } }: GpuType): GpuPrice[] {
	return serverless ? [{ gpuType: id, microUsdPerHour: microUsdOf(serverless) }] : [];
}

/** So many seconds, milliseconds or GPUs no endpoint has. */
const BEYOND_ALL = 1e9;

function isCountable(given: number): boolean {
	return given >= 0 && given <= BEYOND_ALL;
}

/** A figure of the endpoint as RunPod bills it; `usual` where it tells none. */
function wholeOr(least: number, given: number | null | undefined, usual: number): number {
	return typeof given === 'number' && isCountable(given)
		? Math.max(least, Math.ceil(given))
		: usual;
}

function startLimitOf(initTimeout: unknown): number {
	const seconds = Number(initTimeout ?? START_LIMIT_SECONDS);
	return seconds > 0 && isCountable(seconds) ? Math.ceil(seconds) : START_LIMIT_SECONDS;
}
