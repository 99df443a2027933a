import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EngineOptions } from '../../../../demo/engine';
import { startObjectStore, type ObjectStore } from '../../../../standin/objectStore/objectStore';
import type { QueueApiOptions } from '../../../../standin/queue/queueApi';
import { startRig, workerOutput, type Rig } from './rig';

export const BUCKET = 'avatars';

export interface StoredRig extends Rig {
	store: ObjectStore;
	/** Those that the node is given, by reference. */
	credentials: EngineOptions['credentials'];
}

export interface StoredRigOptions extends Partial<QueueApiOptions> {
	/** What the worker stores under a key; nothing: it stores none. */
	makes?: (key: string) => Buffer | undefined;
}

/** The rig with a MinIO credential, and a worker that stores a small video of each key. */
export async function startStoredRig(
	{ makes = videoOf, ...options }: StoredRigOptions = {},
	binaryMode: EngineOptions['binaryMode'] = 'filesystem',
): Promise<StoredRig> {
	const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-objects-'));
	const store = await startObjectStore({
		folder,
		buckets: [BUCKET],
		accessKey: 'access',
		secretKey: 'secret-key',
	});
	await store.putBytes(BUCKET, 'input-avatars/jobs.png', 'a portrait');
	await store.putBytes(BUCKET, 'sitting-woman/video-conference-woman.mp4', 'a video');
	const minioApi = {
		endpoint: `http://127.0.0.1:${String(store.port)}`,
		accessKey: store.accessKey,
		secretKey: store.secretKey,
		bucket: BUCKET,
	};
	const runPodApi = {};
	const rig = await startRig(
		'lazy',
		{
			handler: async ({ input }) => {
				const output = workerOutput(input);
				for (const key of [output.minio_key, output.thumbnail_key])
					await storeIn(store, key, makes);
				return output;
			},
			...options,
		},
		{ minioApi, runPodApi },
		binaryMode,
	);
	Object.assign(runPodApi, {
		apiKey: rig.queue.apiKey,
		endpointId: rig.queue.endpointId,
		queueBaseUrl: rig.queue.baseUrl,
	});
	return {
		...rig,
		store,
		credentials: { runPodApi, minioApi },
		close: async () => {
			await rig.close();
			await store.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function storeIn(
	store: ObjectStore,
	key: unknown,
	makes: (key: string) => Buffer | undefined,
): Promise<void> {
	const content = typeof key === 'string' ? makes(key) : undefined;
	if (typeof key === 'string' && content) await store.putBytes(BUCKET, key, content);
}

/** An MP4 that is another one for each key. */
export function videoOf(key: string): Buffer {
	const mark = Buffer.from(`....free made of ${key}`);
	mark.writeUInt32BE(mark.length);
	return Buffer.concat([readFileSync('examples/media/driving-video.mp4'), mark]);
}

/** Waits for something that happens in another place; fails after ten seconds. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
	for (let tries = 0; tries < 500; tries++) {
		if (isTrue()) return;
		await delay(20);
	}
	throw new Error(`It did not happen: ${what}`);
}
