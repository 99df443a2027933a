import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/v4';
import type { Execution, SavedWorkflow } from '../../../demo/n8n/rest';
import type { JobRecord } from '../../../standin/queue/queueApi';
import type { ToldEnd } from '../../../standin/queue/jobs/outcomes';
import {
	AVATAR,
	avatars,
	createChain,
	generateStep,
	MANUAL,
	type ChainOptions,
	type Step,
} from '../avatarWorkflow';
import { startRig, until, type Rig } from '../rig';
import { holdJobs, type HeldJobs } from './heldJobs';
import { startWay, type Way } from './way';
import { startPublished, webhookStart } from '../webhookStart';

/** n8n with a way to it that tests control, and jobs that end when a test says so. */
export interface SleepRig extends Omit<Rig, 'restart'>, HeldJobs {
	way: Way;
	/** How executions start. */
	startsBy: 'hand' | 'webhook';
}

export async function startSleepRig(env: Readonly<Record<string, string>> = {}): Promise<SleepRig> {
	const way = await startWay();
	const rig = await startRig({
		workersMax: 1000,
		timeFactor: 0.1,
		fast: true,
		rateLimits: false,
		env: { WEBHOOK_URL: way.url, ...env },
	}).catch(async (error: unknown) => {
		await way.close();
		throw error;
	});
	way.leadsTo(() => rig.n8n.url);
	return {
		...rig,
		get n8n() {
			return rig.n8n;
		},
		way,
		startsBy: 'hand',
		...holdJobs(rig.standIn.queue),
		close: async () => {
			await rig.close();
			await way.close();
		},
	};
}

/** An execution that sleeps, or is about to. */
export interface Sleeper {
	executionId: string;
	name: string;
	ids: readonly string[];
	workflow: SavedWorkflow;
	job: (index: number) => JobRecord;
	/** The address that wakes it. */
	url: () => string;
	/** Ends the job of an item. */
	end: (index: number, end?: ToldEnd) => void;
	/** Calls back as RunPod does of this job, or with something else. */
	call: (index: number, change?: CallChange) => Promise<number>;
	isAsleep: () => Promise<boolean>;
	/** What n8n answered to callbacks of RunPod. */
	answers: () => readonly number[];
}

export interface CallChange {
	method?: string;
	url?: string;
	body?: string;
}

export interface SleepOptions {
	parameters?: object;
	settings?: object;
	chain?: ChainOptions;
	/** Its jobs end by themselves. */
	isFree?: boolean;
	/** What stands before the node, in the place of one item for each avatar. */
	before?: readonly Step[];
	behind?: readonly Step[];
}

/** Tells the way that the workflow went on. */
export function goOnStep({ way }: SleepRig, name: string): Step {
	return {
		name: 'Went On',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: { method: 'POST', url: `${way.url}/went-on/${name}`, options: {} },
		settings: { executeOnce: true },
	};
}

/** Starts a workflow whose jobs are held, one for each avatar. */
export async function startSleeper(
	rig: SleepRig,
	name: string,
	ids: readonly string[],
	options: SleepOptions = {},
): Promise<Sleeper> {
	const { parameters = {}, settings = {}, chain } = options;
	const { before = [avatars(...ids)], behind = [], isFree = false } = options;
	if (!isFree) for (const id of ids) rig.hold(id);
	const own = { waitMode: 'suspend', ...parameters };
	const steps = [...before, generateStep(own, settings), ...behind, goOnStep(rig, name)];
	const isByHand = rig.startsBy === 'hand';
	const start = isByHand ? {} : { start: webhookStart(name) };
	const workflow = await createChain(rig, steps, { ...chain, ...start });
	const executionId = isByHand
		? await rig.n8n.rest.run(workflow, MANUAL)
		: await startPublished(rig, workflow, name);
	return sleeperOf(rig, { name, ids, workflow, executionId });
}

export function sleeperOf(
	rig: SleepRig,
	{ name, ids, workflow, executionId }: Pick<Sleeper, 'name' | 'ids' | 'workflow' | 'executionId'>,
): Sleeper {
	const job = (index: number): JobRecord => {
		const found = rig.jobsOf(ids[index] ?? '').at(-1);
		if (!found) throw new Error(`${name} has no job ${String(index)}`);
		return found;
	};
	const url = () => {
		const { webhook = '' } = job(0);
		return webhook.replace(rig.way.url, rig.entryUrl());
	};
	return {
		...{ name, ids, workflow, executionId, job, url },
		end: (index, end) => {
			rig.end(ids[index] ?? '', end);
		},
		call: async (index, change = {}) => {
			const { id, status, input } = job(index);
			const { method = 'POST', body = JSON.stringify({ id, status, input }) } = change;
			const answer = await fetch(change.url ?? url(), {
				method,
				headers: { 'content-type': 'application/json' },
				...(method === 'POST' ? { body } : {}),
			});
			await answer.arrayBuffer();
			return answer.status;
		},
		isAsleep: async () => (await rig.n8n.rest.executionStatus(executionId)) === 'waiting',
		answers: () => rig.way.answers(executionId),
	};
}

/** Waits until it sleeps. */
export async function asleep(sleeper: Sleeper): Promise<void> {
	await until(sleeper.isAsleep, 120_000);
}

/** What came of it, in short. */
export interface Outcome {
	status: string;
	/** Each item: its avatar and what it has; or the error that ended it all. */
	out: string[];
	wentOn: number;
	jobs: number;
}

export async function outcomeOf(
	rig: SleepRig,
	sleeper: Sleeper,
	node: string = AVATAR,
): Promise<Outcome> {
	const execution = await endedOrDeleted(rig, sleeper.executionId);
	return {
		status: execution?.status ?? 'deleted',
		out: execution ? outOf(execution, node) : [],
		wentOn: rig.way.wentOn(sleeper.name),
		jobs: sleeper.ids.flatMap((id) => rig.jobsOf(id)).length,
	};
}

/** Under a hundred calls at once n8n answers for a while that its database is not ready. */
async function endedOrDeleted(
	rig: SleepRig,
	executionId: string,
	tries = 60,
): Promise<Execution | undefined> {
	try {
		return (await isDeleted(rig, executionId)) ? undefined : await rig.ended(executionId);
	} catch (error) {
		if (String(error).includes('answered 404')) return undefined;
		if (tries === 1) throw error;
		await delay(1000);
		return await endedOrDeleted(rig, executionId, tries - 1);
	}
}

/** n8n answers without an execution for one that is gone, and for a moment for one that it is busy with. */
async function isDeleted({ n8n }: SleepRig, executionId: string): Promise<boolean> {
	for (let looks = 0; looks < 10; looks++) {
		if ((await n8n.rest.executionStatus(executionId)) !== 'unknown') return false;
		await delay(500);
	}
	return true;
}

export function outOf(execution: Execution, node: string): string[] {
	const run = execution.runData[node]?.at(-1);
	if (execution.error) return [`! ${inShort(execution.error.message)}`];
	return run?.data?.main.flatMap((items) => (items ?? []).map(({ json }) => shown(json))) ?? [];
}

function shown({ avatar_id, status, details, error }: Readonly<Record<string, unknown>>): string {
	if (typeof error === 'string') {
		const { avatar_id: id = '?' } = z
			.looseObject({ avatar_id: z.string() })
			.partial()
			.parse(details);
		return `${id} ! ${inShort(error)}`;
	}
	return `${String(avatar_id)} ${String(status)}`;
}

/** Without what differs each time. */
function inShort(message: string): string {
	return message.replace(/\b[0-9a-f]{8}-[\w-]+/g, '<job>').slice(0, 70);
}
