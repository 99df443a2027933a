import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/v4';
import { type ManagementApi, startManagementApi } from '../../standin/management/managementApi';
import { type ObjectStore, startObjectStore } from '../../standin/objectStore/objectStore';
import { type QueueApi, startQueueApi, type WorkerHandler } from '../../standin/queue/queueApi';
import { closeServer, listen } from '../../standin/wire/server';
import type { Service } from './matrix';

export const BUCKET = 'avatars';
export const IMAGE = 'dexsynccom/twin-avatar:wan-worker-20260214-2d62a28';
export const NAME = 'wan-avatar';
export const VIDEO_KEY = 'user-avatars/user_1/avatar_1/idle.mp4';
export const THUMBNAIL_KEY = 'user-avatars/user_1/avatar_1/thumb.jpg';
export const TEMPLATE_KEY = 'templates/waving.mp4';
export const RUN_MS = 1200;

/** One account with its bucket, for one operation under attack. */
export interface World {
	queue: QueueApi;
	management: ManagementApi;
	store: ObjectStore;
	/** An address that no request may reach. */
	elsewhere: { url: string; requests: () => number };
	/** Requests that came to each service since `forget`. */
	requests: () => Record<Service, number>;
	/** Forgets what came so far. */
	forget: () => void;
	/** False: a job runs on until it is cancelled. */
	letJobsEnd: boolean;
	/** Resolves when a job has been given to a worker, so surely after its submit. */
	jobStarted: Promise<void>;
	/** Resolves when the video of a job is stored, a moment before the queue says so. */
	jobMade: Promise<void>;
	/** Submits a job as somebody else did before. */
	submit: () => Promise<string>;
	close: () => Promise<void>;
}

export async function startWorld(): Promise<World> {
	const folder = await mkdtemp(join(tmpdir(), 'wan-avatar-attack-'));
	const store = await startStore(folder);
	let tellStarted: () => void = () => undefined;
	const jobStarted = new Promise<void>((resolve) => {
		tellStarted = resolve;
	});
	let tellMade: () => void = () => undefined;
	const jobMade = new Promise<void>((resolve) => {
		tellMade = resolve;
	});
	const video = await readFile('examples/media/driving-video.mp4');
	const handler: WorkerHandler = async ({ input, signal }) => {
		tellStarted();
		await delay(RUN_MS, undefined, { signal });
		if (!world.letJobsEnd) await once(signal, 'abort');
		signal.throwIfAborted();
		const key = typeof input.output_video_key === 'string' ? input.output_video_key : VIDEO_KEY;
		await store.putBytes(BUCKET, key, video, 'video/mp4');
		tellMade();
		return { minio_key: key, video_url: `${store.url}/${key}`, fps: 24, width: 1280, height: 720 };
	};
	const apiKey = 'rpa_key-of-the-attack';
	const queue = await startQueueApi({ apiKey, endpointId: 'endpoint1', handler, workersMax: 5 });
	const management = await startManagementApi({
		apiKey,
		queue,
		handlerFor: () => handler,
		opensAfterMs: 0,
		quotas: false,
	});
	const trap = await startTrap();
	const world: World = {
		letJobsEnd: true,
		queue,
		management,
		store,
		elsewhere: trap,
		jobStarted,
		jobMade,
		requests: () => ({
			queue: sum(queue.traffic()),
			management: sum(management.traffic()),
			MinIO: store.traffic().all?.total ?? 0,
		}),
		forget: () => {
			for (const api of [queue, management, store]) {
				api.clearCalls();
				api.clearTraffic();
			}
		},
		submit: async () => await submitTo(queue),
		close: async () => {
			await Promise.all([management.close(), queue.close(), store.close(), trap.close()]);
			await rm(folder, { recursive: true, force: true });
		},
	};
	return world;
}

async function startStore(folder: string): Promise<ObjectStore> {
	const store = await startObjectStore({
		folder,
		buckets: [BUCKET],
		accessKey: 'access',
		secretKey: 'secret-key',
	});
	const [clip, face] = ['examples/media/driving-video.mp4', 'examples/media/portrait.png'];
	await store.putFile(BUCKET, 'input-avatars/jobs.png', face, 'image/png');
	await store.putFile(BUCKET, TEMPLATE_KEY, clip, 'video/mp4');
	return store;
}

/** A server that a redirect leads to. */
async function startTrap(): Promise<World['elsewhere'] & { close: () => Promise<void> }> {
	let requests = 0;
	const server = createServer((_request, response) => {
		requests += 1;
		response.end('{}');
	});
	const port = await listen(server, 0);
	return {
		url: `http://127.0.0.1:${String(port)}/elsewhere`,
		requests: () => requests,
		close: () => closeServer(server),
	};
}

async function submitTo({ baseUrl, endpointId, apiKey }: QueueApi): Promise<string> {
	const input = {
		user_id: 'user_1',
		avatar_id: 'avatar_1',
		image_minio_path: 'input-avatars/jobs.png',
		driving_video_path: TEMPLATE_KEY,
		output_video_key: VIDEO_KEY,
	};
	const response = await fetch(`${baseUrl}/${endpointId}/run`, {
		method: 'POST',
		headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		body: JSON.stringify({ input }),
	});
	return z.object({ id: z.string() }).parse(await response.json()).id;
}

function sum(traffic: ReturnType<QueueApi['traffic']>): number {
	return Object.values(traffic).reduce((all, { total }) => all + total, 0);
}
