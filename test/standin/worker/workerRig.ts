import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectStore, startObjectStore } from '../../../standin/objectStore/objectStore';
import { runFfmpeg } from '../../../standin/worker/ffmpeg';
import { createWorker, type Worker, type WorkerOptions } from '../../../standin/worker/worker';

export const BUCKET = 'avatar-templates';
export const PORTRAIT = join('examples', 'media', 'portrait.png');
export const DRIVING_VIDEO = join('examples', 'media', 'driving-video.mp4');
export const PORTRAIT_KEY = 'input-avatars/portrait.png';
export const VIDEO_KEY = 'sitting-woman/driving-video.mp4';
export const OWNER = { user_id: 'user_123', avatar_id: 'avatar_456' };
export const INPUT = { ...OWNER, image_minio_path: PORTRAIT_KEY, driving_video_path: VIDEO_KEY };

export interface Rig {
	folder: string;
	store: ObjectStore;
	worker: Worker;
	/** A further worker on the same store. */
	addWorker: (options?: Partial<WorkerOptions>) => Worker;
	/** Makes a media file by ffmpeg and puts it into the bucket. */
	addMedia: (key: string, args: string[]) => Promise<void>;
	/** What ffmpeg logs of an object. */
	describe: (key: string) => Promise<string>;
	close: () => Promise<void>;
}

/** A worker on a real object store that holds the sample portrait and driving video. */
export async function startRig(): Promise<Rig> {
	const folder = await mkdtemp(join(tmpdir(), 'worker-test-'));
	const store = await startObjectStore({
		folder: join(folder, 'objects'),
		buckets: [BUCKET],
		accessKey: 'worker',
		secretKey: 'worker-secret',
	});
	await store.putFile(BUCKET, PORTRAIT_KEY, PORTRAIT);
	await store.putFile(BUCKET, VIDEO_KEY, DRIVING_VIDEO);
	const { endPoint, port, useSSL, accessKey, secretKey } = store;
	const storage = { endPoint, port, useSSL, accessKey, secretKey, bucket: BUCKET };
	const workers: Worker[] = [];
	const addWorker = (options: Partial<WorkerOptions> = {}) => {
		const worker = createWorker({ storage, folder: join(folder, 'worker'), ...options });
		workers.push(worker);
		return worker;
	};
	return {
		folder,
		store,
		worker: addWorker(),
		addWorker,
		addMedia: async (key, args) => {
			const path = join(folder, key.replaceAll('/', '_'));
			await runFfmpeg([...args, path], neverStops());
			await store.putFile(BUCKET, key, path);
		},
		describe: async (key) => {
			const path = join(folder, 'described');
			await writeFile(path, await readObject(store, key));
			return await runFfmpeg(['-i', path, '-map', '0', '-f', 'null', '-'], neverStops());
		},
		close: async () => {
			await Promise.all(workers.map((worker) => worker.close()));
			await store.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

export async function readObject(store: ObjectStore, key: string): Promise<Buffer> {
	const bytes = await store.read(BUCKET, key);
	if (bytes === undefined) throw new Error(`no object ${key}`);
	return bytes;
}

/** Gives a job to a worker and collects what it reports. */
export async function runJob(
	worker: Worker,
	input: Record<string, unknown>,
	signal = neverStops(),
	onProgress: (progress: unknown) => void = () => undefined,
): Promise<{ output: unknown; progress: unknown[] }> {
	const progress: unknown[] = [];
	const reportProgress = (report: unknown) => {
		progress.push(report);
		onProgress(report);
	};
	const output = await worker.handle({ id: 'job-1', input, signal, reportProgress });
	return { output, progress };
}

export function neverStops(): AbortSignal {
	return new AbortController().signal;
}

export async function toBase64(path: string): Promise<string> {
	return await readFile(path, 'base64');
}

/** An HTTP server on a free port. */
export async function startServer(
	listener: RequestListener,
): Promise<{ url: string; close: () => Promise<void> }> {
	const server = createServer(listener).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the server has no port');
	return {
		url: `http://127.0.0.1:${String(address.port)}`,
		close: async () => {
			const closed = once(server, 'close');
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}
