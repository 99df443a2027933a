import { expect, it } from '@jest/globals';
import { estimateOf } from '../../../lib/cost/estimate';
import type { EndpointCosts } from '../../../lib/cost/endpointCosts';
import { workersMicroUsd } from '../../../lib/cost/workersCost';

const prices = [
	{ gpuType: 'A100', microUsdPerHour: 3_600_000 },
	{ gpuType: 'H100', microUsdPerHour: 7_200_000 },
];
const ENDPOINT: EndpointCosts = {
	prices,
	catalog: prices,
	gpuCount: 1,
	idleTimeoutSeconds: 60,
	startLimitSeconds: 420,
	runLimitMs: 600_000,
	maxWorkers: 8,
};

it.each([
	['learned', 300_000, [240_000, 220_100], 221_000, 1_592_000],
	['by the limit of the endpoint', undefined, [240_000], 240_000, 2_192_000],
	['nothing learned', 300_000, [], null, 1_592_000],
])('%s', (_, maxRunMs, runsMs, minMicroUsd, maxMicroUsd) => {
	const bounds = { maxRunMs, maxRestarts: 0 };
	expect(estimateOf(bounds, ENDPOINT, runsMs)).toEqual({ minMicroUsd, maxMicroUsd });
});

it('without any limit of the run the most is not known', () => {
	const bounds = { maxRunMs: undefined, maxRestarts: 0 };
	const endless = { ...ENDPOINT, runLimitMs: undefined };
	expect(estimateOf(bounds, endless, [60_000])).toEqual({
		minMicroUsd: 60_000,
		maxMicroUsd: null,
	});
});

it('all workers of an endpoint cost no more than their number and the time allow', () => {
	expect(workersMicroUsd(ENDPOINT, 3_539_000)).toBe(8 * 7_200_000);
	expect(workersMicroUsd({ ...ENDPOINT, prices: [] }, 1000)).toBeUndefined();
	expect(workersMicroUsd(ENDPOINT, NaN)).toBeUndefined();
});
