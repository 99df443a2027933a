import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkerHandler } from '../queue/jobs/workerHandler';
import type { BucketSettings } from './bucket';
import { createWorker, type Worker } from './worker';

export interface DeployedWorkersOptions {
	/** Each worker gets a folder of its own in it. */
	folder: string;
	region: string;
}

/** Workers of endpoints that were deployed: they reach the bucket that their env names, or none. */
export class DeployedWorkers {
	readonly #options: DeployedWorkersOptions;
	readonly #workers = new Map<string, Worker>();

	constructor(options: DeployedWorkersOptions) {
		this.#options = options;
	}

	handlerFor(env: Readonly<Record<string, string>>): WorkerHandler {
		return async (job) => await this.#workerFor(env).handle(job);
	}

	async close(): Promise<void> {
		await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
	}

	#workerFor(env: Readonly<Record<string, string>>): Worker {
		const storage = bucketSettings(env, this.#options.region);
		const key = JSON.stringify(storage);
		const worker = this.#workers.get(key) ?? this.#create(storage);
		this.#workers.set(key, worker);
		return worker;
	}

	#create(storage: BucketSettings): Worker {
		const folder = join(this.#options.folder, `worker-${String(this.#workers.size + 1)}`);
		mkdirSync(folder, { recursive: true });
		return createWorker({ storage, folder });
	}
}

/** The MinIO settings as the worker reads them; throws where one is missing, as the worker does. */
function bucketSettings(env: Readonly<Record<string, string>>, region: string): BucketSettings {
	const useSSL = variable(env, 'MINIO_USE_SSL') === 'true';
	const { hostname, port } = new URL(`http://${variable(env, 'MINIO_ENDPOINT')}`);
	return {
		endPoint: hostname,
		port: port === '' ? (useSSL ? 443 : 80) : Number(port),
		useSSL,
		accessKey: variable(env, 'MINIO_ACCESS_KEY'),
		secretKey: variable(env, 'MINIO_SECRET_KEY'),
		bucket: variable(env, 'MINIO_BUCKET'),
		region,
	};
}

function variable(env: Readonly<Record<string, string>>, name: string): string {
	const value = env[name];
	if (!value) throw new Error(`the worker has no ${name}`);
	return value;
}
