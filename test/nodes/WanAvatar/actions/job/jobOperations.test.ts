import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IDataObject } from 'n8n-workflow';
import { generateForm } from '../../engine/rig';
import { BUCKET, startStoredRig, until, type StoredRig } from '../../engine/storedRig';

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
beforeEach(() => {
	rig.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

const job = (operation: string, more: object = {}) => ({ resource: 'job', operation, ...more });

async function submitted(avatar: string): Promise<IDataObject> {
	const form = { ...generateForm, waitForCompletion: false };
	const { success } = await rig.run(form, { items: [{ avatar }] });
	return success[0]?.json ?? {};
}

function idOf(reference: IDataObject | undefined): string {
	return typeof reference?.job_id === 'string' ? reference.job_id : 'no job';
}

describe('Wait for Completion', () => {
	it('takes an item of Generate as it is, and gives the finished video', async () => {
		const reference = await submitted('wait');

		const { success } = await rig.run(job('wait'), { items: [reference] });

		expect(success[0]?.json).toMatchObject({
			job_id: reference.job_id,
			status: 'COMPLETED',
			avatar_id: 'wait',
			video_url: expect.stringContaining('X-Amz-Signature'),
		});
		expect(rig.queue.calls('run')).toHaveLength(1);
	});

	it('follows the jobs of many items together', async () => {
		const references = [
			await submitted('wait1'),
			await submitted('wait2'),
			await submitted('wait3'),
		];
		const startMs = Date.now();

		const { success } = await rig.run(job('wait'), { items: references });

		expect(success.map(({ json }) => json.avatar_id)).toEqual(['wait1', 'wait2', 'wait3']);
		expect(Date.now() - startMs).toBeLessThan(2500);
	});

	it('fails with the words of Generate, and cancels at the deadline', async () => {
		rig.queue.script({ kind: 'never', when: ({ avatar_id }) => avatar_id === 'waitSlow' });
		const reference = await submitted('waitSlow');

		const { error } = await rig.run(job('wait', { waitingOptions: { timeoutMinutes: 0.02 } }), {
			items: [reference],
		});

		expect(error?.message).toMatch(/was not finished after 1\.2 s/);
		expect(rig.queue.calls('cancel')).toHaveLength(1);
	});
});

describe('Get Status', () => {
	it.each<[string, Parameters<StoredRig['queue']['script']>[0], string]>([
		['failed', { kind: 'failed', error: 'no face' }, 'FAILED'],
		['cancelled', { kind: 'cancelled' }, 'CANCELLED'],
		['timed out', { kind: 'timedOut' }, 'TIMED_OUT'],
		['without a video', { kind: 'completedWithoutOutput' }, 'COMPLETED'],
		['running', { kind: 'never' }, 'IN_PROGRESS'],
	])('of a job that is %s is an item, not an error', async (what, outcome, status) => {
		const avatar = `status ${what}`;
		rig.queue.script({ ...outcome, when: ({ avatar_id }) => avatar_id === avatar });
		const reference = await submitted(avatar);
		await until('the job is there', () => rig.queue.jobs().at(-1)?.status === status);

		const { error, success } = await rig.run(job('getStatus'), { items: [reference] });

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({
			status,
			job_id: reference.job_id,
			user_id: 'user_1',
		});
		expect(Object.keys(success[0]?.json ?? {})).toEqual(Object.keys(reference));
	});

	it('of an unknown job is NOT_FOUND', async () => {
		const { success } = await rig.run(job('getStatus', { jobId: 'no-such-job-u1' }));

		expect(success[0]?.json).toMatchObject({
			status: 'NOT_FOUND',
			failure_reason: 'HTTP 404: job not found',
		});
	});

	it('of an unknown endpoint is an error', async () => {
		const items = [{ job_id: 'job-1', endpoint_id: 'gone' }];
		const { error } = await rig.run(job('getStatus'), { items });

		expect(error?.message).toMatch(/does not know the endpoint "gone"/);
		expect(error?.description).toMatch(/^Check the ID in Endpoint .* endpoint_id of the incoming/);
	});

	it('refuses what is no job ID before anything is sent', async () => {
		const { error } = await rig.run(job('getStatus', { jobId: 'a/../b' }));

		expect(error?.message).toMatch(/^Job ID must be the ID of a job/);
		expect(rig.queue.calls()).toEqual([]);
	});

	it.each([{}, { job_id: null }, { job_id: ' ' }])('says what is missing in %j', async (json) => {
		const { error } = await rig.run(job('getStatus', { jobId: '={{ $json.job_id }}' }), {
			items: [json],
		});

		expect(error?.message).toBe('Job ID is empty: give the job_id that Generate gave out');
	});

	it('recovers a result that RunPod has forgotten', async () => {
		const forgetting = await startStoredRig({ retentionMs: 1 });
		try {
			const form = { ...generateForm, waitForCompletion: false };
			const { success } = await forgetting.run(form);
			await until('the job has ended', () => forgetting.queue.jobs()[0]?.endedAt !== undefined);
			const aged = { ...success[0]?.json, submitted_at: '2026-01-01T00:00:00.000Z' };

			const status = await forgetting.run(job('getStatus'), { items: [aged] });

			expect(status.success[0]?.json).toMatchObject({
				status: 'COMPLETED',
				minio_key: 'user-avatars/user_1/avatar_1/idle.mp4',
			});
			expect(forgetting.store.keys(BUCKET, 'user-avatars/')).toContain(
				'user-avatars/user_1/avatar_1/idle.mp4.job.json',
			);
		} finally {
			await forgetting.close();
		}
	});
});

describe('Cancel and Retry', () => {
	it('Cancel stops a running job and says so', async () => {
		rig.queue.script({ kind: 'never', when: ({ avatar_id }) => avatar_id === 'cancel' });
		const reference = await submitted('cancel');

		const { success } = await rig.run(job('cancel'), { items: [reference] });

		expect(success[0]?.json).toMatchObject({
			job_id: reference.job_id,
			status: 'CANCELLED',
			avatar_id: 'cancel',
		});
	});

	it('Retry starts a failed job over, under the same ID', async () => {
		rig.queue.script({
			kind: 'failed',
			error: 'once',
			times: 1,
			when: ({ avatar_id }) => avatar_id === 'retry',
		});
		const reference = await submitted('retry');
		await until('it failed', () => rig.queue.jobs().at(-1)?.status === 'FAILED');

		const retried = await rig.run(job('retry'), { items: [reference] });
		expect(retried.success[0]?.json).toMatchObject({
			job_id: reference.job_id,
			status: 'IN_QUEUE',
		});

		const { success } = await rig.run(job('wait'), { items: [reference] });
		expect(success[0]?.json).toMatchObject({ job_id: reference.job_id, status: 'COMPLETED' });
	});

	it('Retry of a finished job is refused in plain words', async () => {
		const reference = await submitted('retryFinished');
		await until('it is finished', () => rig.queue.jobs().at(-1)?.status === 'COMPLETED');

		const { error } = await rig.run(job('retry'), { items: [reference] });

		expect(error?.message).toMatch(/does not start job \S+ over/);
		expect(error?.description).toMatch(/FAILED or TIMED_OUT/);
	});
});

describe('Retry is paid as a submit is', () => {
	async function failedJob(avatar: string): Promise<IDataObject> {
		const when = ({ avatar_id }: Readonly<Record<string, unknown>>) => avatar_id === avatar;
		rig.queue.script({ kind: 'failed', error: 'once', times: 1, when });
		const reference = await submitted(avatar);
		await until('it failed', () => rig.queue.jobs().at(-1)?.status === 'FAILED');
		return reference;
	}

	it.each([
		['a 502', { kind: 'answer', status: 502, body: 'bad gateway' }],
		['a connection that is cut', { kind: 'cut' }],
		['a page', { kind: 'answer', status: 200, body: '<html>Just a moment...</html>' }],
		['an empty answer', { kind: 'answer', status: 204, body: '' }],
	] as const)('and sent once, also after %s', async (what, fault) => {
		const first = await failedJob(`once ${what}`);
		const second = await failedJob(`once more ${what}`);
		rig.queue.fault({ route: 'retry', jobId: idOf(first), ...fault });

		const { success, failed } = await rig.run(job('retry'), {
			items: [first, second],
			onError: 'continueErrorOutput',
		});

		expect(success).toMatchObject([{ json: { job_id: second.job_id }, pairedItem: { item: 1 } }]);
		expect(failed).toMatchObject([
			{
				json: {
					error: expect.stringContaining(`not known whether job ${idOf(first)} was started over`),
					details: { job_id: first.job_id, code: 'SUBMIT_UNKNOWN' },
				},
				pairedItem: { item: 0 },
			},
		]);
		const sent = rig.queue.calls('retry').map(({ path }) => path.split('/').at(-1));
		expect(sent).toEqual([first.job_id, second.job_id]);
	});

	it('and not sent at all while a sibling is malformed; told to go on, only that one fails', async () => {
		const reference = await failedJob('beside');
		const items = [reference, { job_id: 'no id' }];

		const { error } = await rig.run(job('retry'), { items });
		expect(error?.message).toMatch(/^Job ID must be the ID of a job.* \[item 1\]/);
		expect(error?.description).toContain(
			`Item 0: nothing was done for it: job ${idOf(reference)} is as it was`,
		);
		expect(rig.queue.calls().filter(({ route }) => route !== 'run')).toEqual([]);

		const told = await rig.run(job('retry'), { items, onError: 'continueErrorOutput' });
		expect(told.success).toMatchObject([{ json: { job_id: reference.job_id } }]);
		expect(told.failed).toMatchObject([{ json: { details: { code: 'INVALID_INPUT' } } }]);
		expect(rig.queue.calls('retry')).toHaveLength(1);
	});

	it('and nothing more is sent after Stop, also not what RunPod put off, or after one that failed', async () => {
		const references = [await failedJob('stop 1'), await failedJob('stop 2')];
		rig.queue.fault({
			route: 'retry',
			kind: 'answer',
			status: 429,
			headers: { 'retry-after': '2' },
		});
		const stop = new AbortController();
		const node = { retryOnFail: true, maxTries: 3, waitBetweenTries: 10 };
		const running = rig.run(job('retry'), { items: references, node, signal: stop.signal });
		await until('the first is sent', () => rig.queue.calls('retry').length === 1);
		stop.abort();
		await running;
		await delay(3000);
		expect(rig.queue.calls('retry')).toHaveLength(1);

		rig.queue.fault({ route: 'retry', kind: 'answer', status: 400, body: '{}' });
		const { error } = await rig.run(job('retry'), { items: references });
		expect(rig.queue.calls('retry')).toHaveLength(2);
		expect(error?.description).toContain(
			`Item 1: nothing was done for it: job ${idOf(references[1])} is as it was`,
		);
	});
});
