import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateForm, startRig, type Rig } from '../../engine/rig';
import { until } from '../../engine/storedRig';

let rig: Rig;

beforeAll(async () => {
	rig = await startRig('lazy', { workersMax: 6 });
	rig.queue.script({
		kind: 'failed',
		error: 'no face found',
		when: ({ avatar_id }) => avatar_id === 'fails',
	});
	rig.queue.script({ kind: 'never' });
});
beforeEach(() => {
	rig.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

const form = { ...generateForm, limits: { maxParallelJobs: 10 } };
const ten = Array.from({ length: 10 }, (_, i) => ({ avatar: `stop${String(i)}` }));

describe('Stop with ten jobs in flight, six running and four queued', () => {
	it.each([false, true])('cancels all ten within 2 s (Retry On Fail: %s)', async (retryOnFail) => {
		const stop = new AbortController();
		const node = { retryOnFail, maxTries: 3, waitBetweenTries: 10 };
		let settledAtMs = 0;
		const running = rig.run(form, { items: ten, node, signal: stop.signal });
		void running.then(() => {
			settledAtMs = Date.now();
		});
		await until('all are submitted', () => rig.queue.calls('run').length === 10);
		await delay(1500);

		const stoppedAtMs = Date.now();
		stop.abort();
		await running;
		await until('all are cancelled', () => rig.queue.calls('cancel').length === 10);

		const cancelledAtMs = Math.max(...rig.queue.calls('cancel').map(({ at }) => at));
		expect(cancelledAtMs - stoppedAtMs).toBeLessThan(2000);
		expect(settledAtMs).toBeGreaterThan(0);
		await delay(300);
		expect(rig.queue.calls('run')).toHaveLength(10);
		const ours = rig.queue.jobs().slice(-10);
		expect(ours.map(({ status }) => status)).toEqual(ten.map(() => 'CANCELLED'));
	});

	it('cancels what an automatic number has sent, and sends no more', async () => {
		const stop = new AbortController();
		const running = rig.run(generateForm, { items: ten, signal: stop.signal });
		await until('the endpoint has its jobs', () => rig.queue.calls('run').length >= 7);
		stop.abort();
		await running;
		const sent = rig.queue.calls('run').length;
		await until('all are cancelled', () => rig.queue.calls('cancel').length === sent);

		await delay(1500);
		expect(rig.queue.calls('run')).toHaveLength(sent);
		const ours = rig.queue.jobs().slice(-sent);
		expect(ours.map(({ status }) => status)).toEqual(ours.map(() => 'CANCELLED'));
	});

	it("says what became of the job, and that it may have been n8n's own timeout", async () => {
		const stop = new AbortController();
		const running = rig.run(form, { items: [{ avatar: 'told' }], signal: stop.signal });
		await until('it is submitted', () => rig.queue.calls('run').length === 1);
		stop.abort();
		const { error } = await running;

		expect(error?.message).toMatch(
			/^The workflow was stopped or timed out while job \S+-u1 was not/,
		);
		expect(error?.description).toMatch(/^(The job was|Its cancel was) .* If nobody stopped it/);
		expect(error?.description).toMatch(
			/Timeout Workflow .* EXECUTIONS_TIMEOUT .* longer than Timeout/,
		);
	});

	it('before anything is submitted submits nothing', async () => {
		await rig.run(generateForm, { items: ten, signal: AbortSignal.abort() });
		await delay(300);

		expect(rig.queue.calls('run')).toEqual([]);
	});
});

describe('an item that fails', () => {
	it('ends the run: what waits is cancelled, what runs is left, and the error names every job', async () => {
		const items = [{ avatar: 'fails' }, ...ten.slice(1)];

		const { error } = await rig.run(form, { items });

		expect(error?.message).toMatch(/failed on the worker: no face found/);
		const lines = error?.description?.split('\n') ?? [];
		const count = (words: RegExp) => lines.filter((line) => words.test(line)).length;
		const goOn = count(/^Item \d+: job \S+ goes on; its video will be stored as user-avatars/);
		const cancelled = count(/^Item \d+: job \S+ was cancelled while it waited/);
		expect(goOn + cancelled).toBe(9);
		expect(goOn).toBeGreaterThanOrEqual(5);
		expect(rig.queue.calls('cancel')).toHaveLength(cancelled);
	});
});
