/** What is known of a job when the next look at it is planned; times in milliseconds. */
export interface Waiting {
	/** The interval before this one. */
	lastIntervalMs: number;
	/** How long the job has been running, or nothing while it waits for a worker. */
	runningForMs: number | undefined;
}

/** When to look at a job again. Shared by the jobs of one run: each that ends teaches the others. */
export interface Schedule {
	nextIntervalMs: (waiting: Waiting) => number;
	/** A job has finished after running so long. */
	learn: (runTimeMs: number) => void;
}

export const FIRST_LOOK_MS = 1000;
const GROWTH = 1.5;
const MAX_UNTAUGHT_MS = 5000;
/** Until something is learned, a running job's result is late by at most this share of its run time. */
const UNTAUGHT_SHARE = 0.1;
const MIN_UNTAUGHT_MS = 500;

/** Jobs of one endpoint take about equally long: so much of the median is one step of spread, until enough are known. */
const PRIOR_SPREAD = 0.1;
const MIN_SPREAD = 0.03;
const MIN_SAMPLES_FOR_SPREAD = 5;

// Far from the time at which the others finished, a look now and then is enough to see a failure.
const REST_MS = 60_000;

/** Where the last stretch begins: so many spreads before the median. */
const STRETCH_SPREADS = 1.2;
/** The interval at the median, as a share of the spread; it grows with the square of the distance from there. */
const CLOSEST_SHARE = 0.06;
const MIN_TAUGHT_MS = 500;
const MAX_TAUGHT_MS = 15_000;

/**
 * While a job waits, the interval grows by half from 1 s to 5 s. While it runs, it is a tenth of its run time, up to 5 s,
 * until the first job of the run has finished; then looks are taken when the others finished.
 */
export function learningSchedule(): Schedule {
	const runTimesMs: number[] = [];
	return {
		learn: (runTimeMs) => {
			if (runTimeMs > 0) runTimesMs.push(runTimeMs);
		},
		nextIntervalMs: ({ lastIntervalMs, runningForMs }) => {
			if (runningForMs === undefined) return Math.min(lastIntervalMs * GROWTH, MAX_UNTAUGHT_MS);
			if (runTimesMs.length > 0) return taughtIntervalMs(runningForMs, expectationOf(runTimesMs));
			const intervalMs = Math.max(runningForMs * UNTAUGHT_SHARE, MIN_UNTAUGHT_MS);
			return Math.min(intervalMs, MAX_UNTAUGHT_MS);
		},
	};
}

/** The same interval always, as set by hand. */
export function fixedSchedule(intervalMs: number): Schedule {
	return { nextIntervalMs: () => intervalMs, learn: () => undefined };
}

interface Expectation {
	medianMs: number;
	/** Of the logarithm of the run time, so that it is a share of the median. */
	spread: number;
}

function expectationOf(runTimesMs: readonly number[]): Expectation {
	const medianMs = medianOf(runTimesMs);
	if (runTimesMs.length < MIN_SAMPLES_FOR_SPREAD) return { medianMs, spread: PRIOR_SPREAD };
	const deviations = runTimesMs.map((runTimeMs) => Math.abs(Math.log(runTimeMs / medianMs)));
	// The median deviation of a bell curve is two thirds of its spread.
	return { medianMs, spread: Math.max(medianOf(deviations) * 1.4826, MIN_SPREAD) };
}

export function medianOf(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const high = sorted[middle] ?? 0;
	return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}

function taughtIntervalMs(runningForMs: number, { medianMs, spread }: Expectation): number {
	const closestMs = Math.min(CLOSEST_SHARE * medianMs * spread, MAX_TAUGHT_MS);
	const stretchMs = medianMs * Math.exp(-STRETCH_SPREADS * spread);
	if (runningForMs < stretchMs)
		return Math.max(Math.min(stretchMs - runningForMs, REST_MS), closestMs, MIN_TAUGHT_MS);
	const distance = Math.log(runningForMs / medianMs) / spread;
	const intervalMs = closestMs * Math.exp(distance ** 2);
	return Math.min(Math.max(intervalMs, MIN_TAUGHT_MS), MAX_TAUGHT_MS);
}
