import type { KnownCost } from './costRange';
import type { EndpointCosts, WorkerRate } from './endpointCosts';
import { priceOfSeconds } from './money';

/** How long a job that has ended took; null = not known. */
export interface JobTimes {
	executionTimeMs: number | null;
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
	const { executionTimeMs, delayTimeMs, restarts, elapsedMs } = times;
	if (executionTimeMs !== null && delayTimeMs !== null && restarts === 0) {
		const start = Math.min(wholeSeconds(delayTimeMs), startLimitSeconds);
		return wholeSeconds(executionTimeMs) + start + idleTimeoutSeconds;
	}
	// Whatever ran and was started over, it did so between the submit and the end; each start is billed up to the second.
	if (elapsedMs === null) return null;
	const elapsed = Math.max(wholeSeconds(elapsedMs), leastSeconds(times));
	return elapsed + restarts + 1 + idleTimeoutSeconds;
}

function wholeSeconds(ms: number): number {
	return Math.ceil(ms / 1000);
}
