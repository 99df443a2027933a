import type { EndpointCosts, WorkerGpu } from '../../../../lib/cost/endpointCosts';
import type { PriceSource } from '../../../../lib/generation/request/ports';
import { mostOf } from '../../../../lib/generation/spending/limit';
import { request } from '../run/generationWorld';

const price = { gpuType: 'NVIDIA A100 80GB PCIe', microUsdPerHour: 36_000_000 };

/** A cent a second. */
export const COSTS: EndpointCosts = {
	prices: [price],
	catalog: [price],
	gpuCount: 1,
	idleTimeoutSeconds: 5,
	startLimitSeconds: 20,
	runLimitMs: 60_000,
	maxWorkers: 3,
};

/** The most that one job can cost. */
export const MOST = mostOf(request(), { costs: COSTS }) ?? NaN;

export function pricesOf(costs: EndpointCosts | undefined, reason?: string): PriceSource {
	const unknown: WorkerGpu | undefined = undefined;
	return {
		endpoint: async () => await Promise.resolve(costs),
		gpuOf: async () => await Promise.resolve<WorkerGpu | undefined>(unknown),
		reason: () => reason,
	};
}
