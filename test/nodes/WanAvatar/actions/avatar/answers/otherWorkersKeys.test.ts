import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, IDataObject } from 'n8n-workflow';
import { generateForm, statusForm, type Run } from '../../../engine/rig';
import { BUCKET, startStoredRig, until, type StoredRig } from '../../../engine/storedRig';

const mp4 = readFileSync('examples/media/driving-video.mp4');
const other = Buffer.concat([mp4, Buffer.from('\0\0\0\x10free another')]);
const webm = Buffer.concat([
	Buffer.from('1a45dfa3a34286810142f7810142f2810442f381084282847765626d', 'hex'),
	Buffer.alloc(500),
]);
const blankForm = { ...generateForm, outputVideoKey: '', outputThumbnailKey: '' };

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
afterAll(async () => {
	await rig.close();
});

const keyOf = (avatar: string) => `user-avatars/user_1/${avatar}/idle.mp4`;
const read = async (key: unknown) => await rig.store.read(BUCKET, String(key));
const contentOf = async (file: IBinaryData | undefined): Promise<Buffer | undefined> =>
	file && (await Container.get(BinaryDataService).getAsBuffer(file));

function play(...videos: Buffer[]): void {
	for (const video of videos)
		rig.queue.script({
			kind: 'output',
			output: { video: video.toString('base64') },
			times: 1,
		});
}

/** Submits a job without waiting, and looks at it by its ID alone until it has ended. */
async function endedJob(avatar: string, form = generateForm, video = mp4): Promise<IDataObject> {
	play(video);
	const { success } = await rig.run({ ...form, waitForCompletion: false }, { items: [{ avatar }] });
	const job = success[0]?.json ?? {};
	const id = typeof job.job_id === 'string' ? job.job_id : '';
	for (let tries = 0; tries < 100; tries++) {
		const { status } = (await rig.run({ ...statusForm, jobId: id })).success[0]?.json ?? {};
		if (status === 'COMPLETED') return job;
	}
	throw new Error('The job did not end');
}

async function look(job: IDataObject, operation = 'getStatus'): Promise<Run> {
	const form = { resource: 'job', operation, jobId: '={{ $json.job_id }}' };
	return await rig.run(form, { items: [job] });
}

async function expectBinary(run: Run, content: Buffer, warning: RegExp): Promise<void> {
	expect(run.error).toBeUndefined();
	const [item] = run.success;
	expect(item?.json).toMatchObject({
		status: 'COMPLETED',
		minio_key: null,
		warnings: expect.arrayContaining([expect.stringMatching(warning)]),
	});
	expect(await contentOf(item?.binary?.video)).toEqual(content);
}

describe('a job without an output key', () => {
	it('shares no key with another job of the same avatar', async () => {
		play(mp4, other);
		const items = [
			{ avatar: 'two', prompt: 'one' },
			{ avatar: 'two', prompt: 'another' },
		];
		const form = { ...blankForm, prompt: '={{ $json.prompt }}' };

		const { error, success } = await rig.run(form, { items });

		expect(error).toBeUndefined();
		const keys = success.map(({ json }) => json.minio_key);
		expect(new Set(keys).size).toBe(2);
		expect(keys).toContain(keyOf('two'));
		const kept = await Promise.all(keys.map(read));
		expect(kept).toEqual(expect.arrayContaining([mp4, other]));
	});

	it('leaves the file under the default key, and a later look finds the video again', async () => {
		await rig.store.putBytes(BUCKET, keyOf('filed'), other);
		const job = await endedJob('filed', blankForm);

		const looks = [await look(job), await look(job, 'wait')];

		const keys = looks.map(({ success }) => success[0]?.json.minio_key);
		expect(keys[0]).toMatch(/^user-avatars\/user_1\/filed\/idle_\S+\.mp4$/);
		expect(keys[1]).toBe(keys[0]);
		for (const { success } of looks) {
			expect(success[0]?.json.warnings).toEqual([]);
			expect(success[0]?.binary).toBeUndefined();
		}
		expect(await read(keys[0])).toEqual(mp4);
		expect(await read(keyOf('filed'))).toEqual(other);
	});

	it('leaves the key to a job whose record stands there', async () => {
		await rig.store.putBytes(BUCKET, `${keyOf('awaited')}.job.json`, '{}');
		const job = await endedJob('awaited', blankForm);

		const { success } = await look(job);

		expect(success[0]?.json.minio_key).toMatch(/\/idle_\S+\.mp4$/);
		expect(await read(keyOf('awaited'))).toBeUndefined();
	});
});

describe('a key that only the incoming item names', () => {
	it.each([
		'input-avatars/jobs.png',
		'input-avatars/new.mp4',
		'driving-videos/new.mp4',
		'sitting-woman/video-conference-woman.mp4',
		'user-avatars/user_2/avatar/idle.mp4',
		'user-avatars/user_2/avatar/idle.mp4.job.json',
		'notes.txt',
		'../up.mp4',
		'/abs.mp4',
		'http://x/y.mp4',
		'a\0b.mp4',
	])('%s: nothing is written there', async (key) => {
		await rig.store.putBytes(BUCKET, 'user-avatars/user_2/avatar/idle.mp4', 'of another user');
		const { job_id } = await endedJob('named');
		rig.store.clearCalls();

		const { error, success } = await look({ job_id, output_video_key: key });

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({ status: 'COMPLETED', minio_key: null });
		expect(await contentOf(success[0]?.binary?.video)).toEqual(mp4);
		expect(rig.store.calls().filter(({ method }) => method !== 'GET' && method !== 'HEAD')).toEqual(
			[],
		);
	});

	it('is used where nothing lies there', async () => {
		const { job_id } = await endedJob('free');
		const item = { job_id, output_video_key: 'elsewhere/free.mp4' };

		const looks = [await look(item), await look(item)];

		for (const { success } of looks)
			expect(success[0]?.json).toMatchObject({ minio_key: item.output_video_key, warnings: [] });
		expect(await read(item.output_video_key)).toEqual(mp4);
	});
});

describe("a record that does not say whose the key's video is", () => {
	it.each<[string, (avatar: string) => Promise<void>]>([
		[
			'may not be read',
			async (avatar) => {
				rig.store.deny({ rights: ['read'], keys: new RegExp(`${avatar}/.*job\\.json$`) });
				return Promise.resolve();
			},
		],
		[
			'is no record',
			async (avatar) => {
				await rig.store.putBytes(BUCKET, `${keyOf(avatar)}.job.json`, '<html>');
			},
		],
	])('it %s: the later video stays', async (what, spoil) => {
		const avatar = what.replaceAll(' ', '-');
		const job = await endedJob(avatar);
		await rig.store.putBytes(BUCKET, keyOf(avatar), other);
		await spoil(avatar);

		const run = await look(job);
		rig.store.deny();

		await expectBinary(run, mp4, /idle\.mp4 is taken by another file/);
		expect(await read(keyOf(avatar))).toEqual(other);
	});

	it('a WebM, which may be cut off, is not stored over another file', async () => {
		const form = { ...generateForm, outputVideoKey: 'user-avatars/webm/a/idle.webm' };
		await rig.store.putBytes(BUCKET, form.outputVideoKey, 'a whole one');
		play(webm);

		const run = await rig.run(form, { items: [{ avatar: 'webm' }] });

		await expectBinary(run, webm, /idle\.webm is taken by another file/);
		expect(await read(form.outputVideoKey)).toEqual(Buffer.from('a whole one'));
	});
});

it("an earlier video under the job's own key is written over", async () => {
	await rig.store.putBytes(BUCKET, keyOf('renewed'), other);
	play(mp4);

	const { success } = await rig.run(generateForm, { items: [{ avatar: 'renewed' }] });

	expect(success[0]?.json).toMatchObject({ minio_key: keyOf('renewed'), warnings: [] });
	expect(await read(keyOf('renewed'))).toEqual(mp4);
});

describe('a video beside a key that the worker names', () => {
	const run = async (avatar: string, output: object, form: object = generateForm) => {
		rig.queue.script({ kind: 'output', output, times: 1 });
		return await rig.run({ ...generateForm, ...form }, { items: [{ avatar }] });
	};
	const named = (avatar: string) => ({
		minio_key: keyOf(avatar),
		video_base64: mp4.toString('base64'),
	});

	it('is stored there where the worker stored nothing', async () => {
		const { error, success } = await run('spare', named('spare'));

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({ minio_key: keyOf('spare'), warnings: [] });
		expect(success[0]?.binary).toBeUndefined();
		expect(JSON.stringify(success[0]?.json)).not.toContain(mp4.toString('base64').slice(0, 60));
		expect(await read(keyOf('spare'))).toEqual(mp4);
	});

	it('is not needed where the worker stored one', async () => {
		rig.queue.script({
			kind: 'output',
			output: named('stored'),
			times: 1,
			when: ({ avatar_id }) => avatar_id === 'stored',
		});
		const running = rig.run(generateForm, { items: [{ avatar: 'stored' }] });
		await until('the job is sent', () => rig.queue.calls('run').length > 0);
		await rig.store.putBytes(BUCKET, keyOf('stored'), other);
		const { error, success } = await running;

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({ minio_key: keyOf('stored'), warnings: [] });
		expect(await read(keyOf('stored'))).toEqual(other);
	});

	it('comes as a binary file too where the access key may only write', async () => {
		rig.store.deny({ rights: ['read', 'list'] });
		const { error, success } = await run('unread', { video_base64: mp4.toString('base64') });
		rig.store.deny();

		expect(error).toBeUndefined();
		expect(success[0]?.json.status).toBe('COMPLETED');
		expect(await contentOf(success[0]?.binary?.video)).toEqual(mp4);
	});
});
