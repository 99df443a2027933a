import { afterEach, describe, expect, it } from '@jest/globals';
import type { WorkerHandler } from '../../../standin/queue/jobs/workerHandler';
import { closeQueues, Gate, openQueue, until } from './queueClient';

afterEach(closeQueues);

const output = { minio_key: 'a.mp4', fps: 24 };

/** Holds every job until the gate is open. */
function gated(gate: Gate, answer: unknown = output): WorkerHandler {
	return async () => {
		await gate.opened;
		return answer;
	};
}

describe('a job', () => {
	it('goes from the queue over the worker to its output', async () => {
		const gate = new Gate();
		const client = await openQueue({ handler: gated(gate), workersMax: 0 });
		const id = await client.submit({ prompt: 'wave' });
		expect((await client.status(id)).json).toEqual({ id, status: 'IN_QUEUE' });

		client.api.setWorkers({ max: 1 });
		const running = await client.statusWhen(id, 'IN_PROGRESS');
		expect(running).toEqual({
			id,
			status: 'IN_PROGRESS',
			delayTime: expect.any(Number),
			workerId: expect.stringMatching(/^[a-z0-9]{14}$/),
		});

		gate.open();
		expect(await client.statusWhen(id, 'COMPLETED')).toEqual({
			...running,
			status: 'COMPLETED',
			executionTime: expect.any(Number),
			output,
		});
		expect((await client.post(`/status/${id}`)).json.status).toBe('COMPLETED');
	});

	it('hands its id and its input to the handler', async () => {
		const seen: unknown[] = [];
		const client = await openQueue({
			handler: ({ id, input }) => {
				seen.push({ id, input });
				return Promise.resolve(output);
			},
		});
		const id = await client.submit({ user_id: 'u', avatar_id: 'a' });
		await client.statusWhen(id, 'COMPLETED');
		expect(seen).toEqual([{ id, input: { user_id: 'u', avatar_id: 'a' } }]);
	});

	it('shows its progress as output while it runs', async () => {
		const gate = new Gate();
		const client = await openQueue({
			handler: async ({ reportProgress }) => {
				reportProgress({ progress: '4/10' });
				await gate.opened;
				return undefined;
			},
		});
		const id = await client.submit();
		await client.statusWhen(id, 'IN_PROGRESS');
		const running = (await client.status(id)).json;
		expect(running).toMatchObject({
			output: { progress: '4/10' },
			executionTime: expect.any(Number),
		});
		gate.open();
		expect(await client.statusWhen(id, 'COMPLETED')).not.toHaveProperty('output');
	});

	it.each([
		['undefined', undefined],
		['an empty object', {}],
		['only a worker flag', { refresh_worker: true }],
	])('whose handler answers %s has no output', async (_, answer) => {
		const client = await openQueue({ handler: () => Promise.resolve(answer) });
		const id = await client.submit();
		expect(await client.statusWhen(id, 'COMPLETED')).not.toHaveProperty('output');
	});

	it('whose handler answers with an error is FAILED and keeps the other fields', async () => {
		const answer = { error: 'no face found', error_code: 'NO_FACE' };
		const client = await openQueue({ handler: () => Promise.resolve(answer) });
		const id = await client.submit();
		expect(await client.statusWhen(id, 'FAILED')).toMatchObject({
			error: 'no face found',
			output: { error_code: 'NO_FACE' },
		});
	});

	it('whose handler throws is FAILED with the error as JSON text', async () => {
		const client = await openQueue({
			handler: () => Promise.reject(new RangeError('out of memory')),
		});
		const id = await client.submit();
		const { error, workerId } = await client.statusWhen(id, 'FAILED');
		expect(JSON.parse(String(error))).toMatchObject({
			error_type: "<class 'RangeError'>",
			error_message: 'out of memory',
			error_traceback: expect.stringContaining('RangeError: out of memory'),
			worker_id: workerId,
		});
	});

	it('runs at least its run time', async () => {
		const client = await openQueue({ runMs: 20_000, timeFactor: 0.01 });
		const id = await client.submit();
		const { executionTime } = await client.statusWhen(id, 'COMPLETED');
		expect(executionTime).toBeGreaterThanOrEqual(195);
	});

	it('is forgotten some time after its end', async () => {
		const client = await openQueue({ retentionMs: 300 });
		const id = await client.submit();
		await client.untilGone(id);
		expect(client.api.jobs()).toMatchObject([
			{ id, status: 'COMPLETED', output: { minio_key: 'a.mp4' } },
		]);
	});

	it('is deleted when the ttl given to /status is over, even while it runs', async () => {
		const aborted = new Gate();
		const client = await openQueue({
			handler: ({ signal }) =>
				new Promise(() => {
					signal.addEventListener('abort', aborted.open);
				}),
		});
		const id = await client.submit();
		await client.statusWhen(id, 'IN_PROGRESS');
		expect((await client.get(`/status/${id}?ttl=0`)).status).toBe(400);
		expect((await client.get(`/status/${id}?ttl=50`)).status).toBe(200);
		await client.untilGone(id);
		await aborted.opened;
	});

	it('fails when it runs longer than the endpoint allows', async () => {
		const aborted = new Gate();
		const client = await openQueue({
			executionTimeoutMs: 100,
			handler: ({ signal }) =>
				new Promise(() => {
					signal.addEventListener('abort', aborted.open);
				}),
		});
		const id = await client.submit();
		const { error, executionTime } = await client.statusWhen(id, 'FAILED');
		expect(error).toBe('executionTimeout exceeded');
		expect(executionTime).toBeGreaterThanOrEqual(95);
		await aborted.opened;
	});
});

describe('POST /runsync', () => {
	it('answers with the result, under an id of its own kind', async () => {
		const client = await openQueue();
		const { json } = await client.post('/runsync', { input: { prompt: 'x' } });
		expect(json).toMatchObject({ status: 'COMPLETED', output: { minio_key: 'a.mp4' } });
		expect(json.id).toMatch(/^sync-/);
	});

	it('answers with the state when the wait is over', async () => {
		const client = await openQueue();
		client.api.script({ kind: 'never' });
		const { json } = await client.post('/runsync?wait=1000', { input: { prompt: 'x' } });
		expect(json.status).toBe('IN_PROGRESS');
	});

	it.each(['999', '300001', 'long'])('refuses to wait %s', async (wait) => {
		const client = await openQueue();
		const reply = await client.post(`/runsync?wait=${wait}`, { input: { prompt: 'x' } });
		expect(reply.status).toBe(400);
		expect(client.api.jobs()).toEqual([]);
	});
});

it.each(['GET', 'POST'])('%s /status-sync says no more than the wait allows', async (method) => {
	const client = await openQueue({ workersMax: 0 });
	const id = await client.submit();
	const waited = await client.send(method, `/status-sync/${id}?wait=1000`);
	expect(waited.json).toEqual({ id, status: 'IN_QUEUE' });
	expect((await client.get(`/status-sync/${id}?wait=999`)).status).toBe(400);
});

describe('GET /stream', () => {
	it('hands out each chunk of a streaming handler once', async () => {
		const gate = new Gate();
		async function* frames(): AsyncGenerator {
			yield { frame: 1 };
			yield { frame: 2 };
			await gate.opened;
			yield { frame: 3 };
		}
		const client = await openQueue({ handler: () => Promise.resolve(frames()) });
		const id = await client.submit();
		const streamed: unknown[] = [];
		const fetchUntil = (count: number): Promise<void> =>
			until(async () => {
				const { stream } = (await client.get(`/stream/${id}?wait=1000`)).json;
				const chunks: unknown[] = Array.isArray(stream) ? stream : [];
				streamed.push(...chunks);
				return streamed.length >= count;
			});
		await fetchUntil(2);
		gate.open();
		await fetchUntil(3);
		expect(streamed).toEqual([1, 2, 3].map((frame) => ({ output: { frame } })));
		await client.statusWhen(id, 'COMPLETED');
		expect((await client.get(`/stream/${id}`)).json).toEqual({ status: 'COMPLETED', stream: [] });
	});

	it('answers empty when the wait is over', async () => {
		const client = await openQueue({ workersMax: 0 });
		const id = await client.submit();
		const { json } = await client.get(`/stream/${id}?wait=1000`);
		expect(json).toEqual({ status: 'IN_QUEUE', stream: [] });
	});
});

describe('POST /cancel', () => {
	it('takes a waiting job out of the queue', async () => {
		const client = await openQueue({ workersMax: 0 });
		const id = await client.submit();
		expect((await client.post(`/cancel/${id}`)).json).toEqual({ id, status: 'CANCELLED' });
		expect((await client.status(id)).json).toEqual({ id, status: 'CANCELLED' });
		expect((await client.get('/health')).json).toMatchObject({ jobs: { inQueue: 0 } });
	});

	it('aborts a running job, and its handler can change nothing any more', async () => {
		const [gate, done] = [new Gate(), new Gate()];
		const aborts: boolean[] = [];
		const client = await openQueue({
			handler: async ({ signal, reportProgress }) => {
				await gate.opened;
				aborts.push(signal.aborted);
				reportProgress('late');
				setImmediate(done.open);
				return output;
			},
		});
		const id = await client.submit();
		await client.statusWhen(id, 'IN_PROGRESS');
		await client.post(`/cancel/${id}`);
		gate.open();
		await done.opened;
		expect(aborts).toEqual([true]);
		expect((await client.status(id)).json).toEqual({ id, status: 'CANCELLED' });
		expect(client.api.jobs()[0]).not.toHaveProperty('output');
	});

	it('leaves a job that has ended as it is', async () => {
		const client = await openQueue();
		const id = await client.submit();
		await client.statusWhen(id, 'COMPLETED');
		expect((await client.post(`/cancel/${id}`)).json).toEqual({ id, status: 'COMPLETED' });
		expect((await client.status(id)).json).toHaveProperty('output');
	});
});

describe('POST /retry', () => {
	it('queues a failed job again under its id', async () => {
		const client = await openQueue();
		client.api.script({ kind: 'failed', error: 'bad luck', output: { step: 3 }, times: 1 });
		const id = await client.submit();
		await client.statusWhen(id, 'FAILED');
		expect((await client.post(`/retry/${id}`)).json).toEqual({ id, status: 'IN_QUEUE' });
		const completed = await client.statusWhen(id, 'COMPLETED');
		expect(completed).toHaveProperty('output', { minio_key: 'a.mp4' });
		expect(completed).not.toHaveProperty('error');
	});

	it('refuses a job that has not failed', async () => {
		const client = await openQueue();
		const id = await client.submit();
		await client.statusWhen(id, 'COMPLETED');
		expect((await client.post(`/retry/${id}`)).status).toBe(400);
	});
});

describe('POST /purge-queue', () => {
	it('deletes the waiting jobs and leaves the running one', async () => {
		const gate = new Gate();
		const client = await openQueue({ handler: gated(gate) });
		const running = await client.submit();
		await client.statusWhen(running, 'IN_PROGRESS');
		const waiting = [await client.submit(), await client.submit()];
		expect((await client.post('/purge-queue')).json).toEqual({ removed: 2, status: 'completed' });
		for (const id of waiting) expect((await client.status(id)).status).toBe(404);
		gate.open();
		await client.statusWhen(running, 'COMPLETED');
	});
});
