import { RunTimes } from './runTimes';

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
const MAX_QUEUED_MS = 5000;

/** A look is worth a result that is late by so much less of its run time: 25 looks for a job of 240 s ± 10 %. */
const LOOK_COST = 0.00026;
const MIN_MS = 500;
/** Where nothing is known of a job's end, its result is late by no more than this share of its run time, and this long. */
const UNTAUGHT_SHARE = 0.04;
const MAX_UNTAUGHT_MS = 5000;
/** Long before the end, a look now and then is enough to see a failure. */
const REST_MS = 60_000;
const STEPS_PER_WIDTH = 4;

/**
 * While a job waits, the interval grows by half from 1 s to 5 s. While it runs, looks are as dense as its end is likely:
 * `docs/decisions/looks.md` derives it.
 */
export function learningSchedule(): Schedule {
	const runTimes = new RunTimes();
	return {
		learn: (runTimeMs) => {
			runTimes.learn(runTimeMs);
		},
		nextIntervalMs: ({ lastIntervalMs, runningForMs }) => {
			if (runningForMs === undefined) return Math.min(lastIntervalMs * GROWTH, MAX_QUEUED_MS);
			return runTimes.count > 0
				? taughtIntervalMs(runningForMs, runTimes)
				: untaughtIntervalMs(runningForMs);
		},
	};
}

/** The same interval always, as set by hand. */
export function fixedSchedule(intervalMs: number): Schedule {
	return { nextIntervalMs: () => intervalMs, learn: () => undefined };
}

function untaughtIntervalMs(ageMs: number): number {
	return Math.min(Math.max(ageMs * UNTAUGHT_SHARE, MIN_MS), MAX_UNTAUGHT_MS);
}

/** The next look is where the looks to be taken at each moment from now on add up to one. */
function taughtIntervalMs(runningForMs: number, runTimes: RunTimes): number {
	const quietMs = Math.max(runTimes.quietUntilMs - runningForMs, 0);
	let looks = Math.min(quietMs / REST_MS, 1);
	let intervalMs = Math.min(quietMs, REST_MS);
	while (looks < 1) {
		const ageMs = runningForMs + intervalMs;
		const stepMs = Math.max(runTimes.widthMs(ageMs) / STEPS_PER_WIDTH, MIN_MS);
		const more = stepMs / intervalAtMs(ageMs + stepMs / 2, runTimes);
		intervalMs += stepMs * Math.min((1 - looks) / more, 1);
		looks += more;
	}
	return Math.max(intervalMs, MIN_MS);
}

function intervalAtMs(ageMs: number, runTimes: RunTimes): number {
	// A look every d costs c/d, and a result is late by d/2 of the age: with this d their sum is least.
	const intervalMs = Math.sqrt((2 * LOOK_COST * ageMs) / hazardAt(ageMs, runTimes));
	return Math.min(Math.max(intervalMs, MIN_MS), REST_MS);
}

/**
 * The share of the jobs still running that end in a millisecond. One job more than are known may be unlike them all, and
 * is taken to be longer: nothing is known of its end.
 */
function hazardAt(ageMs: number, runTimes: RunTimes): number {
	const unlike = 1 / (runTimes.count + 1);
	const { ended, endingPerMs } = runTimes.at(ageMs);
	const unlikeHazard = (2 * LOOK_COST * ageMs) / untaughtIntervalMs(ageMs) ** 2;
	const ending = (1 - unlike) * endingPerMs + unlike * ended * unlikeHazard;
	return ending / ((1 - unlike) * (1 - ended) + unlike);
}
