import { afterEach, describe, expect, it } from '@jest/globals';
import { closeQueues, Gate, openQueue, until } from './queueClient';

afterEach(closeQueues);

describe('the workers', () => {
	it('run jobs one after another in the order of submission when there is one', async () => {
		const order: unknown[] = [];
		const client = await openQueue({
			runMs: 20,
			handler: ({ input }) => {
				order.push(input.prompt);
				return Promise.resolve('done');
			},
		});
		const ids = [];
		for (const prompt of ['a', 'b', 'c', 'd']) ids.push(await client.submit({ prompt }));
		for (const id of ids) await client.statusWhen(id, 'COMPLETED');
		expect(order).toEqual(['a', 'b', 'c', 'd']);
		expect(client.api.maxRunning()).toBe(1);
		expect(client.api.jobs().map(({ input }) => input.prompt)).toEqual(order);
	});

	it('run as many jobs at once as there are workers', async () => {
		const gate = new Gate();
		const client = await openQueue({ workersMax: 2, handler: () => gate.opened });
		for (const prompt of ['a', 'b', 'c']) await client.submit({ prompt });
		await until(() => client.api.maxRunning() === 2);
		expect((await client.get('/health')).json).toEqual({
			jobs: { completed: 0, failed: 0, inProgress: 2, inQueue: 1, retried: 0 },
			workers: { idle: 0, initializing: 0, ready: 0, running: 2, throttled: 0, unhealthy: 0 },
		});
		gate.open();
		await until(() => client.api.jobs().every(({ status }) => status === 'COMPLETED'));
		expect([client.api.maxRunning(), client.api.maxInFlight()]).toEqual([2, 3]);
		expect((await client.get('/health')).json).toMatchObject({ jobs: { completed: 3 } });
	});

	it('initialize before the first job, stay warm for the next, and go cold after a while', async () => {
		const client = await openQueue({
			coldStartMs: 100_000,
			idleTimeoutMs: 150_000,
			timeFactor: 0.01,
		});
		const first = await client.submit();
		expect(await client.workers()).toMatchObject({ initializing: 1, running: 0 });
		const cold = await client.statusWhen(first, 'COMPLETED');
		expect(cold.delayTime).toBeGreaterThanOrEqual(990);
		const warm = await client.statusWhen(await client.submit(), 'COMPLETED');
		expect(warm.workerId).toBe(cold.workerId);
		expect(warm.delayTime).toBeLessThan(990);
		expect(await client.workers()).toMatchObject({ idle: 1, ready: 1 });
		await until(async () => {
			const { idle, ready } = await client.workers();
			return idle === 0 && ready === 0;
		});
		const coldAgain = await client.statusWhen(await client.submit(), 'COMPLETED');
		expect(coldAgain.delayTime).toBeGreaterThanOrEqual(990);
		expect(coldAgain.workerId).not.toBe(cold.workerId);
	});

	it.each(['throttled', 'unhealthy', 'initializing'] as const)(
		'start nothing while they are %s, and health says so',
		async (stall) => {
			const client = await openQueue({ workersMax: 2 });
			client.api.setWorkers({ stall });
			const id = await client.submit();
			expect(await client.workers()).toMatchObject({ idle: 0, running: 0, [stall]: 2 });
			expect((await client.status(id)).json).toEqual({ id, status: 'IN_QUEUE' });
			client.api.setWorkers({ stall: 'none' });
			await client.statusWhen(id, 'COMPLETED');
			expect(await client.workers()).toMatchObject({ [stall]: 0 });
		},
	);

	it('start nothing when there may be none', async () => {
		const client = await openQueue({ workersMax: 0 });
		const id = await client.submit();
		expect((await client.status(id)).json.status).toBe('IN_QUEUE');
		client.api.setWorkers({ max: 1 });
		await client.statusWhen(id, 'COMPLETED');
		client.api.setWorkers({ max: 0 });
		expect(await client.workers()).toMatchObject({ idle: 0, running: 0 });
	});

	it('are not woken by a job of low priority, which takes a warm one', async () => {
		const client = await openQueue();
		const low = await client.submit({ prompt: 'low' }, { policy: { lowPriority: true } });
		expect(await client.workers()).toMatchObject({ initializing: 0, idle: 0, running: 0 });
		const normal = await client.submit({ prompt: 'normal' });
		await client.statusWhen(low, 'COMPLETED');
		await client.statusWhen(normal, 'COMPLETED');
	});
});

describe('close', () => {
	it('aborts running handlers and waits for them to clean up', async () => {
		const events: string[] = [];
		const client = await openQueue({
			handler: ({ signal }) =>
				new Promise((resolve) => {
					signal.addEventListener('abort', () => {
						events.push('aborted');
						setTimeout(() => {
							events.push('cleaned up');
							resolve(undefined);
						}, 50);
					});
				}),
		});
		await client.statusWhen(await client.submit(), 'IN_PROGRESS');
		await client.api.close();
		expect(events).toEqual(['aborted', 'cleaned up']);
	});

	it('starts none of the jobs that wait', async () => {
		let started = 0;
		const client = await openQueue({
			handler: ({ signal }) =>
				new Promise((resolve) => {
					started += 1;
					signal.addEventListener('abort', resolve);
				}),
		});
		await client.statusWhen(await client.submit(), 'IN_PROGRESS');
		await client.submit();
		await client.api.close();
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect(started).toBe(1);
	});

	it('ends requests that wait, and frees the port', async () => {
		const client = await openQueue({ workersMax: 0 });
		const waiting = client.post('/runsync', { input: { prompt: 'x' } }).then(
			() => 'answered',
			() => 'cut',
		);
		await until(() => client.api.jobs().length === 1);
		await client.api.close();
		expect(await waiting).toBe('cut');
		await expect(client.get('/health')).rejects.toThrow();
	});
});
