import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectStore, startObjectStore } from './objectStore/objectStore';
import { type ManagementApi, startManagementApi } from './management/managementApi';
import { type QueueApi, type QueueApiOptions, startQueueApi } from './queue/queueApi';
import type { WorkerHandler } from './queue/jobs/workerHandler';
import type { Traffic } from './wire/traffic';
import { DeployedWorkers } from './worker/deployedWorkers';
import { createReadyWorker } from './worker/readyWorker';
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
	/** Input fields beyond the contract that the worker knows. */
	newerWorkerFields?: readonly string[];
	/** Pools from which the first endpoint's workers get their GPUs; default AMPERE_80. */
	gpuPools?: readonly string[];
	/** GPUs of one worker of the first endpoint; default 1. */
	gpuCount?: number;
	/**
	 * For many thousand jobs: the worker renders nothing and stores the same small video for each, and no calls are
	 * kept. Default false.
	 */
	fast?: boolean;
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
	/** How much came to each server, and at what rate. */
	traffic: () => Record<'queue' | 'management' | 'storage', Record<string, Traffic>>;
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
		const folder = options.folder ?? (await makeTemporaryFolder(closers, temporaryRoot(options)));
		const storage = await startStorage(folder, options);
		closers.unshift(() => storage.close());
		const worker = await startWorker(folder, storage, options);
		closers.unshift(() => worker.close());
		const handler = options.fast ? await readyHandler(folder, storage, options) : worker.handle;
		const queue = await startQueue(handler, options);
		closers.unshift(() => queue.close());
		const deployed = new DeployedWorkers({ folder, region: REGION });
		closers.unshift(() => deployed.close());
		const own = ownEndpoint(storage, options);
		const management = await startManagement({ queue, deployed, own }, options);
		closers.unshift(() => management.close());
		const address = () => addressOf(queue, management, storage);
		const traffic = () => ({
			queue: queue.traffic(),
			management: management.traffic(),
			storage: storage.traffic(),
		});
		return { queue, management, storage, worker, bucket: BUCKET, folder, address, traffic, close };
	} catch (error) {
		await close();
		throw error;
	}
}

async function makeTemporaryFolder(
	closers: (() => Promise<void>)[],
	root: string,
): Promise<string> {
	const folder = await mkdtemp(join(root, 'wan-avatar-standin-'));
	closers.unshift(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

/** Ten thousand jobs are a hundred thousand files: in memory where there is a folder for that. */
function temporaryRoot({ fast = false }: StandInOptions): string {
	return fast && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}

async function startStorage(
	folder: string,
	{ storagePort = 0, fast = false }: StandInOptions,
): Promise<ObjectStore> {
	const objects = join(folder, 'objects');
	await mkdir(objects, { recursive: true });
	return await startObjectStore({
		folder: objects,
		buckets: [BUCKET],
		accessKey: randomBytes(10).toString('hex'),
		secretKey: randomBytes(20).toString('hex'),
		region: REGION,
		port: storagePort,
		...(fast && { callsKept: 0 }),
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

async function readyHandler(
	folder: string,
	storage: ObjectStore,
	{ linkExpirySeconds, newerWorkerFields = [] }: StandInOptions,
): Promise<WorkerHandler> {
	const { endPoint, port, useSSL, accessKey, secretKey } = storage;
	return await createReadyWorker({
		storage: { endPoint, port, useSSL, accessKey, secretKey, bucket: BUCKET, region: REGION },
		folder: join(folder, 'worker'),
		put: (key, content, contentType) => storage.putBytes(BUCKET, key, content, contentType),
		newerWorkerFields,
		...(linkExpirySeconds === undefined ? {} : { linkExpirySeconds }),
	});
}

async function startQueue(handler: WorkerHandler, options: StandInOptions): Promise<QueueApi> {
	return await startQueueApi({
		...options,
		...(options.fast && { callsKept: 0 }),
		apiKey: `rpa_${randomBytes(20).toString('hex')}`,
		endpointId: randomBytes(7).toString('hex'),
		handler,
		port: options.queuePort ?? 0,
	});
}

/** The endpoint that the account has from the start, as a request would have made it. */
function ownEndpoint(
	{ endPoint, port, useSSL, accessKey, secretKey }: ObjectStore,
	options: StandInOptions,
): Record<string, unknown> {
	const { workersMax = 1, idleTimeoutMs = 60_000, executionTimeoutMs = 600_000 } = options;
	const { gpuPools = ['AMPERE_80'], gpuCount = 1 } = options;
	return {
		name: 'wan-avatar-stand-in',
		type: 'QUEUE',
		image: 'stand-in/not-wan:1',
		env: {
			MINIO_ENDPOINT: `${endPoint}:${String(port)}`,
			MINIO_ACCESS_KEY: accessKey,
			MINIO_SECRET_KEY: secretKey,
			MINIO_USE_SSL: String(useSSL),
			MINIO_BUCKET: BUCKET,
		},
		gpu: { pools: gpuPools, count: gpuCount },
		workers: { max: workersMax, idleTimeout: Math.max(1, Math.round(idleTimeoutMs / 1000)) },
		scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
		timeout: executionTimeoutMs,
	};
}

interface ManagementParts {
	queue: QueueApi;
	deployed: DeployedWorkers;
	own: Record<string, unknown>;
}

async function startManagement(
	{ queue, deployed, own }: ManagementParts,
	{ managementPort = 0, timeFactor = 1 }: StandInOptions,
): Promise<ManagementApi> {
	return await startManagementApi({
		apiKey: queue.apiKey,
		queue,
		own,
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
