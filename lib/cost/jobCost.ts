import type { KnownCost } from './costRange';
import type { EndpointCosts, WorkerRate } from './endpointCosts';
import { priceOfSeconds } from './money';

/** How long a job that has ended took; null = not known. */
export interface JobTimes {
	executionTimeMs: number | null;
	/** Off: it was cut off after that time was told. */
	isWholeRun: boolean;
	/** In the queue, with the start of its worker; RunPod does not tell them apart. */
	delayTimeMs: number | null;
	/** How often RunPod started it over: the times are of its last start alone. */
	restarts: number;
	/** From its submit until its end was seen. */
	elapsedMs: number | null;
}

/**
 * What a job that has ended costs. RunPod bills the start, the run and the idle time of a worker in whole seconds, never
 * by job: a job costs its run at least, and at most the start of its worker and the time that it then stood idle as well.
 */
export function jobCost(
	times: JobTimes,
	rate: WorkerRate | undefined,
	endpoint: Pick<EndpointCosts, 'idleTimeoutSeconds' | 'startLimitSeconds'>,
): KnownCost {
	if (!rate) return { minMicroUsd: null, maxMicroUsd: null };
	const most = mostSeconds(times, endpoint);
	const min = priceOfSeconds(leastSeconds(times), rate.minMicroUsdPerHour);
	return {
		minMicroUsd: Math.floor(min),
		maxMicroUsd: most === null ? null : Math.ceil(priceOfSeconds(most, rate.maxMicroUsdPerHour)),
	};
}

/** A job without a time of its run may have been ended in the queue. */
function leastSeconds({ executionTimeMs }: JobTimes): number {
	return wholeSeconds(executionTimeMs ?? 0);
}

function mostSeconds(
	times: JobTimes,
	{
		idleTimeoutSeconds,
		startLimitSeconds,
	}: Pick<EndpointCosts, 'idleTimeoutSeconds' | 'startLimitSeconds'>,
): number | null {
	const { executionTimeMs, isWholeRun, delayTimeMs, restarts, elapsedMs } = times;
	const least = leastSeconds(times);
	// It may end a moment late, and is rounded up.
	const idle = idleTimeoutSeconds + 1;
	if (restarts === 0 && delayTimeMs !== null) {
		const start = Math.min(wholeSeconds(delayTimeMs), startLimitSeconds);
		if (executionTimeMs !== null && isWholeRun) return start + least + idle;
		if (elapsedMs === null) return null;
		const run = Math.max(wholeSeconds(elapsedMs - delayTimeMs), least);
		return start + run + ROUNDED_UP + idle;
	}
	// What was started over ran between the submit and the end, each time with seconds rounded up.
	if (elapsedMs === null) return null;
	const elapsed = Math.max(wholeSeconds(elapsedMs), least);
	return elapsed + (restarts + 1) * ROUNDED_UP + idle;
}

/** Start and run are billed in whole seconds each. */
const ROUNDED_UP = 2;

function wholeSeconds(ms: number): number {
	return Math.ceil(ms / 1000);
}
