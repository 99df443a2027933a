import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeQueues, openQueue, type QueueClient } from './queueClient';

// The shortest times that a policy may set are 5 and 10 seconds, so all jobs run side by side.
describe('the policy of a job', () => {
	let client: QueueClient;
	let ids: { limited: string; running: string; queued: string };

	beforeAll(async () => {
		client = await openQueue({ workersMax: 2 });
		client.api.script({ kind: 'never' });
		const ttl = { policy: { ttl: 10_000 } };
		ids = {
			limited: await client.submit({ prompt: 'a' }, { policy: { executionTimeout: 5000 } }),
			running: await client.submit({ prompt: 'b' }, ttl),
			queued: '',
		};
		await client.statusWhen(ids.running, 'IN_PROGRESS');
		client.api.setWorkers({ stall: 'throttled' });
		ids.queued = await client.submit({ prompt: 'c' }, ttl);
	});

	afterAll(closeQueues);

	it('fails it with executionTimeout exceeded when it runs too long', async () => {
		const { error, executionTime } = await client.statusWhen(ids.limited, 'FAILED');
		expect(error).toBe('executionTimeout exceeded');
		expect(executionTime).toBeGreaterThanOrEqual(4900);
	});

	it('deletes it when its ttl is over, running or still queued', async () => {
		await client.untilGone(ids.running);
		await client.untilGone(ids.queued);
		const [, running, queued] = client.api.jobs();
		expect(Date.now() - Number(running?.submittedAt)).toBeGreaterThanOrEqual(9900);
		expect([running?.status, queued?.status]).toEqual(['IN_PROGRESS', 'IN_QUEUE']);
	});
});
