import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RunningProcess } from '../../../demo/n8n/process';
import { missingPrograms } from '../../../demo/n8n/queue/programs';
import { startQueueMode, type QueueMode } from '../../../demo/n8n/queue/queueMode';
import { OWNER } from '../../../demo/n8n/seed';
import type { StandInOptions } from '../../../standin/standin';
import { endOf, moveIn, startWhole, surround, until, type Rig } from '../rig';
import { holdJobs, type HeldJobs } from '../suspend/heldJobs';
import { startWay, type Way } from '../suspend/way';

/** The whole n8n in queue mode; webhooks and forms are taken by its webhook process. */
export interface QueueRig extends Omit<Rig, 'crash' | 'restart'>, HeldJobs {
	/** How RunPod's callbacks come to the webhook process. */
	way: Way;
	workers: () => QueueMode['workers'];
	/** The Redis of all processes. */
	redis: { host: string; port: number };
	/** The worker that runs an execution. */
	workerOf: (executionId: string) => Promise<RunningProcess>;
	/** The worker that does not. */
	otherThan: (worker: RunningProcess) => RunningProcess;
	/** Starts another worker in the place of one that is gone. */
	replaceWorker: QueueMode['replaceWorker'];
	/** How often an execution was given to the workers: once more each time it wakes. */
	enqueuedTimes: (executionId: string) => number;
	/** Gives the execution of a worker that does not answer to another one, as n8n before 2.0 does. */
	giveAway: (executionId: string) => Promise<void>;
	/** Starts all processes of n8n anew with other settings. */
	restart: (env: Readonly<Record<string, string>>) => Promise<void>;
	/** Kills main and the webhook process, ends the workers in order, and starts all anew with other settings. */
	crash: (whileDown?: () => Promise<void>, env?: Readonly<Record<string, string>>) => Promise<void>;
}

/** Where Redis or Postgres is not installed, the tests are skipped and say so; with SKIP_NOTHING set, they fail. */
export const missing = process.env.SKIP_NOTHING ? undefined : missingPrograms(process.env);
if (missing !== undefined) process.stderr.write(`skipped: ${missing}\n`);

/** A worker waits half a minute for its executions where nothing else is said. */
const SOON_ENDED = { N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '10' };
/** n8n waits a minute and more until it gives a worker up. With these, one that a busy machine holds up counts as dead, too. */
const SOON_GIVEN_UP = {
	QUEUE_WORKER_LOCK_DURATION: '6000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '1000',
	QUEUE_WORKER_STALLED_INTERVAL: '1000',
};

/** `workersDie`: whether workers are killed, and others are to have their executions soon. */
export async function startQueueRig(
	options: StandInOptions = {},
	{ workersDie = true } = {},
): Promise<QueueRig> {
	return await startWhole<QueueRig>(async (closers, close) => {
		const surroundings = await surround(options, closers);
		const { n8nFolder, userFolder } = surroundings;
		const way = await startWay();
		closers.push(way.close);
		const times = { ...SOON_ENDED, ...(workersDie ? SOON_GIVEN_UP : {}) };
		const env = { ...times, WEBHOOK_URL: way.url };
		const queueMode = await startQueueMode({ n8nFolder, userFolder, env });
		closers.push(queueMode.close);
		way.leadsTo(() => queueMode.webhooks.url);
		const credentials = await moveIn(queueMode.main, surroundings.known);
		const started = (id: string) => new RegExp(`Worker started execution ${id} `);
		const otherThan = (worker: RunningProcess) => {
			const other = queueMode.workers.find((one) => one !== worker);
			if (!other) throw new Error('there is one worker only');
			return other;
		};
		const workerOf = async (id: string) => {
			const find = () => queueMode.workers.find(({ log }) => started(id).test(log()));
			await until(() => find() !== undefined);
			return find() ?? otherThan(queueMode.webhooks);
		};
		const restart: QueueRig['restart'] = async (changes) => {
			await queueMode.restart(changes);
			await queueMode.main.rest.signIn(OWNER);
		};
		return {
			...surroundings,
			...holdJobs(surroundings.standIn.queue),
			way,
			workers: () => queueMode.workers,
			redis: {
				host: queueMode.redisEnv.QUEUE_BULL_REDIS_HOST ?? '',
				port: Number(queueMode.redisEnv.QUEUE_BULL_REDIS_PORT),
			},
			get n8n() {
				return queueMode.main;
			},
			entryUrl: () => queueMode.webhooks.url,
			credentials,
			workerOf,
			otherThan,
			replaceWorker: queueMode.replaceWorker,
			enqueuedTimes: (id) => enqueued(queueMode, id).length,
			giveAway: async (id) => {
				const other = otherThan(await workerOf(id));
				const [line = ''] = enqueued(queueMode, id);
				const jobId = /\(job (\d+)\)/.exec(line)?.[1] ?? '';
				await giveAway(jobId, queueMode.redisEnv);
				await until(() => started(id).test(other.log()));
			},
			restart,
			crash: async (whileDown, changes = {}) => {
				await Promise.all([queueMode.main.kill(), queueMode.webhooks.kill()]);
				await whileDown?.();
				await restart(changes);
			},
			ended: async (id) => await endOf(queueMode.main, id),
			close,
		};
	});
}

function enqueued({ main, webhooks }: QueueMode, executionId: string): string[] {
	const lines = `${main.log()}\n${webhooks.log()}`.split('\n');
	return lines.filter((line) => line.includes(`Enqueued execution ${executionId} `));
}

/** What n8n's queue does with a job whose worker has not renewed its lock, where it may stall once. */
async function giveAway(jobId: string, env: Readonly<Record<string, string>>): Promise<void> {
	const { QUEUE_BULL_REDIS_HOST = '', QUEUE_BULL_REDIS_PORT = '', QUEUE_BULL_PREFIX = '' } = env;
	const key = (name: string) => `${QUEUE_BULL_PREFIX}:jobs:${name}`;
	for (const command of [
		['DEL', key(`${jobId}:lock`)],
		['LREM', key('active'), '1', jobId],
		['RPUSH', key('wait'), jobId],
	])
		await promisify(execFile)('redis-cli', [
			...['-h', QUEUE_BULL_REDIS_HOST, '-p', QUEUE_BULL_REDIS_PORT],
			...command,
		]);
}
