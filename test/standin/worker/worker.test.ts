import { createReadStream } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseMediaInfo } from '../../../standin/worker/mediaInfo';
import {
	BUCKET,
	DRIVING_VIDEO,
	INPUT,
	OWNER,
	PORTRAIT,
	PORTRAIT_KEY,
	readObject,
	type Rig,
	runJob,
	startRig,
	startServer,
	toBase64,
	VIDEO_KEY,
} from './workerRig';

jest.setTimeout(120_000);

let rig: Rig;
let media: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
	rig = await startRig();
	media = await startServer((request, response) => {
		const path = { '/portrait.png': PORTRAIT, '/video.mp4': DRIVING_VIDEO }[request.url ?? ''];
		if (path) createReadStream(path).pipe(response);
		else response.writeHead(404).end();
	});
});

afterAll(async () => {
	await media.close();
	await rig.close();
});

describe('a job of the stand-in worker', () => {
	it('makes a real MP4: H.264, 1280x720, 24 fps, as long as the driving video', async () => {
		const { output } = await runJob(rig.worker, { ...INPUT, output_video_key: 'a/idle.mp4' });
		const log = await rig.describe('a/idle.mp4');
		expect(parseMediaInfo(log)).toMatchObject({
			codec: 'h264',
			width: 1280,
			height: 720,
			fps: 24,
			durationSeconds: 2.5,
		});
		expect(log).toMatch(/frame=\s*60\b/);
		expect(output).toEqual({
			minio_key: 'a/idle.mp4',
			video_url: expect.stringContaining('/avatar-templates/a/idle.mp4?X-Amz-Algorithm='),
			fps: 24,
			width: 1280,
			height: 720,
		});
	});

	it('answers with a presigned URL of the MP4, which starts playing before it is loaded', async () => {
		const { output } = await runJob(rig.worker, { ...INPUT, output_video_key: 'b/idle.mp4' });
		const response = await fetch(textOf(output, 'video_url'));
		const bytes = Buffer.from(await response.arrayBuffer());
		expect(response.headers.get('content-type')).toBe('video/mp4');
		expect(bytes.equals(await readObject(rig.store, 'b/idle.mp4'))).toBe(true);
		expect(bytes.indexOf('moov')).toBeGreaterThan(0);
		expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
	});

	it('names the video by owner and time when it is not told a key', async () => {
		const { output } = await runJob(rig.worker, INPUT);
		const key = textOf(output, 'minio_key');
		expect(key).toMatch(/^user-avatars\/user_123\/avatar_456\/idle_\d{8}_\d{6}\.mp4$/);
		expect(rig.store.keys(BUCKET, 'user-avatars/')).toEqual([key]);
	});

	it('adds a JPG when asked for a thumbnail', async () => {
		const keys = { output_video_key: 'c/idle.mp4', output_thumbnail_key: 'c/thumb.jpg' };
		const { output } = await runJob(rig.worker, { ...INPUT, ...keys });
		const response = await fetch(textOf(output, 'thumbnail_url'));
		expect(textOf(output, 'thumbnail_key')).toBe('c/thumb.jpg');
		expect(response.headers.get('content-type')).toBe('image/jpeg');
		expect(parseMediaInfo(await rig.describe('c/thumb.jpg'))).toMatchObject({
			codec: 'mjpeg',
			width: 640,
			height: 360,
		});
	});

	it('is done without a thumbnail when that cannot be uploaded', async () => {
		rig.store.fault({ method: 'PUT', key: 'd/thumb.jpg', status: 403, code: 'AccessDenied' });
		const keys = { output_video_key: 'd/idle.mp4', output_thumbnail_key: 'd/thumb.jpg' };
		const { output } = await runJob(rig.worker, { ...INPUT, ...keys });
		expect(output).toMatchObject({ minio_key: 'd/idle.mp4' });
		expect(output).not.toHaveProperty('thumbnail_key');
		expect(output).not.toHaveProperty('thumbnail_url');
	});

	it('reports its progress in tenths', async () => {
		const { progress } = await runJob(rig.worker, { ...INPUT, output_video_key: 'e/idle.mp4' });
		expect(progress.slice(0, 2)).toEqual([{ progress: '1/10' }, { progress: '2/10' }]);
		expect(progress.slice(-2)).toEqual([{ progress: '8/10' }, { progress: '9/10' }]);
	});

	it('fails when the video cannot be uploaded', async () => {
		rig.store.fault({ method: 'PUT', key: 'f/idle.mp4', status: 403, code: 'AccessDenied' });
		const job = runJob(rig.worker, { ...INPUT, output_video_key: 'f/idle.mp4' });
		await expect(job).rejects.toMatchObject({ code: 'AccessDenied' });
	});

	it('signs URLs for the public address of the store', async () => {
		const { endPoint, port, useSSL, accessKey, secretKey } = rig.store;
		const storage = { endPoint, port, useSSL, accessKey, secretKey, bucket: BUCKET };
		const worker = rig.addWorker({
			storage: { ...storage, publicUrl: 'https://storage.test' },
			linkExpirySeconds: 600,
		});
		const { output } = await runJob(worker, { ...INPUT, output_video_key: 'g/idle.mp4' });
		const url = new URL(textOf(output, 'video_url'));
		expect(url.origin).toBe('https://storage.test');
		expect(url.searchParams.get('X-Amz-Expires')).toBe('600');
	});
});

describe('the inputs of the stand-in worker', () => {
	it('may come in any way and give the same video', async () => {
		await rig.store.putFile(BUCKET, 'waving', DRIVING_VIDEO);
		await rig.store.putFile(BUCKET, 'nodding.mp4', DRIVING_VIDEO);
		await rig.store.putFile(BUCKET, 'smiling/take-1.mp4', DRIVING_VIDEO);
		await rig.store.putBytes(BUCKET, 'smiling/notes.txt', 'take one');
		const [portrait, video] = await Promise.all([PORTRAIT, DRIVING_VIDEO].map(toBase64));
		const byPath = { driving_video_path: VIDEO_KEY };
		const inputs = [
			{ image_minio_path: PORTRAIT_KEY, ...byPath },
			{ image_url: `${media.url}/portrait.png`, ...byPath },
			{ image_base64: portrait, ...byPath },
			{ image_base64: `data:image/png;base64,${portrait ?? ''}`, ...byPath },
			{ image_minio_path: PORTRAIT_KEY, driving_video_url: `${media.url}/video.mp4` },
			{ image_minio_path: PORTRAIT_KEY, driving_video_base64: video },
			{ image_minio_path: PORTRAIT_KEY, template_id: 'waving' },
			{ image_minio_path: PORTRAIT_KEY, template_id: 'nodding' },
			{ image_minio_path: PORTRAIT_KEY, template_id: 'smiling' },
		];
		const worker = rig.addWorker({ folder: `${rig.folder}/ways` });
		for (const [index, input] of inputs.entries()) {
			const key = `ways/${String(index)}.mp4`;
			await runJob(worker, { ...OWNER, ...input, output_video_key: key });
			expect(await readObject(rig.store, key)).toEqual(await readObject(rig.store, 'ways/0.mp4'));
		}
		expect(worker.renders()).toBe(1);
	});

	it('keep their sound, fill the frame and end after ten seconds', async () => {
		const picture = ['-f', 'lavfi', '-i', 'testsrc=size=90x160:rate=15:duration=12'];
		const sound = ['-f', 'lavfi', '-i', 'sine=frequency=300:duration=12'];
		await rig.addMedia('long/upright.webm', [...picture, ...sound, '-c:v', 'libvpx']);
		const input = { ...INPUT, driving_video_path: 'long/upright.webm' };
		const { output } = await runJob(rig.worker, { ...input, output_video_key: 'long/idle.mp4' });
		const log = await rig.describe('long/idle.mp4');
		expect(output).toMatchObject({ fps: 24, width: 1280, height: 720 });
		expect(log).toMatch(/Audio: aac/);
		expect(log).toMatch(/frame=\s*240\b/);
		expect(parseMediaInfo(log).durationSeconds).toBeCloseTo(10, 0);
	});

	it.each([
		[
			{ image_minio_path: 'input-avatars/x.png' },
			'portrait not found in MinIO: input-avatars/x.png',
		],
		[{ driving_video_path: 'x.mp4' }, 'driving video not found in MinIO: x.mp4'],
		[{ driving_video_path: undefined, template_id: 'x' }, 'template not found in MinIO: x'],
		[
			{ driving_video_path: undefined, template_id: 'two' },
			'template two is a folder with 2 videos, expected one',
		],
		[{ image_minio_path: 'notes.txt' }, 'portrait is not an image that ffmpeg can read'],
		[{ image_minio_path: 'empty.png' }, 'portrait is empty'],
		[{ driving_video_path: 'notes.txt' }, 'driving video is not a video that ffmpeg can read'],
		[{ driving_video_path: PORTRAIT_KEY }, 'driving video is a still picture (png)'],
		[{ image_minio_path: undefined, image_base64: 'not base64!' }, 'portrait is not valid base64'],
	])('that cannot be used fail the job: %j', async (change, message) => {
		await rig.store.putBytes(BUCKET, 'notes.txt', 'This is text, not media.');
		await rig.store.putBytes(BUCKET, 'empty.png', '');
		await rig.store.putBytes(BUCKET, 'two/a.mp4', 'a');
		await rig.store.putBytes(BUCKET, 'two/b.MOV', 'b');
		const input = Object.entries({ ...INPUT, ...change }).filter(
			([, value]) => value !== undefined,
		);
		await expect(runJob(rig.worker, Object.fromEntries(input))).rejects.toMatchObject({
			message: message,
		});
	});

	it('that cannot be downloaded fail the job without showing the signed part of the URL', async () => {
		const { host } = new URL(media.url);
		const gone = await startServer(() => undefined);
		await gone.close();
		const input = { ...OWNER, driving_video_path: VIDEO_KEY };
		await expect(
			runJob(rig.worker, { ...input, image_url: `${media.url}/x.png?signature=secret` }),
		).rejects.toMatchObject({ message: `portrait download failed: ${host}/x.png answered 404` });
		await expect(
			runJob(rig.worker, { ...input, image_url: `${gone.url}/x.png?signature=secret` }),
		).rejects.toMatchObject({
			message: `portrait download failed: ${new URL(gone.url).host}/x.png cannot be reached`,
		});
	});
});

describe('the renders of the stand-in worker', () => {
	it('are shared by jobs with the same inputs and kept for later ones', async () => {
		await rig.addMedia('input-avatars/red.jpg', [
			...['-f', 'lavfi', '-i', 'color=red:size=200x300', '-frames:v', '1'],
		]);
		const folder = `${rig.folder}/shared`;
		const worker = rig.addWorker({ folder });
		const red = { ...INPUT, image_minio_path: 'input-avatars/red.jpg' };
		await Promise.all(
			[INPUT, INPUT, INPUT, red].map((input, index) =>
				runJob(worker, { ...input, output_video_key: `shared/${String(index)}.mp4` }),
			),
		);
		const videos = await Promise.all(
			[0, 1, 2, 3].map((index) => readObject(rig.store, `shared/${String(index)}.mp4`)),
		);
		expect(worker.renders()).toBe(2);
		expect(videos[1]).toEqual(videos[0]);
		expect(videos[2]).toEqual(videos[0]);
		expect(videos[3]).not.toEqual(videos[0]);

		const later = rig.addWorker({ folder });
		await runJob(later, { ...red, output_video_key: 'shared/later.mp4' });
		expect(await readObject(rig.store, 'shared/later.mp4')).toEqual(videos[3]);
		expect(later.renders()).toBe(0);
	});
});

function textOf(output: unknown, field: string): string {
	const fields = new Map(Object.entries(Object(output) as object));
	return String(fields.get(field));
}
