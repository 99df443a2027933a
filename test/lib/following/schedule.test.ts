import { describe, expect, it } from '@jest/globals';
import { fixedSchedule, learningSchedule, type Schedule } from '../../../lib/following/schedule';

const intervalAt = (schedule: Schedule, runningForMs: number | undefined) =>
	schedule.nextIntervalMs({ lastIntervalMs: 1000, runningForMs });

function taught(...runTimesMs: number[]): Schedule {
	const schedule = learningSchedule();
	for (const runTimeMs of runTimesMs) schedule.learn(runTimeMs);
	return schedule;
}

/** When a job is looked at that starts at once, first after 1 s, up to the first look at this age or later. */
function lookTimes(schedule: Schedule, untilMs: number): number[] {
	const timesMs = [1000];
	for (let ageMs = 1000; ageMs < untilMs; timesMs.push(ageMs)) ageMs += intervalAt(schedule, ageMs);
	return timesMs;
}

/** How jobs of these run times are seen to end, where none of them teaches. */
function seenEnds(schedule: Schedule, runTimesMs: readonly number[]) {
	const timesMs = lookTimes(schedule, Math.max(...runTimesMs));
	return runTimesMs.map((runTimeMs) => {
		const last = timesMs.findIndex((timeMs) => timeMs >= runTimeMs);
		const lagMs = (timesMs[last] ?? NaN) - runTimeMs;
		return { looks: last + 1, lagMs, lagShare: lagMs / runTimeMs };
	});
}

const mean = (values: readonly number[]) =>
	values.reduce((sum, one) => sum + one, 0) / values.length;
const quantile = (values: readonly number[], share: number) =>
	[...values].sort((one, other) => one - other)[Math.floor(values.length * share)] ?? NaN;

/** Run times at the quantiles of 240 s with a spread of 10 % in their logarithm. */
function usualRunTimes(count: number): number[] {
	const runTimesMs: number[] = [];
	const step = 0.001;
	let below = 0;
	for (let z = -5; runTimesMs.length < count && z < 5; z += step) {
		below += (step * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
		if (below >= (runTimesMs.length + 0.5) / count) runTimesMs.push(240_000 * Math.exp(0.1 * z));
	}
	return runTimesMs;
}

describe('the interval of looks', () => {
	it.each([undefined, 240_000])(
		'grows by half up to 5 s while the job waits, having learned %p',
		(runTimeMs) => {
			const schedule = runTimeMs === undefined ? taught() : taught(runTimeMs);
			const intervals = [1000, 1500, 4000, 5000].map((lastIntervalMs) =>
				schedule.nextIntervalMs({ lastIntervalMs, runningForMs: undefined }),
			);
			expect(intervals).toEqual([1500, 2250, 5000, 5000]);
		},
	);

	it('is half a second, then 4 % of the age, then 5 s, where nothing is learned', () => {
		const intervals = [0, 5000, 20_000, 40_000, 125_000, 900_000, 1e9].map((ageMs) =>
			Math.round(intervalAt(taught(), ageMs)),
		);
		expect(intervals).toEqual([500, 500, 800, 1600, 5000, 5000, 5000]);
	});

	it('is a minute long before the others ended', () => {
		expect(intervalAt(taught(240_000), 0)).toBe(60_000);
	});

	it('is never under half a second', () => {
		for (let ageMs = 0; ageMs < 10_000; ageMs += 100)
			expect(intervalAt(taught(2000, 2000, 2000), ageMs)).toBeGreaterThanOrEqual(500);
	});

	it('is the shorter, the closer the others ended together', () => {
		const narrow = taught(99_000, 100_000, 101_000, 100_000, 100_000, 99_500);
		const wide = taught(50_000, 100_000, 150_000, 75_000, 125_000, 100_000);
		expect(intervalAt(wide, 100_000)).toBeGreaterThan(intervalAt(narrow, 100_000));
	});

	it('does not learn from a run time of nothing', () => {
		expect(intervalAt(taught(0, NaN, Infinity), 5000)).toBe(500);
	});

	it('is the same always when it is set by hand', () => {
		const schedule = fixedSchedule(7000);
		schedule.learn(240_000);
		expect(intervalAt(schedule, 240_000)).toBe(7000);
	});
});

describe('a job of 240 s ± 10 %, after fifty like it', () => {
	const known = usualRunTimes(50);
	const jobs = usualRunTimes(1000);

	/** What the model adds up: the lag as a share of the run time, and 0.026 % for each look. */
	const costOf = (schedule: Schedule) =>
		mean(seenEnds(schedule, jobs).map(({ lagShare, looks }) => lagShare + 0.00026 * looks));

	it('is seen late by 0.5 % of its run time (median) and 1.5 % (90 %), with at most 25 looks (mean)', () => {
		const seen = seenEnds(taught(...known), jobs);
		const lags = seen.map(({ lagShare }) => lagShare);

		expect(quantile(lags, 0.5)).toBeLessThan(0.005);
		expect(quantile(lags, 0.9)).toBeLessThan(0.015);
		expect(mean(seen.map(({ looks }) => looks))).toBeLessThan(25);
	});

	it.each([0.6, 1.6])('would cost more with intervals %d times as long', (factor) => {
		const schedule = taught(...known);
		const other: Schedule = {
			...schedule,
			nextIntervalMs: (waiting) => factor * schedule.nextIntervalMs(waiting),
		};
		expect(costOf(other)).toBeGreaterThan(costOf(schedule) * 1.03);
	});
});

describe('the lag is bounded where the others tell little', () => {
	const times = (count: number, ...runTimesMs: number[]) =>
		Array.from({ length: count }, () => runTimesMs).flat();
	const minuteAndTen = times(25, 60_000, 600_000);
	const rising = Array.from({ length: 100 }, (_, i) => 100_000 + 1000 * i);

	it.each([
		['nothing is known', [], 240_000, 5000, 110],
		['nothing is known of a short one', [], 25_000, 1020, 45],
		['one is known, and it is the same', [240_000], 240_000, 3600, 20],
		['all were the same', times(50, 240_000), 240_000, 600, 12],
		['it takes twice as long', times(50, 240_000), 480_000, 5000, 80],
		['it takes ten times as long', times(50, 240_000), 2_400_000, 5000, 470],
		['it takes a little longer', times(50, 240_000), 270_000, 5000, 40],
		['it ends long before the others', times(50, 240_000), 70_000, 60_000, 4],
		['it is of the shorter kind', minuteAndTen, 61_000, 900, 20],
		['it is of the longer kind', minuteAndTen, 605_000, 5000, 60],
		['the others took longer each time', rising, 201_000, 2000, 60],
		[
			'the others had been slower before',
			[...times(50, 600_000), ...times(50, 60_000)],
			60_000,
			600,
			20,
		],
	])('%s', (_what, runTimesMs, runTimeMs, maxLagMs, maxLooks) => {
		// A lag depends on where the looks fall: so the worst of jobs that end within a second.
		const ends = Array.from({ length: 101 }, (_, i) => runTimeMs + 10 * i - 500);
		const seen = seenEnds(taught(...runTimesMs), ends);
		expect(Math.max(...seen.map(({ lagMs }) => lagMs))).toBeLessThanOrEqual(maxLagMs);
		expect(Math.max(...seen.map(({ looks }) => looks))).toBeLessThanOrEqual(maxLooks);
	});
});
