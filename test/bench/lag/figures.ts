import type { Seen } from './followAll';
import { leastMeanSchedule } from './least';
import type { RunTimeLaw } from './runTimeLaw';

/** How late the results of many jobs were, in % of their run time and in seconds, and what it took. */
export interface Figures {
	medianPercent: number;
	ninetyPercent: number;
	worstPercent: number;
	meanPercent: number;
	meanSeconds: number;
	medianSeconds: number;
	ninetySeconds: number;
	worstSeconds: number;
	requests: number;
	mostRequests: number;
}

export function figuresOf(seen: readonly Seen[]): Figures {
	const percent = seen.map(({ lagMs, runTimeMs }) => (100 * lagMs) / runTimeMs);
	const seconds = seen.map(({ lagMs }) => lagMs / 1000);
	const requests = seen.map((one) => one.requests);
	return {
		medianPercent: quantile(percent, 0.5),
		ninetyPercent: quantile(percent, 0.9),
		worstPercent: Math.max(...percent),
		meanPercent: mean(percent),
		meanSeconds: mean(seconds),
		medianSeconds: quantile(seconds, 0.5),
		ninetySeconds: quantile(seconds, 0.9),
		worstSeconds: Math.max(...seconds),
		requests: mean(requests),
		mostRequests: Math.max(...requests),
	};
}

/** The same jobs by the schedule whose mean lag is least for so many requests, where the law of the run times is known. */
export function figuresOfOptimum(
	seen: readonly Seen[],
	{ medianMs, spread }: RunTimeLaw,
	requests: number,
): Figures {
	const timesMs = leastMeanSchedule(spread, requests).map((time) => time * medianMs);
	return figuresOf(
		seen.map((job) => {
			const last = timesMs.findIndex((timeMs) => timeMs >= job.runTimeMs);
			return { ...job, lagMs: (timesMs[last] ?? NaN) - job.runTimeMs, requests: last + 1 };
		}),
	);
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, one) => sum + one, 0) / values.length;
}

function quantile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN;
}
