import { setTimeout as delay } from 'node:timers/promises';
import type { RunningProcess } from '../../../demo/n8n/process';
import { publish, type Entry } from './avatarWorkflow';
import type { QueueRig } from './queueRig';

/** An execution whose jobs are under way, held back until `release`. */
export interface Field {
	rig: QueueRig;
	executionId: string;
	worker: RunningProcess;
	/** Lets the jobs be made. */
	release: () => void;
	/** Waits until RunPod has cancelled the jobs. */
	cancelled: () => Promise<void>;
	/** Starts the same workflow once more. */
	runAgain: () => Promise<string>;
}

export interface KillRow {
	what: string;
	/** Default: the webhook process. */
	entry?: Entry;
	/** Default true. */
	withMinio?: boolean;
	/** Does it, up to the end of the execution. @returns a next run, where there is one already */
	strike: (field: Field) => Promise<string | undefined>;
	/** The end of the execution in n8n. */
	status: RegExp;
	/** What n8n makes of it once its worker is done all the same. */
	later?: string;
	/** What the user reads of it, where it failed. */
	words?: RegExp;
	/** How many jobs of each video were made and paid to the end, those of the next run with them. */
	paidEach: number;
	/** How many were cancelled. */
	cancelledEach?: number;
}

/** What n8n says of an execution whose worker does not answer any more. */
const STALLED = /^This execution failed to be processed too many times/;
/** What it says where a new worker on the same disk finds the execution in the log of the old one, and is faster. */
const CRASHED = new RegExp(`${STALLED.source}|^Execution stopped at this node`);
/** n8n notes the end at once and the node's words a moment later, and the write that comes last wins: it may have none. */
const STOPPED = /^$|^The workflow was stopped or timed out while job|cancelled manually$/;

async function killed(field: Field): Promise<undefined> {
	await field.worker.kill();
	await replaced(field);
	return undefined;
}

/** As a service manager does, which starts it anew at once. */
async function replaced({ rig, executionId, worker, release }: Field): Promise<void> {
	await rig.replaceWorker(worker);
	await rig.ended(executionId);
	release();
}

const IN_THIS_NODE: readonly KillRow[] = [
	{
		what: 'kill -9 of the worker',
		strike: killed,
		status: /^(crashed|error)$/,
		words: CRASHED,
		paidEach: 1,
	},
	{
		what: 'kill -9 of the worker, without MinIO',
		withMinio: false,
		strike: killed,
		status: /^(crashed|error)$/,
		words: CRASHED,
		paidEach: 2,
	},
	{
		what: 'Stop, of an execution that main started',
		entry: 'main',
		strike: async ({ rig, executionId, cancelled, release }) => {
			await rig.n8n.rest.stop(executionId);
			await cancelled();
			release();
			return undefined;
		},
		status: /^canceled$/,
		words: STOPPED,
		paidEach: 1,
		cancelledEach: 1,
	},
	{
		// Here n8n says "canceled" and tells its worker nothing, which goes on to the end.
		what: 'Stop, of an execution that a webhook process started',
		strike: async ({ rig, executionId, release, runAgain }) => {
			await rig.n8n.rest.stop(executionId);
			const next = await runAgain();
			await rig.workerOf(next);
			release();
			return next;
		},
		status: /^canceled$/,
		words: STOPPED,
		paidEach: 1,
	},
	{
		what: 'the same, and Job: Cancel for the execution',
		strike: async ({ rig, executionId, cancelled, release }) => {
			await rig.n8n.rest.stop(executionId);
			const jobs = { resource: 'job', operation: 'cancel', jobsToCancel: 'execution', executionId };
			const cancel = await publish(rig, { name: 'cancel', parameters: jobs, before: [] });
			await cancel.send({});
			await cancelled();
			release();
			return undefined;
		},
		status: /^canceled$/,
		words: STOPPED,
		paidEach: 1,
		cancelledEach: 1,
	},
	{
		what: 'worker frozen for a while',
		strike: async ({ rig, executionId, worker, release, runAgain }) => {
			worker.send('SIGSTOP');
			try {
				await rig.ended(executionId);
			} finally {
				worker.send('SIGCONT');
			}
			// The worker has woken up and goes on; n8n gave its execution up.
			const next = await runAgain();
			await rig.workerOf(next);
			release();
			return next;
		},
		status: /^error$/,
		later: 'success',
		words: STALLED,
		paidEach: 1,
	},
	{
		what: 'worker frozen, and the execution given to another one',
		strike: async ({ rig, executionId, worker, release }) => {
			worker.send('SIGSTOP');
			try {
				await rig.giveAway(executionId);
			} finally {
				worker.send('SIGCONT');
			}
			// Long enough for both to be at it.
			await delay(2000);
			release();
			return undefined;
		},
		status: /^success$/,
		paidEach: 1,
	},
	{
		what: 'SIGTERM, with enough grace',
		strike: async ({ rig, worker, release }) => {
			worker.send('SIGTERM');
			release();
			await worker.gone;
			await rig.replaceWorker(worker);
			return undefined;
		},
		status: /^success$/,
		paidEach: 1,
	},
	{
		what: 'SIGTERM, with too little grace',
		strike: async (field) => {
			field.worker.send('SIGTERM');
			await field.worker.gone;
			await replaced(field);
			return undefined;
		},
		status: /^(crashed|error)$/,
		words: CRASHED,
		paidEach: 1,
	},
];

/** The ways to wait for a job, each with what it comes to. */
export const WAYS = [{ way: 'In This Node', path: 'in-node', parameters: {}, rows: IN_THIS_NODE }];
