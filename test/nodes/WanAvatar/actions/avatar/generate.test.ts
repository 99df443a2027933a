import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateForm, located, startRig, statusForm, type Rig } from '../../engine/rig';

describe.each(['lazy', 'eager'] as const)('loaded %s', (loading) => {
	let rig: Rig;

	beforeAll(async () => {
		rig = await startRig(loading);
	});
	beforeEach(() => {
		rig.queue.clearCalls();
	});
	afterAll(async () => {
		await rig.close();
	});

	it('is loaded as asked for', () => {
		expect(rig.engine.loader.isLazyLoaded).toBe(loading === 'lazy');
	});

	it('gives the result in the contract names, with the facts of the job', async () => {
		const { error, success } = await rig.run(generateForm);

		expect(error).toBeUndefined();
		expect(success).toEqual([
			{
				json: {
					job_id: expect.stringMatching(/-u1$/),
					status: 'COMPLETED',
					minio_key: 'user-avatars/user_1/avatar_1/idle.mp4',
					video_url: 'https://storage.example.com/video',
					video_url_expires_at: null,
					thumbnail_key: 'user-avatars/user_1/avatar_1/thumb.jpg',
					thumbnail_url: 'https://storage.example.com/thumbnail',
					thumbnail_url_expires_at: null,
					fps: 24,
					width: 1280,
					height: 720,
					size_bytes: null,
					duration_seconds: null,
					measured_fps: null,
					measured_width: null,
					measured_height: null,
					user_id: 'user_1',
					avatar_id: 'avatar_1',
					output_video_key: 'user-avatars/user_1/avatar_1/idle.mp4',
					output_thumbnail_key: 'user-avatars/user_1/avatar_1/thumb.jpg',
					endpoint_id: 'endpoint1',
					submitted_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
					delay_time_ms: expect.any(Number),
					execution_time_ms: expect.any(Number),
					worker_id: expect.any(String),
					gpu_type: null,
					cost_usd_min: null,
					cost_usd_max: null,
					failure_reason: null,
					progress: null,
					warnings: [],
				},
				pairedItem: { item: 0 },
			},
		]);
	});

	it('sends one request with the fields that are filled in, and no others', async () => {
		await rig.run({ ...generateForm, outputThumbnailKey: '', prompt: 'soft light' });

		expect(rig.queue.calls('run').map(({ body }) => body)).toEqual([
			{
				input: {
					user_id: 'user_1',
					avatar_id: 'avatar_1',
					image_minio_path: 'input-avatars/jobs.png',
					driving_video_path: 'sitting-woman/video-conference-woman.mp4',
					output_video_key: 'user-avatars/user_1/avatar_1/idle.mp4',
					prompt: 'soft light',
				},
			},
		]);
	});

	it.each([
		[
			{ portraitSource: 'url', portraitUrl: 'https://example.com/a.png' },
			{ image_url: 'https://example.com/a.png' },
		],
		[
			{ portraitSource: 'base64', portraitBase64: 'data:image/png;base64,iVBO\nRw==' },
			{ image_base64: 'iVBORw==' },
		],
		[
			{ drivingVideoSource: 'url', drivingVideoUrl: 'http://example.com/a.mp4' },
			{ driving_video_url: 'http://example.com/a.mp4' },
		],
		[
			{ drivingVideoSource: 'base64', drivingVideoBase64: 'AAAA' },
			{ driving_video_base64: 'AAAA' },
		],
		[{ drivingVideoPath: located('id', 'sitting-woman') }, { template_id: 'sitting-woman' }],
		[
			{ drivingVideoPath: located('list', 'moves/wave.mp4') },
			{ driving_video_path: 'moves/wave.mp4' },
		],
		[{ drivingVideoPath: located('path', 'moves/wave') }, { driving_video_path: 'moves/wave' }],
		[{ drivingVideoPath: '={{ "moves/wave.mp4" }}' }, { driving_video_path: 'moves/wave.mp4' }],
		[{ drivingVideoPath: '={{ "moves/wave" }}' }, { template_id: 'moves/wave' }],
		[{ drivingVideoPath: located('id', '={{ $json.move ?? "nod" }}') }, { template_id: 'nod' }],
		[{ portraitPath: located('list', 'faces/a.png') }, { image_minio_path: 'faces/a.png' }],
		[{ portraitPath: located('path', 'faces/b.png') }, { image_minio_path: 'faces/b.png' }],
		[{ userId: '={{ 42 }}' }, { user_id: '42' }],
		[{ userId: ' user_7\n' }, { user_id: 'user_7' }],
		[
			{ outputVideoKey: 'results/a.mp4 ', outputThumbnailKey: '\ta.jpg' },
			{ output_video_key: 'results/a.mp4', output_thumbnail_key: 'a.jpg' },
		],
		[{ portraitPath: located('path', ' faces/c.png\u200b') }, { image_minio_path: 'faces/c.png' }],
		[{ portraitPath: located('list', 'faces /d.png') }, { image_minio_path: 'faces /d.png' }],
		[{ drivingVideoPath: '={{ " moves/wave.mp4 " }}' }, { driving_video_path: 'moves/wave.mp4' }],
		[{ drivingVideoPath: located('id', ' sitting-woman ') }, { template_id: 'sitting-woman' }],
		[{ workerOptions: { additionalWorkerInputs: '{"seed": 7}' } }, { seed: 7 }],
	])('sends %j as %j', async (form, expected) => {
		const { error } = await rig.run({ ...generateForm, ...form });

		expect(error).toBeUndefined();
		expect(rig.queue.calls('run').map(({ body }) => body)).toEqual([
			{ input: expect.objectContaining(expected) },
		]);
	});

	it('makes many items together, in their order, each with its own fields', async () => {
		const items = ['a', 'b', 'c', 'd'].map((avatar) => ({
			avatar,
			email: `${avatar}@example.com`,
		}));
		const form = { ...generateForm, outputOptions: { includeInputFields: true } };

		const { success } = await rig.run(form, { items });

		expect(success.map(({ json }) => [json.avatar_id, json.email, json.minio_key])).toEqual(
			items.map(({ avatar, email }) => [avatar, email, `user-avatars/user_1/${avatar}/idle.mp4`]),
		);
		expect(success.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2, 3].map((item) => ({ item })),
		);
		expect(rig.queue.calls('run')).toHaveLength(4);
	});

	it('leaves the fields of the incoming item out unless asked for them', async () => {
		const { success } = await rig.run(generateForm, { items: [{ email: 'a@example.com' }] });

		expect(success[0]?.json).not.toHaveProperty('email');
	});

	it('gives nulls for a thumbnail that was asked for and not made, and passes unknown fields on', async () => {
		rig.queue.script({
			kind: 'output',
			times: 1,
			output: { minio_key: 'a.mp4', fps: '25', seed: 7, error: 'odd', job_id: 'not ours' },
		});

		const { success } = await rig.run(generateForm);

		expect(success[0]?.json).toMatchObject({
			status: 'COMPLETED',
			minio_key: 'a.mp4',
			video_url: null,
			thumbnail_key: null,
			thumbnail_url: null,
			fps: 25,
			width: null,
			seed: 7,
			worker_error: 'odd',
			job_id: expect.stringMatching(/-u1$/),
		});
		expect(success[0]?.json).not.toHaveProperty('error');
	});

	it('outputs the job at once without waiting, and Get Status takes it as it is', async () => {
		const submitted = await rig.run({ ...generateForm, waitForCompletion: false });
		const job = submitted.success[0]?.json ?? {};

		expect(job).toMatchObject({ status: 'IN_QUEUE', video_url: null, avatar_id: 'avatar_1' });
		expect(rig.queue.calls('status')).toHaveLength(0);

		const { success } = await rig.run(statusForm, { items: [job] });

		expect(success[0]?.json).toMatchObject({
			job_id: job.job_id,
			status: 'COMPLETED',
			user_id: 'user_1',
			submitted_at: job.submitted_at,
			video_url: 'https://storage.example.com/video',
		});
	});
});
