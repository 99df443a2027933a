import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startN8n, startN8nProcess, urlOf, type N8n, type N8nOptions } from '../n8n';
import { freePort, type RunningProcess } from '../process';
import { startPostgres } from './postgres';
import { findPrograms } from './programs';
import { startRedis } from './redis';

export interface Webhooks extends RunningProcess {
	url: string;
}

/** n8n in queue mode: Redis, Postgres, main, a webhook process and two workers. */
export interface QueueMode {
	main: N8n;
	/** Takes what comes from outside in production. */
	webhooks: Webhooks;
	/** Those in whose place no other was started. */
	workers: readonly RunningProcess[];
	/** How n8n's processes reach Redis. */
	redisEnv: Readonly<Record<string, string>>;
	/** Starts one more worker in the place of one that is gone. */
	replaceWorker: (worker: RunningProcess) => Promise<void>;
	/** Ends n8n's processes and starts them on the same data, with these settings. */
	restart: (env: Readonly<Record<string, string>>) => Promise<void>;
	close: () => Promise<void>;
}

const WORKERS = 2;

type Closers = (() => Promise<void>)[];

/**
 * Starts all of it on 127.0.0.1; the package must lie in the user folder, which all processes share.
 * @throws Error naming the programs that are missing, or with the log of what did not come up
 */
export async function startQueueMode(
	options: N8nOptions & { webhookPort?: number },
): Promise<QueueMode> {
	const programs = findPrograms(process.env);
	const closers: Closers = [];
	const { signal } = options;
	try {
		const folder = await temporaryFolder(closers);
		const redis = await startRedis({ program: programs.redis, folder, env: process.env, signal });
		closers.push(redis.close);
		const postgres = await startPostgres({ programs, folder, signal });
		closers.push(postgres.close);
		const shared = { ...redis.env, ...postgres.env, ...ownSettings() };
		return await startProcesses(options, shared, redis.env, closers);
	} catch (error) {
		await closeAll(closers);
		throw error;
	}
}

async function temporaryFolder(closers: Closers): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'wan-avatar-queue-'));
	closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
	// Postgres may run as another user, and must come to its own folder in this one.
	await chmod(folder, 0o711);
	return folder;
}

function ownSettings(): Record<string, string> {
	// In a Redis that others use too, their jobs must not come to these workers.
	const prefix = `wan-avatar-${randomBytes(6).toString('hex')}`;
	return {
		EXECUTIONS_MODE: 'queue',
		N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
		QUEUE_BULL_PREFIX: prefix,
		N8N_REDIS_KEY_PREFIX: prefix,
		// As n8n 3 does: what is started in the editor runs on a worker too.
		OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	};
}

async function startProcesses(
	options: N8nOptions & { webhookPort?: number },
	shared: Readonly<Record<string, string>>,
	redisEnv: Readonly<Record<string, string>>,
	closers: Closers,
): Promise<QueueMode> {
	let env = { ...shared, ...options.env };
	const start = async () => {
		const processes = await startTogether({ ...options, env });
		closers.push(processes.close);
		return processes;
	};
	let now = await start();
	return {
		get main() {
			return now.main;
		},
		get webhooks() {
			return now.webhooks;
		},
		get workers() {
			return now.workers;
		},
		redisEnv: { ...redisEnv, QUEUE_BULL_PREFIX: shared.QUEUE_BULL_PREFIX ?? '' },
		replaceWorker: async (worker) => {
			await now.replaceWorker(worker);
		},
		restart: async (changes) => {
			await now.close();
			closers.splice(closers.indexOf(now.close), 1);
			env = { ...env, ...changes };
			now = await start();
		},
		close: async () => {
			await closeAll(closers);
		},
	};
}

type Processes = Pick<QueueMode, 'main' | 'webhooks' | 'workers' | 'replaceWorker' | 'close'>;

/** Main first, since it brings the database up to date. */
async function startTogether(options: N8nOptions & { webhookPort?: number }): Promise<Processes> {
	const closers: Closers = [];
	const keep = <T extends RunningProcess>(one: T): T => {
		closers.push(one.close);
		return one;
	};
	const startWorker = async () =>
		keep(await startN8nProcess('worker', { ...options, port: await freePort() }));
	try {
		const main = await startN8n(options);
		closers.push(main.close);
		const port = options.webhookPort ?? (await freePort());
		const started = await Promise.allSettled([
			startN8nProcess('webhook', { ...options, port }).then(keep),
			...Array.from({ length: WORKERS }, startWorker),
		]);
		const [webhook, ...workers] = started.map((one) => {
			if (one.status === 'rejected') throw one.reason;
			return one.value;
		});
		if (!webhook) throw new Error('n8n has no webhook process');
		return {
			main,
			webhooks: { ...webhook, url: urlOf(port) },
			workers,
			replaceWorker: async (worker) => {
				workers[workers.indexOf(worker)] = await startWorker();
			},
			close: async () => {
				await closeTogether(closers);
			},
		};
	} catch (error) {
		await closeTogether(closers);
		throw error;
	}
}

/** All at once: each takes a while. */
async function closeTogether(closers: Closers): Promise<void> {
	await Promise.all(closers.splice(0).map((close) => close()));
}

async function closeAll(closers: Closers): Promise<void> {
	for (const close of closers.splice(0).reverse()) await close();
}
