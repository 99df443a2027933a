import { until } from '../rig';
import { publish } from './avatarWorkflow';
import type { QueueRig } from './queueRig';
import {
	answersOf,
	avatarsOf,
	aWhile,
	publishSleeper,
	runnerOf,
	sleeperOf,
	type Sleeper,
} from './sleepers';

/** What happens to an execution that sleeps. */
export interface SuspendRow {
	what: string;
	/** Starts it; default: it sleeps already. */
	begin?: (rig: QueueRig, name: string, parameters: object) => Promise<Sleeper>;
	/** Does it; the execution ends then. */
	strike: (rig: QueueRig, sleeper: Sleeper) => Promise<void>;
	/** The end of the execution in n8n. */
	status: RegExp;
	/** How many jobs of each video were made and paid to the end, those of the next run with them. */
	paidEach: number;
	/** How many were cancelled. */
	cancelledEach?: number;
}

const GONE = /^(crashed|error)$/;

export const SUSPENDED: readonly SuspendRow[] = [
	{
		what: 'kill -9 of the worker',
		strike: async (rig, sleeper) => {
			const worker = await rig.workerOf(sleeper.executionId);
			await worker.kill();
			sleeper.release();
			await rig.ended(sleeper.executionId);
			await rig.replaceWorker(worker);
		},
		status: /^success$/,
		paidEach: 1,
	},
	{
		what: 'Stop',
		strike: async (rig, { executionId, avatars, release }) => {
			await rig.n8n.rest.stop(executionId);
			release();
			const answers = await answersOf(rig, executionId, avatars.length);
			if (answers.includes(200)) throw new Error('an execution that was stopped took a callback');
			await aWhile();
		},
		status: /^canceled$/,
		paidEach: 1,
	},
	{
		what: 'Stop, and Job: Cancel for the execution',
		strike: async (rig, { executionId, avatars, name, release }) => {
			await rig.n8n.rest.stop(executionId);
			const jobs = { resource: 'job', operation: 'cancel', jobsToCancel: 'execution', executionId };
			const cancel = await publish(rig, { name: `${name}-cancel`, parameters: jobs, before: [] });
			await cancel.send({});
			await until(() => avatars.every((avatar) => rig.jobsOf(avatar)[0]?.status === 'CANCELLED'));
			release();
			await aWhile();
		},
		status: /^canceled$/,
		paidEach: 1,
		cancelledEach: 1,
	},
	{
		what: 'kill -9 of the worker in which it wakes',
		strike: async (rig, { executionId, avatars, release }) => {
			const { queue } = rig.standIn;
			const workers = [...rig.workers()];
			// Until RunPod answers nothing more, nobody takes the execution up.
			for (const worker of workers) worker.send('SIGSTOP');
			try {
				release();
				// The webhook process has looked at all of them, and given the execution to a worker.
				await until(() => rig.enqueuedTimes(executionId) === 2);
				for (const avatar of avatars)
					queue.fault({
						...{ route: 'status', kind: 'hang', times: Infinity },
						jobId: rig.jobsOf(avatar)[0]?.id ?? '',
					});
				queue.clearCalls();
			} finally {
				for (const worker of workers) worker.send('SIGCONT');
			}
			await until(() => isLookedAt(rig, avatars));
			await killRunner(rig, executionId);
		},
		status: GONE,
		paidEach: 1,
	},
	{
		what: 'kill -9 of the worker that has submitted, and does not sleep yet',
		begin: async (rig, name, parameters) => {
			const avatars = avatarsOf(name);
			rig.standIn.queue.fault({ route: 'status', kind: 'hang', times: Infinity });
			const workflow = await publishSleeper(rig, name, parameters);
			const executionId = await workflow.start(avatars);
			return sleeperOf(rig, { name, workflow, avatars, executionId });
		},
		strike: async (rig, { executionId, avatars }) => {
			await until(() => isLookedAt(rig, avatars));
			await killRunner(rig, executionId);
		},
		status: GONE,
		paidEach: 1,
	},
	{
		what: 'SIGTERM of the workers, kill -9 of main and of the webhook process',
		strike: async (rig, { avatars, executionId, release }) => {
			await rig.crash(undefined, { N8N_CONCURRENCY_PRODUCTION_LIMIT: '-1' });
			release();
			await answersOf(rig, executionId, avatars.length);
		},
		status: /^success$/,
		paidEach: 1,
	},
];

/** Somebody waits for RunPod's answer about one of the jobs. */
function isLookedAt({ standIn, jobsOf }: QueueRig, avatars: readonly string[]): boolean {
	const ids = new Set(avatars.flatMap(jobsOf).map(({ id }) => id));
	return standIn.queue.calls('status').some(({ jobId = '' }) => ids.has(jobId));
}

/** Kills the worker that runs an execution, and waits until n8n has given it up. */
async function killRunner(rig: QueueRig, executionId: string): Promise<void> {
	const worker = runnerOf(rig, executionId);
	if (!worker) throw new Error('no worker runs the execution');
	await worker.kill();
	rig.standIn.queue.clearFaults();
	await Promise.all([rig.replaceWorker(worker), rig.ended(executionId)]);
}
