import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, INodeParameters } from 'n8n-workflow';
import * as z from 'zod/v4';
import {
	generateForm,
	located,
	startRig,
	workerOutput,
	type Rig,
	type RunOptions,
} from '../../engine/rig';
import { BUCKET, startStoredRig, videoOf, type StoredRig } from '../../engine/storedRig';

const text = (value: unknown) => z.string().parse(value);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const keyOf = (avatar: string) => `user-avatars/user_1/${avatar}/idle.mp4`;
const job = (operation: string) => ({ resource: 'job', operation });

/** What the worker leaves at the key of a video, by the avatar's name. */
const leaves: Record<string, (key: string) => Buffer | undefined> = {
	nothing: () => undefined,
	unseen: () => undefined,
	empty: () => Buffer.alloc(0),
	words: () => Buffer.from('<html>502 Bad Gateway</html>'),
	cutOff: (key) => videoOf(key).subarray(0, 20_000),
	stale: () => undefined,
	again: () => Buffer.from('no video'),
	elsewhere: () => undefined,
	lost: () => undefined,
	noThumbnail: (key) => (key.endsWith('.jpg') ? undefined : videoOf(key)),
};

const makes = (key: string) => {
	const [, , avatar = ''] = key.split('/');
	return (leaves[avatar] ?? videoOf)(key);
};

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig({ makes });
});
afterAll(async () => {
	await rig.close();
});
beforeEach(() => {
	rig.queue.clearCalls();
	rig.store.clearCalls();
});

const DAY_SECONDS = 86_400;

const generate = async (avatar: string, options: INodeParameters = {}, run: RunOptions = {}) =>
	await rig.run({ ...generateForm, ...options }, { items: [{ avatar }], ...run });

const resultOf = async (avatar: string, options: INodeParameters = {}) => {
	const { error, success } = await generate(avatar, options);
	expect(error).toBeUndefined();
	const [item] = success;
	if (!item) throw new Error('There is no item');
	return item;
};

describe('links', () => {
	it('open for 7 days as a rule, and say when they end', async () => {
		const before = Date.now();
		const { json } = await resultOf('week');

		for (const [url, end] of [
			[json.video_url, json.video_url_expires_at],
			[json.thumbnail_url, json.thumbnail_url_expires_at],
		]) {
			const ends = Date.parse(text(end)) - 7 * 24 * 3_600_000;
			expect(ends).toBeGreaterThan(before - 1000);
			expect(ends).toBeLessThanOrEqual(Date.now());
			expect((await fetch(text(url))).status).toBe(200);
		}
	});

	it('end when Link Expiry says', async () => {
		const before = Date.now();
		const { json } = await resultOf('short', { linkOptions: { linkExpiryDays: 90 / DAY_SECONDS } });

		expect(new URL(text(json.video_url)).searchParams.get('X-Amz-Expires')).toBe('90');
		const seconds = (Date.parse(text(json.video_url_expires_at)) - before) / 1000;
		expect(seconds).toBeGreaterThan(88);
		expect(seconds).toBeLessThan(120);
	});

	it('last, at a public base URL', async () => {
		const linkOptions = { linkType: 'public', publicBaseUrl: 'https://cdn.example.com/avatars/' };
		const { json } = await resultOf('public & lasting', { linkOptions });

		expect(json).toMatchObject({
			video_url:
				'https://cdn.example.com/avatars/user-avatars/user_1/public%20%26%20lasting/idle.mp4',
			video_url_expires_at: null,
			thumbnail_url:
				'https://cdn.example.com/avatars/user-avatars/user_1/public%20%26%20lasting/thumb.jpg',
			thumbnail_url_expires_at: null,
		});
	});

	it('of Get Status and Wait for Completion follow the same options', async () => {
		const { success } = await rig.run(
			{ ...generateForm, waitForCompletion: false },
			{ items: [{ avatar: 'later' }] },
		);
		const items = success.map(({ json }) => json);
		const waited = await rig.run(
			{ ...job('wait'), linkOptions: { linkType: 'public', publicBaseUrl: 'http://cdn.example' } },
			{ items },
		);
		expect(waited.success[0]?.json.video_url).toBe(`http://cdn.example/${keyOf('later')}`);
		const linkOptions = { linkExpiryDays: 30 / DAY_SECONDS };
		const asked = await rig.run({ ...job('getStatus'), linkOptions }, { items });
		expect(text(asked.success[0]?.json.video_url)).toContain('X-Amz-Expires=30&');
	});

	it.each([
		[{ linkExpiryDays: 0 }, /^Link Expiry \(Days\) must be more than 0 days/],
		[{ linkExpiryDays: 7.01 }, /must be at most 7 days: S3 signs no link for longer/],
		[{ linkExpiryDays: 'soon' }, /must be a number of days/],
		[{ linkType: 'public' }, /^Public Base URL must be an address such as/],
		[{ linkType: 'public', publicBaseUrl: 'cdn' }, /^Public Base URL must be an address such as/],
	])('with %j are refused before anything is sent', async (linkOptions, message) => {
		const { error } = await generate('refused', { linkOptions });
		expect(error?.message).toMatch(message);
		expect(rig.queue.calls('run')).toEqual([]);
		expect(rig.store.calls()).toEqual([]);
	});
});

describe('a finished video is looked at', () => {
	it('and its facts stand beside the words of the worker', async () => {
		const { json } = await resultOf('looked');

		expect(json).toMatchObject({
			fps: 24,
			width: 1280,
			height: 720,
			size_bytes: videoOf(keyOf('looked')).length,
			measured_width: 640,
			measured_height: 360,
			measured_fps: expect.any(Number),
			duration_seconds: expect.any(Number),
		});
		const reads = rig.store
			.calls()
			.filter(({ key, method }) => key === keyOf('looked') && ['GET', 'HEAD'].includes(method));
		expect(reads.length).toBeLessThanOrEqual(4);
	});

	it.each([
		['nothing', 'VIDEO_MISSING', /its video is not in bucket avatars, where it should be as user/],
		['empty', 'VIDEO_BROKEN', /its video cannot be played: .*idle\.mp4 is empty/],
		['words', 'VIDEO_BROKEN', /its video cannot be played: .*idle\.mp4 is not a complete MP4/],
		['cutOff', 'VIDEO_BROKEN', /is not a complete MP4/],
	])('one with %s there is the error %s', async (avatar, code, message) => {
		const { error, failed } = await generate(avatar, {}, { onError: 'continueErrorOutput' });

		expect(error).toBeUndefined();
		expect(failed[0]?.json.error).toMatch(/^Job .*-u1 is completed, but /);
		expect(failed[0]?.json.error).toMatch(message);
		expect(failed[0]?.json.details).toMatchObject({
			code,
			job_id: expect.stringMatching(/-u1$/),
			minio_key: keyOf(avatar),
		});
	});

	it('one that is older than the job is of an earlier job', async () => {
		await rig.store.putBytes(BUCKET, keyOf('stale'), videoOf('an earlier job'));
		await new Promise((resolve) => setTimeout(resolve, 1100));

		const { failed } = await generate('stale', {}, { onError: 'continueErrorOutput' });

		expect(failed[0]?.json.error).toMatch(/its video was not stored: .* is of an earlier job/);
		expect(failed[0]?.json.details).toMatchObject({ code: 'VIDEO_MISSING' });
	});

	it('a job with a broken video is made anew by the next run, as a failed one is', async () => {
		const first = await generate('again', {}, { executionId: 'first' });
		expect(first.error?.message).toMatch(/cannot be played/);
		leaves.again = videoOf;
		const second = await generate('again', {}, { executionId: 'second' });

		expect(second.success[0]?.json.status).toBe('COMPLETED');
		expect(rig.queue.calls('run')).toHaveLength(2);
	});

	it('a job whose video is elsewhere is not paid again: the next tries and runs look for it', async () => {
		const node = { retryOnFail: true, maxTries: 3, waitBetweenTries: 0 };
		const first = await generate('elsewhere', {}, { executionId: 'first', node });
		expect(first.error?.message).toMatch(/its video is not in bucket avatars/);
		const second = await generate('elsewhere', {}, { executionId: 'second' });
		expect(second.error?.message).toMatch(/its video is not in bucket avatars/);
		await rig.store.putBytes(BUCKET, keyOf('elsewhere'), videoOf('elsewhere'));
		const third = await generate('elsewhere', {}, { executionId: 'third' });

		expect(third.success[0]?.json.status).toBe('COMPLETED');
		expect(rig.queue.calls('run')).toHaveLength(1);
	});

	it('unless Submit Anyway is on', async () => {
		await generate('lost', {}, { executionId: 'first' });
		leaves.lost = videoOf;
		const second = await generate(
			'lost',
			{ workerOptions: { submitAnyway: true } },
			{ executionId: 'second' },
		);

		expect(second.success[0]?.json.status).toBe('COMPLETED');
		expect(rig.queue.calls('run')).toHaveLength(2);
	});

	it('one that cannot be looked at passes: it is paid for', async () => {
		for (const status of [403, 503])
			rig.store.fault({ method: 'HEAD', key: keyOf(`hidden${String(status)}`), times: 50, status });
		for (const avatar of ['hidden403', 'hidden503']) {
			const { json } = await resultOf(avatar);
			// A refused look is made up for by a read.
			const size_bytes = avatar === 'hidden403' ? videoOf(keyOf(avatar)).length : null;
			expect(json).toMatchObject({ status: 'COMPLETED', fps: 24, size_bytes });
			expect((await fetch(text(json.video_url))).status).toBe(200);
		}
	}, 60_000);

	it('a thumbnail that is not there has no link', async () => {
		const { json } = await resultOf('noThumbnail');
		expect(json).toMatchObject({
			thumbnail_key: null,
			thumbnail_url: null,
			thumbnail_url_expires_at: null,
		});
		expect(json.video_url).toEqual(expect.any(String));
	});

	it('Get Status says what is wrong with it; Wait for Completion fails', async () => {
		const form = { ...generateForm, waitForCompletion: false };
		const { success } = await rig.run(form, { items: [{ avatar: 'unseen' }] });
		const items = success.map(({ json }) => json);

		const waited = await rig.run(job('wait'), { items });
		expect(waited.error?.message).toMatch(/is completed, but its video is not in bucket avatars/);
		const asked = await rig.run(job('getStatus'), { items });
		expect(asked.success[0]?.json).toMatchObject({
			status: 'COMPLETED',
			video_url: null,
			failure_reason: expect.stringMatching(/its video is not in bucket avatars/),
		});
	});

	it('Return It returns no broken one, but makes it', async () => {
		await rig.store.putBytes(BUCKET, keyOf('replaced'), 'no video');
		const { json } = await resultOf('replaced', { outputOptions: { ifVideoExists: 'return' } });
		expect(json.size_bytes).toBe(videoOf(keyOf('replaced')).length);
		expect(rig.queue.calls('run')).toHaveLength(1);
	});
});

describe('files', () => {
	const contentOf = async (file: IBinaryData | undefined) => {
		if (!file) throw new Error('There is no such file');
		return await Container.get(BinaryDataService).getAsBuffer(file);
	};

	it('come with the item when asked for', async () => {
		const { json, binary, pairedItem } = await resultOf('files', {
			outputOptions: { downloadVideo: true, downloadThumbnail: true, includeInputFields: true },
		});

		expect(json).toMatchObject({ status: 'COMPLETED', avatar: 'files' });
		expect(pairedItem).toEqual({ item: 0 });
		expect(binary).toMatchObject({
			video: { fileName: 'idle.mp4', mimeType: 'video/mp4' },
			thumbnail: { fileName: 'thumb.jpg', mimeType: 'image/jpeg' },
		});
		expect(sha256(await contentOf(binary?.video))).toBe(sha256(videoOf(keyOf('files'))));
	});

	it('do not come unasked, nor where there is none', async () => {
		expect(await resultOf('plain')).not.toHaveProperty('binary');
		expect(
			await resultOf('noThumbnail', { outputOptions: { downloadThumbnail: true } }),
		).not.toHaveProperty('binary');
	});

	it('that cannot be fetched do not lose the result: the next run gives it out', async () => {
		const key = keyOf('unlucky');
		rig.store.fault({ method: 'GET', key, times: 2, status: 404, code: 'NoSuchKey' });
		const options = { outputOptions: { downloadVideo: true, downloadThumbnail: true } };
		const first = await generate('unlucky', options, { executionId: 'first' });
		expect(first.error?.message).toMatch(/^There is no object ".*\/unlucky\/idle\.mp4"/);
		rig.store.clearFaults();
		const second = await generate('unlucky', options, { executionId: 'second' });

		expect(second.error).toBeUndefined();
		expect(sha256(await contentOf(second.success[0]?.binary?.video))).toBe(sha256(videoOf(key)));
		expect(rig.queue.calls('run')).toHaveLength(1);
	});

	it('come without the thumbnail where it cannot be fetched, and a warning says so', async () => {
		const key = 'user-avatars/user_1/faceless/thumb.jpg';
		rig.store.fault({ method: 'GET', key, times: 2, status: 404, code: 'NoSuchKey' });
		const { json, binary } = await resultOf('faceless', {
			outputOptions: { downloadVideo: true, downloadThumbnail: true },
		});

		expect(Object.keys(binary ?? {})).toEqual(['video']);
		expect(json).toMatchObject({
			status: 'COMPLETED',
			warnings: [expect.stringMatching(/^The thumbnail was not downloaded: .*thumb\.jpg/)],
		});
	});

	it('need Wait for Completion', async () => {
		const { error } = await rig.run({
			...generateForm,
			waitForCompletion: false,
			outputOptions: { downloadVideo: true },
		});
		expect(error?.message).toMatch(/^Download Video needs Wait for Completion/);
		expect(rig.queue.calls('run')).toEqual([]);
	});
});

describe('without a MinIO credential', () => {
	let plain: Rig;
	const signed =
		'https://minio.example.com/a.mp4?X-Amz-Date=20261124T100000Z&X-Amz-Expires=3600&X-Amz-Signature=f';

	beforeAll(async () => {
		plain = await startRig('lazy', {
			handler: async ({ input }) =>
				Promise.resolve({
					...workerOutput(input),
					video_url: signed,
					thumbnail_url: 'https://a.b/c',
				}),
		});
	});
	afterAll(async () => {
		await plain.close();
	});

	it("the worker's own links say when they end", async () => {
		const { success } = await plain.run(generateForm);
		expect(success[0]?.json).toMatchObject({
			video_url: signed,
			video_url_expires_at: '2026-11-24T11:00:00.000Z',
			thumbnail_url: 'https://a.b/c',
			thumbnail_url_expires_at: null,
			size_bytes: null,
		});
	});

	it('links to a public base URL are made all the same', async () => {
		const linkOptions = { linkType: 'public', publicBaseUrl: 'https://cdn.example.com' };
		const { success } = await plain.run({ ...generateForm, linkOptions });
		expect(success[0]?.json).toMatchObject({
			video_url: `https://cdn.example.com/${keyOf('avatar_1')}`,
			video_url_expires_at: null,
		});
	});

	it('files cannot be downloaded, which is said before anything is sent', async () => {
		plain.queue.clearCalls();
		const { error } = await plain.run({
			...generateForm,
			outputOptions: { downloadThumbnail: true },
		});
		expect(error?.message).toMatch(/^Download Thumbnail needs a MinIO API credential/);
		expect(plain.queue.calls('run')).toEqual([]);
	});

	it.each([
		[
			{ drivingVideoPath: located('list', '={{ "" }}') },
			/^Driving Video \(driving_video_path\) is empty/,
		],
		[{ drivingVideoPath: located('id', '={{ "" }}') }, /^Driving Video \(template_id\) is empty/],
		[
			{ drivingVideoPath: located('path', '/a.mp4') },
			/^Driving Video \(driving_video_path\) must not start/,
		],
	])('a template of %j is refused under its name in the form', async (fields, message) => {
		const { error } = await plain.run({
			...generateForm,
			...fields,
		});
		expect(error?.message).toMatch(message);
	});
});
