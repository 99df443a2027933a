/** The list price of one GPU, as RunPod tells it. */
export interface GpuPrice {
	gpuType: string;
	/** Whole micro-dollars. */
	microUsdPerHour: number;
}

/** What a job on an endpoint costs, and for how long at most: asked once an execution. */
export interface EndpointCosts {
	/** Of every GPU that a worker of the endpoint may get; empty where they cannot be found out. */
	prices: readonly GpuPrice[];
	/** Of all GPUs that RunPod has for serverless workers. */
	catalog: readonly GpuPrice[];
	/** GPUs of one worker. */
	gpuCount: number;
	idleTimeoutSeconds: number;
	/** A worker that takes longer to start is ended by RunPod. */
	startLimitSeconds: number;
	/** The endpoint's own limit for a job's run; nothing where it has none. */
	runLimitMs: number | undefined;
	/** So many workers run at once at most. */
	maxWorkers: number;
}

/** The GPU of one worker. */
export interface WorkerGpu {
	gpuType: string;
	gpuCount: number;
}

/** What one worker costs an hour, at least and at most, in whole micro-dollars. */
export interface WorkerRate {
	minMicroUsdPerHour: number;
	maxMicroUsdPerHour: number;
}

/** The rate of a worker whose GPU is not known yet: between the cheapest and the dearest that it may get. */
export function rateOfAny({
	prices,
	gpuCount,
}: Pick<EndpointCosts, 'prices' | 'gpuCount'>): WorkerRate | undefined {
	if (prices.length === 0) return undefined;
	const rates = prices.map(({ microUsdPerHour }) => microUsdPerHour * gpuCount);
	return { minMicroUsdPerHour: Math.min(...rates), maxMicroUsdPerHour: Math.max(...rates) };
}

/** The rate of one worker: exact where its GPU and the price of that are known. */
export function rateOf(
	costs: Pick<EndpointCosts, 'prices' | 'catalog' | 'gpuCount'>,
	gpu: WorkerGpu | undefined,
): WorkerRate | undefined {
	if (!gpu) return rateOfAny(costs);
	const price = costs.catalog.find(({ gpuType }) => gpuType === gpu.gpuType);
	if (!price) return undefined;
	const rate = price.microUsdPerHour * gpu.gpuCount;
	return { minMicroUsdPerHour: rate, maxMicroUsdPerHour: rate };
}

/**
 * The rate of the workers that a job ran on. Where it was started over only the last one is known: those before it may have
 * been any, the last run alone is its least.
 */
export function rateOfRuns(
	costs: Pick<EndpointCosts, 'prices' | 'catalog' | 'gpuCount'>,
	gpu: WorkerGpu | undefined,
	restarts: number,
): WorkerRate | undefined {
	const last = rateOf(costs, gpu);
	if (!last || restarts === 0) return last;
	const any = rateOfAny(costs);
	return (
		any && {
			minMicroUsdPerHour: last.minMicroUsdPerHour,
			maxMicroUsdPerHour: Math.max(last.maxMicroUsdPerHour, any.maxMicroUsdPerHour),
		}
	);
}
