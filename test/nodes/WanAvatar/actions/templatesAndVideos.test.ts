import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, INodeExecutionData } from 'n8n-workflow';
import * as z from 'zod/v4';
import { generateForm } from '../engine/rig';
import { BUCKET, startStoredRig, videoOf, type StoredRig } from '../engine/storedRig';

const DAY_SECONDS = 86_400;
const clip = 'examples/media/driving-video.mp4';
const portrait = 'examples/media/portrait.png';
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const textOf = (value: unknown) => z.string().parse(value);

const byPath = (value: string) => ({ __rl: true, mode: 'path', value });
const byId = (value: string) => ({ __rl: true, mode: 'id', value });

const template = (operation: string, more: object = {}) => ({
	resource: 'template',
	operation,
	...more,
});
const video = (operation: string, more: object = {}) => ({ resource: 'video', operation, ...more });

describe.each(['filesystem', 'default'] as const)('binary mode %s', (binaryMode) => {
	let rig: StoredRig;

	beforeAll(async () => {
		rig = await startStoredRig({}, binaryMode);
	});
	afterAll(async () => {
		await rig.close();
	});
	beforeEach(() => {
		rig.store.clearCalls();
	});

	const upload = (path: string, options = {}) =>
		template('upload', { templateBinaryField: 'data', templatePath: path, options });

	const contentOf = async (file: IBinaryData | undefined): Promise<Buffer> => {
		if (!file) throw new Error('There is no such file');
		if (file.id === undefined) return Buffer.from(file.data, 'base64');
		return await Container.get(BinaryDataService).getAsBuffer(file);
	};
	const fieldsOf = ({ binary = {} }: INodeExecutionData) =>
		Object.entries(binary).map(([field, { fileName, mimeType }]) => [field, fileName, mimeType]);

	it('uploads a template, refuses to overwrite it, and does when told', async () => {
		const files = { data: clip };
		const first = await rig.run(upload('moves/wave'), { files });
		expect(first.error).toBeUndefined();
		expect(first.success[0]?.json).toEqual({
			template_id: 'moves',
			driving_video_path: 'moves/wave.mp4',
			size_bytes: readFileSync(clip).length,
			last_modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
			etag: expect.stringMatching(/^[0-9a-f]{32}/),
		});
		expect(await rig.store.read(BUCKET, 'moves/wave.mp4')).toEqual(readFileSync(clip));

		const again = await rig.run(upload('moves/wave.mp4'), { files });
		expect(again.error?.message).toBe('There is a template "moves/wave.mp4" already');
		const told = await rig.run(upload('moves/wave.mp4', { overwrite: true }), { files });
		expect(told.error).toBeUndefined();
	});

	it('uploads nothing where it may not see whether a template is there', async () => {
		await rig.store.putBytes(BUCKET, 'hidden/t.mp4', 'precious');
		rig.store.deny({ rights: ['read'], keys: /hidden/ });
		const { error } = await rig.run(upload('hidden/t.mp4'), { files: { data: clip } });
		rig.store.deny();
		expect(error?.message).toMatch(/may not see whether there is a template "hidden\/t\.mp4"/);
		expect(error?.description).toMatch(/s3:GetObject/);
		expect((await rig.store.read(BUCKET, 'hidden/t.mp4'))?.toString()).toBe('precious');
	});

	it.each([
		['XMinioStorageFull', 507, /^The object store at .* is full$/],
		['XMinioAdminBucketQuotaExceeded', 400, /^Bucket avatars has reached its quota$/],
		['QuotaExceeded', 403, /^Bucket avatars has reached its quota$/],
	])('says in plain words that there is no room (%s)', async (code, status, message) => {
		rig.store.fault({ method: 'PUT', status, code, times: 2 });
		const { error } = await rig.run(upload('full/t.mp4'), { files: { data: clip } });
		rig.store.clearFaults();
		expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(/Delete what is not needed/);
	});

	it.each([
		['moves/wave.webm', clip, /Template Path ends with another type than the file has/],
		['user-avatars/a.mp4', clip, /Template Path lies in a folder for results or inputs/],
		['={{ "" }}', clip, /Template Path is empty/],
		['moves/a.mp4', portrait, /^Input Binary Field gives no good file: .* is not an MP4, MOV/],
	])('refuses to upload to "%s" from %s', async (path, file, message) => {
		const { error } = await rig.run(upload(path), { files: { data: file } });
		expect(error?.message).toMatch(message);
		expect(rig.store.calls().filter(({ method }) => method === 'PUT')).toEqual([]);
	});

	it('names the field of the form where an item has no file to upload', async () => {
		const { error } = await rig.run(upload('moves/a.mp4'));
		expect(error?.message).toBe('Input Binary Field names "data", but the item has no file');
	});

	it('gets templates with a preview and the facts of their videos', async () => {
		await rig.store.putFile(BUCKET, 'facts/clip.mp4', clip);
		const options = {
			outputOptions: { previewUrl: true, videoFacts: true },
			linkOptions: { linkExpiryDays: 60 / DAY_SECONDS },
		};
		const before = Date.now();
		const many = await rig.run(template('getMany', { templatePrefix: 'facts/', ...options }));
		const one = await rig.run(template('get', { template: byId('facts'), ...options }));

		expect(many.success).toHaveLength(1);
		const [item] = many.success;
		expect(item?.json).toMatchObject({
			template_id: 'facts',
			driving_video_path: 'facts/clip.mp4',
			width: 640,
			height: 360,
			fps: expect.any(Number),
			duration_seconds: expect.any(Number),
		});
		const ends = Date.parse(textOf(item?.json.preview_url_expires_at));
		expect(ends - before).toBeGreaterThan(58_000);
		expect(ends - before).toBeLessThan(90_000);
		const previewed = await fetch(textOf(item?.json.preview_url));
		expect(sha256(Buffer.from(await previewed.arrayBuffer()))).toBe(sha256(readFileSync(clip)));
		expect(one.success[0]?.json).toMatchObject({
			driving_video_path: 'facts/clip.mp4',
			width: 640,
		});
	});

	it('give no preview that would not open, and say why', async () => {
		await rig.store.putFile(BUCKET, 'unread/clip.mp4', clip);
		const outputOptions = { previewUrl: true };
		rig.store.deny({ rights: ['read'] });
		const { error, success } = await rig.run(
			template('getMany', { templatePrefix: 'unread/', outputOptions }),
		);
		rig.store.deny();

		expect(error).toBeUndefined();
		expect(success[0]?.json).toMatchObject({
			driving_video_path: 'unread/clip.mp4',
			preview_url: null,
			preview_url_expires_at: null,
			warnings: [expect.stringMatching(/may not read .*there is no link to it.*s3:GetObject/)],
		});
	});

	it('gives out all templates, or as many as the limit says', async () => {
		for (let index = 0; index < 60; index++)
			await rig.store.putBytes(BUCKET, `many/${String(index).padStart(2, '0')}.mp4`, 'x');
		const form = template('getMany', { templatePrefix: 'many/' });
		expect((await rig.run(form)).success).toHaveLength(50);
		expect((await rig.run({ ...form, returnAll: true })).success).toHaveLength(60);
		expect((await rig.run({ ...form, limit: 3 })).success).toHaveLength(3);
	});

	it('deletes a template under its prefix only', async () => {
		await rig.store.putBytes(BUCKET, 'old/a.mp4', 'a');
		await rig.store.putBytes(BUCKET, 'old/notes.txt', 'a');
		const remove = async (path: string, templatePrefix: string) =>
			await rig.run(template('delete', { template: byPath(path), templatePrefix }));

		expect((await remove('old/a.mp4', '={{ "" }}')).error?.message).toBe(
			'Template Prefix is empty',
		);
		expect((await remove('old/a.mp4', 'new/')).error?.message).toMatch(/is not a template/);
		expect((await remove('old/notes.txt', 'old/')).error?.message).toMatch(/is not a template/);
		expect(rig.store.keys(BUCKET, 'old/')).toEqual(['old/a.mp4', 'old/notes.txt']);
		const { success } = await remove('old/a.mp4', 'old/');
		expect(success[0]?.json).toMatchObject({ driving_video_path: 'old/a.mp4', deleted: true });
		expect(rig.store.keys(BUCKET, 'old/')).toEqual(['old/notes.txt']);
	});

	it('brings a result of Generate into links, files and the bin', async () => {
		const made = await rig.run({ ...generateForm, avatarId: `video-${binaryMode}` });
		const [result] = made.success;
		if (!result) throw new Error('Generate gave nothing');
		const { minio_key: key, thumbnail_key: thumbnailKey } = result.json;
		const run = async (operation: string, more: object = {}) =>
			await rig.run(
				video(operation, {
					videoKey: '={{ $json.minio_key }}',
					thumbnailKey: '={{ $json.thumbnail_key }}',
					...more,
				}),
				{ items: [{ minio_key: key, thumbnail_key: thumbnailKey, email: 'a@example.com' }] },
			);

		const links = await run('getLinks', {
			outputOptions: { includeInputFields: true },
			linkOptions: { downloadFileName: 'mé.mp4', linkExpiryDays: 30 / DAY_SECONDS },
		});
		expect(links.error).toBeUndefined();
		const json = z.record(z.string(), z.unknown()).parse(links.success[0]?.json);
		expect(Object.keys(json)).toEqual([
			'minio_key',
			'thumbnail_key',
			'email',
			'video_url',
			'video_url_expires_at',
			'thumbnail_url',
			'thumbnail_url_expires_at',
			'warnings',
		]);
		const opened = await fetch(textOf(json.video_url));
		const videoHash = sha256(videoOf(textOf(key)));
		expect(sha256(Buffer.from(await opened.arrayBuffer()))).toBe(videoHash);
		expect(opened.headers.get('content-disposition')).toContain("filename*=UTF-8''m%C3%A9.mp4");
		expect((await fetch(textOf(json.thumbnail_url))).status).toBe(200);

		const files = await run('download');
		const [item] = files.success;
		if (!item) throw new Error('Download gave nothing');
		expect(fieldsOf(item)).toEqual([
			['video', 'idle.mp4', 'video/mp4'],
			['thumbnail', 'thumb.jpg', 'image/jpeg'],
		]);
		expect(sha256(await contentOf(item.binary?.video))).toBe(videoHash);
		expect(item.pairedItem).toEqual({ item: 0 });
		const thumbnailAlone = await run('download', { downloadVideo: false });
		expect(Object.keys(thumbnailAlone.success[0]?.binary ?? {})).toEqual(['thumbnail']);
		const nothing = await run('download', { downloadVideo: false, downloadThumbnail: false });
		expect(nothing.success[0]).not.toHaveProperty('binary');

		const listed = await rig.run(video('getMany', { userId: 'user_1' }));
		expect(listed.success.map((one) => one.json.minio_key)).toContain(key);
		const gone = await run('delete');
		expect(gone.success[0]?.json).toMatchObject({
			deleted_keys: [thumbnailKey, key, `${textOf(key)}.job.json`],
		});
		const twice = await run('delete');
		expect(twice.error?.message).toMatch(/There is no video/);
	});

	it.each([0, 7.01, 'soon', -1])('refuses a link expiry of %p days', async (linkExpiryDays) => {
		const { error } = await rig.run(
			video('getLinks', { videoKey: 'a.mp4', linkOptions: { linkExpiryDays } }),
		);
		expect(error?.message).toMatch(/^Link Expiry \(Days\) must be (a number of|more than|at most)/);
		expect(rig.store.calls()).toEqual([]);
	});

	it('fails one item by itself, if told to go on', async () => {
		const { success, failed, error } = await rig.run(
			video('getLinks', { videoKey: '={{ $json.key }}' }),
			{
				items: [{ key: 'sitting-woman/video-conference-woman.mp4' }, { key: 'gone.mp4' }],
				onError: 'continueErrorOutput',
			},
		);
		expect(error).toBeUndefined();
		expect(success).toHaveLength(1);
		expect(failed[0]?.json).toMatchObject({
			error: 'There is no video "gone.mp4" in bucket avatars',
			details: { code: 'NOT_FOUND', minio_key: 'gone.mp4' },
		});
	});

	it('tells of every other item whether it was done, when one fails', async () => {
		for (const name of ['first', 'third'])
			await rig.store.putBytes(BUCKET, `user-avatars/ends/${name}.mp4`, 'a video');
		const items = ['first', 'second', 'third'].map((name) => ({ name }));
		const { error } = await rig.run(
			video('delete', { videoKey: '=user-avatars/ends/{{ $json.name }}.mp4', thumbnailKey: '' }),
			{ items },
		);
		expect(error?.message).toBe(
			'There is no video "user-avatars/ends/second.mp4" in bucket avatars [item 1]',
		);
		expect(error?.description).toMatch(/\nItem 0: done\nItem 2: not started$/);
		expect(rig.store.keys(BUCKET, 'user-avatars/ends/')).toEqual(['user-avatars/ends/third.mp4']);
	});

	it("gives an error of n8n's own the shape and the facts of all errors", async () => {
		const form = video('getLinks', { videoKey: '={{ $("Nowhere").item.json.key }}' });
		const { failed } = await rig.run(form, { onError: 'continueErrorOutput' });
		expect(failed[0]?.json).toMatchObject({
			error: expect.stringMatching(/Nowhere|Referenced node/),
			details: { code: 'INVALID_INPUT' },
		});
		expect(rig.store.calls()).toEqual([]);
	});
});
