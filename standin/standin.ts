import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectStore, startObjectStore } from './objectStore/objectStore';
import { type ManagementApi, startManagementApi } from './management/managementApi';
import { type QueueApi, type QueueApiOptions, startQueueApi } from './queue/queueApi';
import { DeployedWorkers } from './worker/deployedWorkers';
import { createWorker, type Worker } from './worker/worker';

type QueueOptions = Omit<QueueApiOptions, 'apiKey' | 'endpointId' | 'handler' | 'port'>;

/** Times in milliseconds, before `timeFactor`. */
export interface StandInOptions extends QueueOptions {
	/** Keeps objects and renders; without it a temporary folder that `close` removes. */
	folder?: string;
	/** Default: any free port. */
	queuePort?: number;
	/** Default: any free port. */
	managementPort?: number;
	/** Default: any free port. */
	storagePort?: number;
	linkExpirySeconds?: number;
}

/** What a client needs to use the stand-in. */
export interface StandInAddress {
	runpod: { baseUrl: string; managementBaseUrl: string; endpointId: string; apiKey: string };
	minio: {
		endPoint: string;
		port: number;
		useSSL: boolean;
		accessKey: string;
		secretKey: string;
		bucket: string;
	};
}

export interface StandIn {
	queue: QueueApi;
	management: ManagementApi;
	storage: ObjectStore;
	worker: Worker;
	bucket: string;
	/** Holds objects, inputs and renders. */
	folder: string;
	address: () => StandInAddress;
	/** Ends all of them; throws an AggregateError after the last if any failed to end. */
	close: () => Promise<void>;
}

const BUCKET = 'avatar-templates';
const REGION = 'us-east-1';

/**
 * Starts a queue that answers as a RunPod serverless endpoint, the management API that makes more of them,
 * an object store that answers as MinIO,
 * and a worker that takes the Wan avatar worker's jobs but is not Wan. All keys are new at each start.
 */
export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
	const closers: (() => Promise<void>)[] = [];
	const close = () => closeAll(closers);
	try {
		const folder = options.folder ?? (await makeTemporaryFolder(closers));
		const storage = await startStorage(folder, options.storagePort);
		closers.unshift(() => storage.close());
		const worker = await startWorker(folder, storage, options);
		closers.unshift(() => worker.close());
		const queue = await startQueue(worker, options);
		closers.unshift(() => queue.close());
		const deployed = new DeployedWorkers({ folder, region: REGION });
		closers.unshift(() => deployed.close());
		const management = await startManagement(queue, deployed, options);
		closers.unshift(() => management.close());
		const address = () => addressOf(queue, management, storage);
		return { queue, management, storage, worker, bucket: BUCKET, folder, address, close };
	} catch (error) {
		await close();
		throw error;
	}
}

async function makeTemporaryFolder(closers: (() => Promise<void>)[]): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'wan-avatar-standin-'));
	closers.unshift(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

async function startStorage(folder: string, port = 0): Promise<ObjectStore> {
	const objects = join(folder, 'objects');
	await mkdir(objects, { recursive: true });
	return await startObjectStore({
		folder: objects,
		buckets: [BUCKET],
		accessKey: randomBytes(10).toString('hex'),
		secretKey: randomBytes(20).toString('hex'),
		region: REGION,
		port,
	});
}

async function startWorker(
	folder: string,
	storage: ObjectStore,
	{ linkExpirySeconds, newerWorkerFields = [] }: StandInOptions,
): Promise<Worker> {
	const { endPoint, port, useSSL, accessKey, secretKey } = storage;
	const scratch = join(folder, 'worker');
	await mkdir(scratch, { recursive: true });
	return createWorker({
		storage: { endPoint, port, useSSL, accessKey, secretKey, bucket: BUCKET, region: REGION },
		folder: scratch,
		newerWorkerFields,
		...(linkExpirySeconds === undefined ? {} : { linkExpirySeconds }),
	});
}

async function startQueue(worker: Worker, options: StandInOptions): Promise<QueueApi> {
	return await startQueueApi({
		...options,
		apiKey: `rpa_${randomBytes(20).toString('hex')}`,
		endpointId: randomBytes(7).toString('hex'),
		handler: worker.handle,
		port: options.queuePort ?? 0,
	});
}

async function startManagement(
	queue: QueueApi,
	deployed: DeployedWorkers,
	{ managementPort = 0, timeFactor = 1 }: StandInOptions,
): Promise<ManagementApi> {
	return await startManagementApi({
		apiKey: queue.apiKey,
		queue,
		handlerFor: (container) => deployed.handlerFor(container.env),
		timeFactor,
		port: managementPort,
	});
}

function addressOf(
	queue: QueueApi,
	management: ManagementApi,
	storage: ObjectStore,
): StandInAddress {
	const { baseUrl, endpointId, apiKey } = queue;
	const { endPoint, port, useSSL, accessKey, secretKey } = storage;
	return {
		runpod: { baseUrl, managementBaseUrl: management.baseUrl, endpointId, apiKey },
		minio: { endPoint, port, useSSL, accessKey, secretKey, bucket: BUCKET },
	};
}

/** Each part is closed even when one before it failed. */
async function closeAll(closers: (() => Promise<void>)[]): Promise<void> {
	const failures: unknown[] = [];
	for (const close of closers.splice(0)) {
		await close().catch((error: unknown) => failures.push(error));
	}
	if (failures.length > 0) throw new AggregateError(failures, 'the stand-in did not close cleanly');
}
