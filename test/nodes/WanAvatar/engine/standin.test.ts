import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'minio';
import * as z from 'zod/v4';
import { seedExamples } from '../../../../standin/seedExamples';
import { startStandIn, type StandIn } from '../../../../standin/standin';
import { generateForm, located, startRig, type Rig } from './rig';

let standIn: StandIn;
let rig: Rig;

beforeAll(async () => {
	standIn = await startStandIn({ workersMax: 8 });
	await seedExamples(standIn);
	const { runpod, minio } = standIn.address();
	const { endPoint, port, accessKey, secretKey, bucket } = minio;
	const credentials = {
		runPodApi: {
			apiKey: runpod.apiKey,
			endpointId: `https://api.runpod.ai/v2/${runpod.endpointId}/run`,
			queueBaseUrl: runpod.baseUrl,
		},
		minioApi: {
			endpoint: `http://${endPoint}:${String(port)}`,
			publicEndpoint: `http://localhost:${String(port)}`,
			accessKey,
			secretKey,
			bucket,
		},
	};
	rig = await startRig('lazy', {}, credentials);
}, 60_000);

afterAll(async () => {
	await rig.close();
	await standIn.close();
});

const result = z.looseObject({
	avatar_id: z.string(),
	minio_key: z.string(),
	video_url: z.url(),
	thumbnail_url: z.url(),
	fps: z.literal(24),
	width: z.literal(1280),
	height: z.literal(720),
	size_bytes: z.number(),
	duration_seconds: z.number(),
	measured_fps: z.literal(24),
	measured_width: z.literal(1280),
	measured_height: z.literal(720),
});

it('every way to give the files makes the same real video, with links that open', async () => {
	const form = {
		...generateForm,
		portraitSource: '={{ $json.portrait }}',
		portraitPath: 'input-avatars/portrait.png',
		portraitUrl: await linkTo('input-avatars/portrait.png'),
		portraitBase64: base64Of('portrait.png'),
		drivingVideoSource: '={{ $json.video }}',
		drivingVideoPath: 'sitting-woman/driving-video.mp4',
		drivingVideoUrl: await linkTo('sitting-woman/driving-video.mp4'),
		drivingVideoBase64: base64Of('driving-video.mp4'),
	};
	const byId = { drivingVideoPath: located('id', 'sitting-woman') };
	const ways = [
		{ portrait: 'minioPath', video: 'minioPath' },
		{ portrait: 'url', video: 'url' },
		{ portrait: 'base64', video: 'base64' },
		{ portrait: 'minioPath', video: 'minioPath', more: byId },
	];

	const runs = await Promise.all(
		ways.map(async ({ portrait, video, more = {} }, i) => {
			const chosen = { ...form, portraitSource: portrait, drivingVideoSource: video, ...more };
			const { error, success } = await rig.run(chosen, {
				items: [{ avatar: `way${String(i)}` }],
			});
			return { error, result: result.parse(success[0]?.json) };
		}),
	);

	expect(runs.map(({ error }) => error)).toEqual([undefined, undefined, undefined, undefined]);
	const videos = await Promise.all(runs.map(async (run) => await fetched(run.result.video_url)));
	expect(new Set(videos.map(sha256)).size).toBe(1);
	expect(videos[0]?.subarray(4, 8).toString()).toBe('ftyp');
	expect(runs.map((run) => run.result.size_bytes)).toEqual(videos.map(({ length }) => length));
	expect(runs[0]?.result.duration_seconds).toBeGreaterThan(1);
	const [thumbnail] = await Promise.all(
		runs.map(async (run) => await fetched(run.result.thumbnail_url)),
	);
	expect(thumbnail?.subarray(0, 3).toString('hex')).toBe('ffd8ff');
	expect(standIn.worker.renders()).toBe(1);
}, 60_000);

it('links are signed for the public endpoint', async () => {
	const { success } = await rig.run({
		...generateForm,
		portraitPath: 'input-avatars/portrait.png',
		drivingVideoPath: 'sitting-woman/driving-video.mp4',
	});

	const { video_url, minio_key } = result.parse(success[0]?.json);
	const url = new URL(video_url);
	expect(url.hostname).toBe('localhost');
	expect(url.pathname).toBe(`/${standIn.bucket}/${minio_key}`);
	expect(url.searchParams.get('X-Amz-Expires')).toBe('604800');
}, 60_000);

it('a portrait that is not there is noticed before anything is sent', async () => {
	const before = standIn.queue.calls('run').length;
	const { error } = await rig.run({
		...generateForm,
		portraitPath: 'input-avatars/typo.png',
		drivingVideoPath: 'sitting-woman/driving-video.mp4',
	});

	expect(error?.message).toMatch(
		/^Portrait \(image_minio_path\) names "input-avatars\/typo\.png", but there is no such file/,
	);
	expect(standIn.queue.calls('run')).toHaveLength(before);
}, 60_000);

async function linkTo(key: string): Promise<string> {
	const { endPoint, port, useSSL, accessKey, secretKey, bucket } = standIn.address().minio;
	const client = new Client({ endPoint, port, useSSL, accessKey, secretKey, region: 'us-east-1' });
	return await client.presignedGetObject(bucket, key, 600);
}

function base64Of(name: string): string {
	return readFileSync(`examples/media/${name}`).toString('base64');
}

async function fetched(url: string): Promise<Buffer> {
	const answer = await fetch(url);
	expect(answer.status).toBe(200);
	return Buffer.from(await answer.arrayBuffer());
}

function sha256(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}
