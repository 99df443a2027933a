import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sumOf } from '../../../lib/cost/costRange';
import {
	rateOf,
	rateOfAny,
	type EndpointCosts,
	type GpuPrice,
} from '../../../lib/cost/endpointCosts';
import { jobCost, type JobTimes } from '../../../lib/cost/jobCost';
import { runLimitMsOf, worstCaseMicroUsd } from '../../../lib/cost/worstCase';

const A100: GpuPrice = {
	gpuType: 'NVIDIA A100 80GB PCIe',
	microUsdPerHour: 2_736_000,
};
const H100: GpuPrice = {
	gpuType: 'NVIDIA H100 80GB HBM3',
	microUsdPerHour: 4_176_000,
};
const L40S: GpuPrice = { gpuType: 'NVIDIA L40S', microUsdPerHour: 1_900_000 };
const ENDPOINT: EndpointCosts = {
	prices: [A100, H100],
	catalog: [A100, H100, L40S],
	gpuCount: 1,
	idleTimeoutSeconds: 60,
	startLimitSeconds: 420,
	runLimitMs: 600_000,
	maxWorkers: 8,
};
const ON_A100 = rateOf(ENDPOINT, { gpuType: A100.gpuType, gpuCount: 1 });

function times(change: Partial<JobTimes> = {}): JobTimes {
	return {
		executionTimeMs: 240_000,
		isWholeRun: true,
		delayTimeMs: 0,
		restarts: 0,
		elapsedMs: 241_000,
		...change,
	};
}

describe('the rate of a worker', () => {
	it.each([
		[{ gpuType: A100.gpuType, gpuCount: 1 }, 2_736_000, 2_736_000],
		[{ gpuType: A100.gpuType, gpuCount: 2 }, 5_472_000, 5_472_000],
		// Placed before the pools of the endpoint were changed.
		[{ gpuType: L40S.gpuType, gpuCount: 1 }, 1_900_000, 1_900_000],
		[undefined, 2_736_000, 4_176_000],
	])('of %j', (gpu, minMicroUsdPerHour, maxMicroUsdPerHour) => {
		expect(rateOf(ENDPOINT, gpu)).toEqual({ minMicroUsdPerHour, maxMicroUsdPerHour });
	});

	it('counts the GPUs of a worker that is not known', () => {
		expect(rateOfAny({ ...ENDPOINT, gpuCount: 4 })?.maxMicroUsdPerHour).toBe(16_704_000);
	});

	it('is not guessed for a GPU without a price', () => {
		expect(rateOf(ENDPOINT, { gpuType: 'NVIDIA L4', gpuCount: 1 })).toBeUndefined();
		expect(rateOfAny({ prices: [], gpuCount: 1 })).toBeUndefined();
	});
});

describe('the cost of a job that has ended', () => {
	it.each([
		['a warm worker', {}, 182_400, 228_760],
		['whole seconds are billed', { executionTimeMs: 240_001 }, 183_160, 229_520],
		['a start', { delayTimeMs: 90_000 }, 182_400, 297_160],
		['no start takes longer than RunPod lets it', { delayTimeMs: 9e6 }, 182_400, 547_960],
		['a job that was started over', { restarts: 1, elapsedMs: 500_000 }, 182_400, 429_400],
		['a run of which nothing is told', { executionTimeMs: null }, 0, 231_040],
		['a run that was cut off', { executionTimeMs: 60_000, isWholeRun: false }, 45_600, 231_040],
		['a delay that is not told', { delayTimeMs: null }, 182_400, 231_040],
	])('%s', (_, change, minMicroUsd, maxMicroUsd) => {
		expect(jobCost(times(change), ON_A100, ENDPOINT)).toEqual({ minMicroUsd, maxMicroUsd });
	});

	it('lies between the GPUs that the worker may have had', () => {
		expect(jobCost(times(), rateOfAny(ENDPOINT), ENDPOINT)).toEqual({
			minMicroUsd: 182_400,
			maxMicroUsd: 349_160,
		});
	});

	it.each([
		['no price', times(), undefined, { minMicroUsd: null, maxMicroUsd: null }],
		[
			'started over at an unknown time',
			times({ restarts: 1, elapsedMs: null }),
			ON_A100,
			{ minMicroUsd: 182_400, maxMicroUsd: null },
		],
	])('%s: not known', (_, of, rate, expected) => {
		expect(jobCost(of, rate, ENDPOINT)).toEqual(expected);
	});
});

it.each([
	// 600 s and 15 s beyond them, a start of 420 s and 61 s of idle time on the dearest GPU.
	['by the limit of the endpoint', { maxRunMs: undefined, maxRestarts: 0 }, 1_271_360],
	['by its own limit', { maxRunMs: 300_000, maxRestarts: 0 }, 923_360],
	['with two restarts', { maxRunMs: 300_000, maxRestarts: 2 }, 2_628_560],
])('the most that a job can cost %s', (_, bounds, expected) => {
	expect(worstCaseMicroUsd(bounds, ENDPOINT)).toBe(expected);
});

it.each([
	['without any limit', { ...ENDPOINT, runLimitMs: undefined }],
	['without a price', { ...ENDPOINT, prices: [] }],
])('%s the most is not known', (_, endpoint) => {
	expect(worstCaseMicroUsd({ maxRunMs: undefined, maxRestarts: 0 }, endpoint)).toBeUndefined();
});

it.each([
	[300_000, 600_000, 300_000],
	[undefined, 600_000, 600_000],
	[undefined, undefined, undefined],
])('a job of limit %j on an endpoint of limit %j may run for %j ms', (maxRunMs, runLimitMs, ms) => {
	expect(runLimitMsOf({ maxRunMs }, { runLimitMs })).toBe(ms);
});

it('a sum is not known as soon as one part is not', () => {
	const known = { minMicroUsd: 1, maxMicroUsd: 2 };
	expect(sumOf([known, known])).toEqual({ minMicroUsd: 2, maxMicroUsd: 4 });
	expect(sumOf([known, { minMicroUsd: 1, maxMicroUsd: null }])).toEqual({
		minMicroUsd: 2,
		maxMicroUsd: null,
	});
});

it('what is billed lies within the range, and the range within the worst case', () => {
	const job = fc.record({
		startMs: fc.nat({ max: 420_000 }),
		queueMs: fc.nat({ max: 86_400_000 }),
		runMs: fc.nat({ max: 612_000 }),
		idleMs: fc.nat({ max: 60_000 }),
		isA100: fc.boolean(),
		isKnown: fc.boolean(),
	});
	fc.assert(
		fc.property(job, ({ startMs, queueMs, runMs, idleMs, isA100, isKnown }) => {
			const { gpuType, microUsdPerHour } = isA100 ? A100 : H100;
			const seconds = [startMs, runMs, idleMs].map((ms) => Math.ceil(ms / 1000));
			const billed = seconds.reduce((sum, one) => sum + (one * microUsdPerHour) / 3600, 0);
			const rate = rateOf(ENDPOINT, isKnown ? { gpuType, gpuCount: 1 } : undefined);
			const told = jobCost(
				times({ executionTimeMs: runMs, delayTimeMs: queueMs + startMs }),
				rate,
				ENDPOINT,
			);
			const worst = worstCaseMicroUsd({ maxRunMs: undefined, maxRestarts: 0 }, ENDPOINT) ?? 0;
			expect(told.minMicroUsd).toBeLessThanOrEqual(billed);
			expect(told.maxMicroUsd).toBeGreaterThanOrEqual(billed);
			expect(told.maxMicroUsd).toBeLessThanOrEqual(worst);
		}),
	);
});
