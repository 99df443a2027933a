import { afterEach, describe, expect, it } from '@jest/globals';
import { closeQueues, Gate, openQueue, until } from './queueClient';

afterEach(closeQueues);

const input = { prompt: 'wave' };

describe('a scripted HTTP fault', () => {
	it('answers the next request once, without its taking effect', async () => {
		const client = await openQueue();
		client.api.fault({
			route: 'run',
			kind: 'answer',
			status: 503,
			headers: { 'Retry-After': '7' },
			body: '{"error":"busy"}',
		});
		const reply = await client.post('/run', { input });
		expect([reply.status, reply.text]).toEqual([503, '{"error":"busy"}']);
		expect(reply.headers.get('retry-after')).toBe('7');
		expect(reply.headers.get('content-type')).toBe('application/json');
		expect(client.api.jobs()).toEqual([]);
		expect((await client.post('/run', { input })).status).toBe(200);
		expect(client.api.calls('run').map(({ status }) => status)).toEqual([503, 200]);
	});

	it('speaks as the service does when no body is given', async () => {
		const client = await openQueue();
		for (const status of [524, 429, 404]) {
			client.api.fault({ route: 'health', kind: 'answer', status });
		}
		const [edge, limit, missing] = [
			await client.get('/health'),
			await client.get('/health'),
			await client.get('/health'),
		];
		expect(edge.status).toBe(524);
		expect(edge.headers.get('content-type')).toContain('text/html');
		expect([limit.status, limit.text]).toEqual([429, '']);
		expect(missing.json).toMatchObject({ status: 404, title: 'Not Found' });
	});

	it('lets the first requests through, then hits as often as told', async () => {
		const client = await openQueue();
		client.api.fault({ route: 'health', kind: 'answer', status: 502, after: 1, times: 2 });
		const statuses = [];
		for (let sent = 0; sent < 4; sent++) statuses.push((await client.get('/health')).status);
		expect(statuses).toEqual([200, 502, 502, 200]);
	});

	it('can be meant for one job', async () => {
		const client = await openQueue();
		const [one, two] = [await client.submit(), await client.submit()];
		client.api.fault({ route: 'status', jobId: two, kind: 'answer', status: 404 });
		expect((await client.status(one)).status).toBe(200);
		expect((await client.status(two)).status).toBe(404);
		expect((await client.status(two)).status).toBe(200);
	});

	it('can cut the connection, and the job is not submitted', async () => {
		const client = await openQueue();
		client.api.fault({ route: 'run', kind: 'cut' });
		await expect(client.post('/run', { input })).rejects.toThrow('fetch failed');
		expect(client.api.jobs()).toEqual([]);
		expect(client.api.calls('run')).toMatchObject([{ body: { input }, status: 0 }]);
	});

	it.each([{ kind: 'cut' }, { kind: 'answer', status: 504 }] as const)(
		'can hide that the job was submitted and runs: $kind',
		async (kind) => {
			const client = await openQueue();
			client.api.fault({ route: 'run', accept: true, ...kind });
			const outcome = await client.post('/run', { input }).then(
				({ status }) => status,
				() => 'cut',
			);
			expect(outcome).toBe(kind.kind === 'cut' ? 'cut' : 504);
			await until(() => client.api.jobs()[0]?.status === 'COMPLETED');
			expect(client.api.jobs()).toHaveLength(1);
		},
	);

	it('can leave a request without an answer until the caller gives up', async () => {
		const client = await openQueue();
		client.api.fault({ route: 'health', kind: 'hang' });
		const abort = new AbortController();
		const hanging = fetch(`${client.api.baseUrl}/${client.api.endpointId}/health`, {
			headers: { authorization: client.api.apiKey },
			signal: abort.signal,
		}).then(
			() => 'answered',
			() => 'given up',
		);
		await until(() => client.api.calls('health').length === 1);
		abort.abort();
		expect(await hanging).toBe('given up');
		expect(client.api.calls('health')[0]?.status).toBe(0);
	});
});

describe('a scripted outcome', () => {
	it('decides only for the inputs that match', async () => {
		const client = await openQueue();
		client.api.script({ kind: 'failed', error: 'no', when: ({ prompt }) => prompt === 'bad' });
		const [good, bad] = [await client.submit(), await client.submit({ prompt: 'bad' })];
		expect(await client.statusWhen(good, 'COMPLETED')).not.toHaveProperty('error');
		expect(await client.statusWhen(bad, 'FAILED')).toHaveProperty('error', 'no');
		const badAgain = await client.submit({ prompt: 'bad' });
		await client.statusWhen(badAgain, 'FAILED');
	});

	it('holds for as many jobs as told', async () => {
		const client = await openQueue();
		client.api.script({ kind: 'timedOut', times: 1 });
		const [first, second] = [await client.submit(), await client.submit()];
		const timedOut = await client.statusWhen(first, 'TIMED_OUT');
		expect(timedOut).not.toHaveProperty('error');
		await client.statusWhen(second, 'COMPLETED');
		expect((await client.get('/health')).json).toMatchObject({
			jobs: { completed: 1, failed: 1 },
		});
	});

	it('fails a job with an object as JSON text, and with what else it put out', async () => {
		const client = await openQueue();
		const error = { error_type: 'CudaError', error_message: 'out of memory' };
		client.api.script({ kind: 'failed', error, output: { step: 3 } });
		const failed = await client.statusWhen(await client.submit(), 'FAILED');
		expect(failed).toMatchObject({ error: JSON.stringify(error), output: { step: 3 } });
	});

	it('ends a job as the execution timeout does', async () => {
		const client = await openQueue();
		client.api.script({ kind: 'executionTimeout' });
		const failed = await client.statusWhen(await client.submit(), 'FAILED');
		expect(failed.error).toBe('executionTimeout exceeded');
	});

	it('cancels a job', async () => {
		const client = await openQueue();
		client.api.script({ kind: 'cancelled' });
		await client.statusWhen(await client.submit(), 'CANCELLED');
	});

	it('loses a job whose work was done', async () => {
		let worked = 0;
		const client = await openQueue({
			handler: () => {
				worked += 1;
				return Promise.resolve('done');
			},
		});
		client.api.script({ kind: 'lost' });
		const id = await client.submit();
		await client.untilGone(id);
		expect(worked).toBe(1);
		expect(client.api.jobs()).toMatchObject([{ id, status: 'COMPLETED', output: 'done' }]);
	});

	it('loses the output of a job whose work was done', async () => {
		let worked = 0;
		const client = await openQueue({
			handler: () => {
				worked += 1;
				return Promise.resolve('done');
			},
		});
		client.api.script({ kind: 'completedWithoutOutput' });
		const completed = await client.statusWhen(await client.submit(), 'COMPLETED');
		expect(completed).not.toHaveProperty('output');
		expect(worked).toBe(1);
	});

	it('gives an output without asking the handler', async () => {
		const client = await openQueue({ handler: () => Promise.reject(new Error('asked')) });
		client.api.script({ kind: 'output', output: { video_url: 'https://x/v.mp4' } });
		const completed = await client.statusWhen(await client.submit(), 'COMPLETED');
		expect(completed.output).toEqual({ video_url: 'https://x/v.mp4' });
	});

	it('changes the output of the handler, and leaves its failure', async () => {
		let isBroken = false;
		const client = await openQueue({
			handler: () => (isBroken ? Promise.resolve({ error: 'broken' }) : Promise.resolve([1])),
		});
		client.api.script({ kind: 'mapOutput', map: (output) => ({ wrapped: output }) });
		const completed = await client.statusWhen(await client.submit(), 'COMPLETED');
		expect(completed.output).toEqual({ wrapped: [1] });
		isBroken = true;
		const failed = await client.statusWhen(await client.submit(), 'FAILED');
		expect(failed.error).toBe('broken');
	});

	it('restarts a job on new workers, and its delay grows', async () => {
		let asked = 0;
		const gate = new Gate();
		const client = await openQueue({
			runMs: 100,
			handler: async () => {
				asked += 1;
				await gate.opened;
				return 'done';
			},
		});
		client.api.script({ kind: 'restarts', times: 2 });
		const id = await client.submit();
		const { workerId } = await client.statusWhen(id, 'IN_PROGRESS');
		gate.open();
		const completed = await client.statusWhen(id, 'COMPLETED');
		expect(completed).toMatchObject({ retries: 2, output: 'done' });
		expect(completed.delayTime).toBeGreaterThanOrEqual(190);
		expect(completed.workerId).not.toBe(workerId);
		expect(asked).toBe(3);
		expect((await client.get('/health')).json).toMatchObject({ jobs: { retried: 2 } });
	});

	it('keeps a job running until it is cancelled', async () => {
		const client = await openQueue();
		client.api.script({ kind: 'never', times: 1 });
		const [stuck, next] = [await client.submit(), await client.submit()];
		await client.statusWhen(stuck, 'IN_PROGRESS');
		expect((await client.status(next)).json.status).toBe('IN_QUEUE');
		await client.post(`/cancel/${stuck}`);
		await client.statusWhen(next, 'COMPLETED');
	});
});
