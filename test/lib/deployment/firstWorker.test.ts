import { describe, expect, it } from '@jest/globals';
import { waitForWorker } from '../../../lib/deployment/apply/firstWorker';
import type { EndpointHealth } from '../../../lib/runpod/queue/health';
import {
	endpoint as endpointShape,
	type EndpointChange,
} from '../../../lib/runpod/management/managementRecords';
import { quickClock } from './rig';

const COLD: EndpointHealth = {
	jobs: { completed: 0, failed: 0, inProgress: 0, inQueue: 0, retried: 0 },
	workers: { idle: 0, initializing: 1, ready: 0, running: 0, throttled: 0, unhealthy: 0 },
};
const READY: EndpointHealth = { ...COLD, workers: { ...COLD.workers, ready: 1 } };

/** Waits for 45 minutes for the worker of an endpoint whose queue API answers so. */
async function waited(healthAt: (ms: number) => EndpointHealth | undefined) {
	const clock = quickClock();
	const startMs = clock.monotonic();
	const state = { min: 0 };
	const endpoint = () =>
		endpointShape.parse({ id: 'e1', name: 'a', workers: { min: state.min, max: 1 } });
	const management = {
		getEndpoint: async () => Promise.resolve(endpoint()),
		updateEndpoint: async (_target: unknown, { workers }: EndpointChange) => {
			state.min = workers?.min ?? state.min;
			return Promise.resolve(endpoint());
		},
	};
	const queue = { health: async () => Promise.resolve(healthAt(clock.monotonic() - startMs)) };
	const ports = { management, afterStop: () => management, queue, clock };
	const end = await waitForWorker('e1', ports, { timeoutMs: 45 * 60_000 }).then(
		(report) => ({ report }),
		(error: unknown) => ({ error }),
	);
	return { ...end, tookMs: clock.monotonic() - startMs, min: state.min };
}

describe('waiting for the first worker', () => {
	it('ends after a minute in which the queue API does not know the endpoint', async () => {
		const { tookMs, min, ...end } = await waited(() => undefined);
		expect(end).toMatchObject({
			error: {
				code: 'WORKER_NOT_READY',
				message: 'No worker of the endpoint a (e1) is ready: it is unknown',
				remedy: expect.stringMatching(/does not know this endpoint.*RUNPOD_QUEUE_BASE_URL/),
			},
		});
		expect(tookMs).toBeGreaterThanOrEqual(60_000);
		expect(tookMs).toBeLessThan(75_000);
		expect(min).toBe(0);
	});

	it('goes on where the queue API knows the endpoint now and then', async () => {
		const { report, min } = await waited((ms) => {
			if (ms > 300_000) return READY;
			return ms % 60_000 < 30_000 ? undefined : COLD;
		}).then((end) => ({ report: undefined, ...end }));
		expect(report).toMatchObject({ health: 'ready' });
		expect(min).toBe(0);
	});
});
