import { afterEach, describe, expect, it } from '@jest/globals';
import { fieldNamed, hexError, hugeNumber, otherJob } from '../../../standin/queue/oddAnswers';
import { closeQueues, openQueue, until, type QueueClient } from './queueClient';

afterEach(closeQueues);

describe('an odd status answer', () => {
	it('is that of another job', async () => {
		const { client, id } = await openWithCompleted();
		client.api.fault({ route: 'status', jobId: id, ...otherJob });
		const { json } = await client.status(id);
		expect(json).toMatchObject({ status: 'COMPLETED', output: { minio_key: 'a.mp4' } });
		expect(json.id).not.toBe(id);
	});

	it.each(['constructor', '__proto__'] as const)('has a field named %s', async (name) => {
		const { client, id } = await openWithCompleted();
		client.api.fault({ route: 'status', ...fieldNamed(name) });
		const { text, json } = await client.status(id);
		expect(text).toContain(`"${name}":{"polluted":true}`);
		expect(Object.hasOwn(outputOf(json), name)).toBe(true);
	});

	it('has a number that is too large', async () => {
		const { client, id } = await openWithCompleted();
		client.api.fault({ route: 'status', ...hugeNumber });
		const { text, json } = await client.status(id);
		expect(text).toContain('"seed":1e400');
		expect(json.output).toEqual({ minio_key: 'a.mp4', seed: Infinity });
	});

	it('has an error of many bytes', async () => {
		const client = await openQueue();
		client.api.script({ kind: 'failed', error: 'say "no"' });
		const id = await client.submit();
		await client.statusWhen(id, 'FAILED');
		client.api.fault({ route: 'status', ...hexError(20_000_000) });
		const { json } = await client.status(id);
		expect(json).toMatchObject({ id, status: 'FAILED' });
		expect(String(json.error)).toHaveLength(20_000_000);
	});
});

describe('a cancel', () => {
	it('leaves a COMPLETED job, or makes it CANCELLED and takes its output', async () => {
		const { client, id } = await openWithCompleted();
		expect((await client.post(`/cancel/${id}`)).json).toEqual({ id, status: 'COMPLETED' });
		client.api.setCancels({ endsCompleted: true });
		expect((await client.post(`/cancel/${id}`)).json).toEqual({ id, status: 'CANCELLED' });
		expect((await client.status(id)).json).toEqual({ id, status: 'CANCELLED' });
	});

	it('can be followed by a worker that runs on and uploads late', async () => {
		const uploads: string[] = [];
		let wasAborted: boolean | undefined;
		const client = await openQueue({
			runMs: 60_000,
			handler: ({ id, signal }) => {
				uploads.push(id);
				wasAborted = signal.aborted;
				return Promise.resolve('done');
			},
		});
		client.api.setCancels({ uploadsLateMs: 200 });
		const id = await client.submit();
		await client.statusWhen(id, 'IN_PROGRESS');
		await client.post(`/cancel/${id}`);
		const cancelledMs = performance.now();
		expect((await client.status(id)).json.status).toBe('CANCELLED');
		expect(uploads).toEqual([]);
		await until(() => uploads.length > 0);
		expect(performance.now() - cancelledMs).toBeGreaterThan(150);
		expect([uploads, wasAborted]).toEqual([[id], false]);
		expect((await client.status(id)).json).toEqual({ id, status: 'CANCELLED' });
	});

	it('that nobody sends lets such a worker end as any other', async () => {
		const client = await openQueue({ runMs: 50, handler: () => Promise.resolve('done') });
		client.api.setCancels({ uploadsLateMs: 200 });
		const completed = await client.statusWhen(await client.submit(), 'COMPLETED');
		expect(completed.output).toBe('done');
	});
});

it('a progress that comes after the end shows the job as running, without its result', async () => {
	const client = await openQueue();
	const progress = { progress: '9/10' };
	client.api.script({ kind: 'lateProgress', afterMs: 200, progress, times: 1 });
	const id = await client.submit();
	await client.statusWhen(id, 'COMPLETED');
	const late = await client.statusWhen(id, 'IN_PROGRESS');
	expect(late).toMatchObject({ id, output: progress, executionTime: expect.any(Number) });
	// Its worker is free all the same.
	expect((await client.get('/health')).json.jobs).toMatchObject({ completed: 1, inProgress: 0 });
	await client.statusWhen(await client.submit(), 'COMPLETED');
});

function outputOf({ output }: Record<string, unknown>): object {
	return typeof output === 'object' && output !== null ? output : {};
}

async function openWithCompleted(): Promise<{ client: QueueClient; id: string }> {
	const client = await openQueue();
	const id = await client.submit();
	await client.statusWhen(id, 'COMPLETED');
	return { client, id };
}
