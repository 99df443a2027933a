import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import type { Credentials } from '../../../demo/engine';
import { startStoredRig, until, type StoredRig } from '../WanAvatar/engine/storedRig';
import { callerOf } from './called';

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
afterEach(() => {
	rig.queue.clearFaults();
	rig.store.clearFaults();
});
afterAll(async () => {
	await rig.close();
});

let jobs = 0;

/** Submits a job, and waits for its end. */
async function endedJob(): Promise<string> {
	const { baseUrl, endpointId, apiKey } = rig.queue;
	const avatar_id = `avatar_${String(jobs++)}`;
	const input = {
		user_id: 'user_1',
		avatar_id,
		image_minio_path: 'input-avatars/jobs.png',
		driving_video_path: 'sitting-woman/video-conference-woman.mp4',
		output_video_key: `user-avatars/user_1/${avatar_id}/idle.mp4`,
	};
	const answer = await fetch(`${baseUrl}/${endpointId}/run`, {
		method: 'POST',
		headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		body: JSON.stringify({ input }),
	});
	const { id } = z.object({ id: z.string() }).parse(await answer.json());
	const hasEnded = () =>
		rig.queue.jobs().some((job) => job.id === id && !job.status.startsWith('IN_'));
	await until('the job ends', hasEnded);
	return id;
}

/** A trigger with the credentials of the test, some of them changed. */
function trigger(change: Credentials = {}, parameters = {}, isStarted = true) {
	return callerOf(rig.engine, { ...rig.credentials, ...change }, parameters, isStarted);
}

function withoutMinio(parameters = {}) {
	const { runPodApi = {} } = rig.credentials;
	return callerOf(rig.engine, { runPodApi }, parameters);
}

describe('the item', () => {
	it('is that of Get Status, with links that the bucket opens', async () => {
		const id = await endedJob();
		const { item, status } = await trigger().call({ id, status: 'FAILED', output: { evil: 1 } });

		expect(status).toBe(200);
		expect(item?.binary).toBeUndefined();
		expect(item?.json).toMatchObject({
			job_id: id,
			status: 'COMPLETED',
			measured_width: 640,
			failure_reason: null,
			user_id: null,
			warnings: [],
		});
		expect(item?.json).not.toHaveProperty('evil');
		expect((await fetch(z.string().parse(item?.json.video_url))).status).toBe(200);
	});

	it("has the worker's links without MinIO", async () => {
		const { item } = await withoutMinio().call({ id: await endedJob() });
		expect(item?.json.video_url).toBe('https://storage.example.com/video');
	});

	it('has lasting links where the form says so', async () => {
		const linkOptions = { linkType: 'public', publicBaseUrl: 'https://cdn.example.com/a' };
		const { item } = await trigger({}, { linkOptions }).call({ id: await endedJob() });
		expect(item?.json.video_url).toMatch(/^https:\/\/cdn\.example\.com\/a\/user-avatars\//);
	});

	it('comes where MinIO does not work, with warnings', async () => {
		rig.store.fault({ status: 500, times: Infinity });
		const { item, status } = await trigger().call({ id: await endedJob() });
		expect(status).toBe(200);
		expect(item?.json).toMatchObject({
			status: 'COMPLETED',
			warnings: [expect.stringContaining('was not looked at in MinIO')],
		});
	});

	it('of a failed job says why, with secrets masked', async () => {
		const { apiKey } = rig.queue;
		rig.queue.script({ kind: 'failed', error: `no rights for ${apiKey} secret-key`, times: 1 });
		const { item } = await trigger().call({ id: await endedJob() });
		expect(item?.json).toMatchObject({ status: 'FAILED', video_url: null });
		expect(item?.json.failure_reason).toContain('no rights for');
		expect(JSON.stringify(item)).not.toMatch(/key-of-the-test|secret-key/);
	});

	it('has a video that came in the answer as a file, where there is no bucket for it', async () => {
		const video = readFileSync('examples/media/driving-video.mp4').toString('base64');
		rig.queue.script({ kind: 'output', output: { video }, times: 1 });
		const { item } = await withoutMinio().call({ id: await endedJob() });
		expect(item?.binary?.video).toMatchObject({ mimeType: 'video/mp4' });
		expect(JSON.stringify(item?.json)).not.toContain(video.slice(0, 100));
	});

	it('has it once, also for calls at the same moment', async () => {
		const video = readFileSync('examples/media/driving-video.mp4').toString('base64');
		rig.queue.script({ kind: 'output', output: { video }, times: 1 });
		const id = await endedJob();
		const caller = trigger();
		const called = await Promise.all([1, 2, 3].map(async () => await caller.call({ id })));
		const items = called.flatMap(({ item }) => item ?? []);
		expect(items).toHaveLength(1);
		expect(items[0]?.binary?.video).toMatchObject({ mimeType: 'video/mp4' });
	});
});

describe('repetitions', () => {
	it('start nothing, at once, later, and by what n8n has saved', async () => {
		const ids = [await endedJob(), await endedJob(), await endedJob()];
		const caller = trigger();
		const called = await Promise.all(
			[...ids, ...ids, ...ids].map(async (id) => await caller.call({ id })),
		);
		expect(called.flatMap(({ item }) => item?.json.job_id ?? []).sort()).toEqual([...ids].sort());
		expect(called.every(({ status }) => status === 200)).toBe(true);
		expect(caller.savedJobs().sort()).toEqual([...ids].sort());
	});

	it('of a start that n8n could not save are starts', async () => {
		const id = await endedJob();
		const caller = trigger({}, {}, false);
		expect(await caller.call({ id })).toMatchObject({ status: 500 });
		expect((await caller.call({ id })).item?.json.job_id).toBe(id);
	});

	it('in the editor start each time', async () => {
		const id = await endedJob();
		const caller = trigger();
		await caller.call({ id });
		expect(caller.savedJobs()).toEqual([id]);
		const test = await caller.call({ id }, { mode: 'manual' });
		expect(test.item?.json.job_id).toBe(id);
	});
});

describe('faults', () => {
	it.each([
		['RunPod API', { runPodApi: { apiKey: '', endpointId: 'endpoint1' } }, 'API Key'],
		['RunPod API', { runPodApi: { apiKey: 'key-of-the-test' } }, 'names no endpoint'],
		['MinIO API', { minioApi: { endpoint: 'not an endpoint' } }, 'MinIO credential'],
	])('of the %s credential are thrown, once', async (_name, change, words) => {
		const id = await endedJob();
		const caller = trigger(change);
		await expect(caller.call({ id })).rejects.toThrow(words);
		const again = await caller.call({ id });
		expect(again).toEqual({
			item: undefined,
			status: 503,
			text: '{"message":"Call again later"}',
		});
	});

	it.each([
		[{ events: [] }, 'choose at least one event'],
		[{ linkOptions: { linkExpiryDays: 8 } }, 'Link Expiry'],
	])('of the form, such as %j, are thrown', async (parameters, words) => {
		await expect(trigger({}, parameters).call({ id: await endedJob() })).rejects.toThrow(words);
	});

	it('of another endpoint than the credential names start nothing', async () => {
		rig.queue.addEndpoint('other', { handler: async () => Promise.resolve({}) });
		const runPodApi = { ...rig.credentials.runPodApi, endpointId: 'other' };
		const { item, status } = await trigger({ runPodApi }).call({ id: await endedJob() });
		expect({ item, status }).toEqual({ item: undefined, status: 404 });
	});
});
