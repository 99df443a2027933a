import { afterEach, describe, expect, it } from '@jest/globals';
import { generateForm, startRig, type Rig } from '../../engine/rig';
import { startStoredRig } from '../../engine/storedRig';

let rig: Rig | undefined;

afterEach(async () => {
	await rig?.close();
	rig = undefined;
});

const form = { ...generateForm, waitingOptions: { timeoutMinutes: 0.04 } };

describe('a job that no worker takes ends at the deadline, with the reason and the remedy', () => {
	it.each<['noWorkers' | 'throttled' | 'unhealthy' | 'initializing', RegExp, RegExp]>([
		['noWorkers', /has no workers/, /Max Workers/],
		['throttled', /no free GPU .*throttled/, /more kinds of GPU/],
		['unhealthy', /crash \(unhealthy\)/, /log of a worker/],
		['initializing', /still starting/, /raise Timeout/],
	])('%s', async (stall, message, description) => {
		const started = await startRig('lazy', { workersMax: 1 });
		rig = started;
		started.queue.setWorkers(stall === 'noWorkers' ? { max: 0 } : { stall });

		const { failed } = await started.run(form, { onError: 'continueErrorOutput' });
		const { error } = await started.run(form);

		expect(error?.message).toMatch(/was not finished after 2\.4 s \(still waiting for a worker: /);
		expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(/^The job was cancelled on RunPod\. /);
		expect(error?.description).toMatch(description);
		expect(failed[0]?.json.details).toMatchObject({ queue_reason: stall, status: 'IN_QUEUE' });
		expect(started.queue.jobs().map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
		expect(started.queue.calls('health').length).toBeLessThanOrEqual(2);
	});

	it('busy', async () => {
		const started = await startRig('lazy', { workersMax: 1 });
		rig = started;
		started.queue.script({ kind: 'never' });
		await started.run(
			{ ...generateForm, waitForCompletion: false },
			{ items: [{ avatar: 'first' }] },
		);

		const { error } = await started.run(form, { items: [{ avatar: 'second' }] });

		expect(error?.message).toMatch(/still waiting for a worker: all workers are busy/);
		expect(error?.description).toMatch(/Raise Max Workers/);
		expect(started.queue.jobs().map(({ status }) => status)).toEqual(['IN_PROGRESS', 'CANCELLED']);
	});
});

it('a worker that starts over again and again is given up', async () => {
	const started = await startRig('lazy', { workersMax: 1, runMs: 1200 });
	rig = started;
	started.queue.script({ kind: 'restarts', times: 9 });

	const { error } = await started.run({ ...generateForm, limits: { maxRestarts: 1 } });

	expect(error?.message).toMatch(/was started over 2 times/);
	expect(error?.description).toMatch(/cancelled on RunPod.*log.*Max Restarts/);
	expect(started.queue.calls('cancel')).toHaveLength(1);
});

it('a result that RunPod forgot before it was asked for is recovered from MinIO', async () => {
	const started = await startStoredRig({ retentionMs: 1000, runMs: 1500 });
	rig = started;

	const { error, success } = await started.run({
		...generateForm,
		waitingOptions: { pollIntervalSeconds: 3 },
	});

	expect(error).toBeUndefined();
	expect(success[0]?.json).toMatchObject({
		status: 'COMPLETED',
		minio_key: 'user-avatars/user_1/avatar_1/idle.mp4',
		thumbnail_key: 'user-avatars/user_1/avatar_1/thumb.jpg',
	});
	expect(started.queue.calls('run')).toHaveLength(1);
});
