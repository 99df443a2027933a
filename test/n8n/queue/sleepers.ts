import { setTimeout as delay } from 'node:timers/promises';
import type { RunningProcess } from '../../../demo/n8n/process';
import { until } from '../rig';
import { publish, type AvatarWorkflow } from './avatarWorkflow';
import type { QueueRig } from './queueRig';

/** An execution that was put to sleep, and its jobs, which are held. */
export interface Sleeper {
	name: string;
	workflow: AvatarWorkflow;
	avatars: readonly string[];
	executionId: string;
	/** Ends the jobs: RunPod calls back for each. */
	release: () => void;
	/** Starts the same workflow once more. */
	runAgain: () => Promise<string>;
	/** The address that wakes it, as one of n8n's processes has it. */
	urlAt: (processUrl: string) => string;
}

export async function publishSleeper(
	rig: QueueRig,
	name: string,
	parameters: object,
): Promise<AvatarWorkflow> {
	const wentOn = {
		name: 'Went On',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: { method: 'POST', url: `${rig.way.url}/went-on/${name}`, options: {} },
		settings: { executeOnce: true },
	};
	return await publish(rig, { name, parameters, after: [wentOn] });
}

/** Starts a workflow of so many items, and waits until it sleeps. */
export async function startSleeper(
	rig: QueueRig,
	name: string,
	parameters: object,
	items = 2,
): Promise<Sleeper> {
	const avatars = avatarsOf(name, items);
	for (const avatar of avatars) rig.hold(avatar);
	const workflow = await publishSleeper(rig, name, parameters);
	const executionId = await workflow.start(avatars);
	await until(async () => await isAsleep(rig, executionId), 60_000);
	return sleeperOf(rig, { name, workflow, avatars, executionId });
}

/** @throws Error when it was not started */
export function startedSleeper(sleepers: ReadonlyMap<string, Sleeper>, name: string): Sleeper {
	const sleeper = sleepers.get(name);
	if (!sleeper) throw new Error(`${name} was not started`);
	return sleeper;
}

export function avatarsOf(name: string, items = 2): string[] {
	return Array.from({ length: items }, (_, index) => `${name}-${String(index)}`);
}

export function sleeperOf(
	rig: QueueRig,
	known: Pick<Sleeper, 'name' | 'workflow' | 'avatars' | 'executionId'>,
): Sleeper {
	const { workflow, avatars } = known;
	return {
		...known,
		release: () => {
			for (const avatar of avatars) rig.end(avatar);
		},
		runAgain: async () => await workflow.start(avatars),
		urlAt: (processUrl) => {
			const { webhook = '' } = rig.jobsOf(avatars[0] ?? '')[0] ?? {};
			return webhook.replace(rig.way.url, processUrl);
		},
	};
}

async function isAsleep({ n8n }: QueueRig, executionId: string): Promise<boolean> {
	return (await n8n.rest.executionStatus(executionId)) === 'waiting';
}

/** The worker that runs an execution now; nothing while it sleeps. */
export function runnerOf(rig: QueueRig, executionId: string): RunningProcess | undefined {
	return rig.workers().find(({ log }) => {
		const at = (done: string) => log().lastIndexOf(`Worker ${done} execution ${executionId} `);
		return at('started') > at('finished');
	});
}

/** Waits until RunPod's callbacks have got so many answers. */
export async function answersOf(
	{ way }: QueueRig,
	executionId: string,
	count: number,
): Promise<readonly number[]> {
	await until(() => way.answers(executionId).length >= count);
	return way.answers(executionId);
}

/** Long enough for an execution that must not begin to have begun. */
export async function aWhile(): Promise<void> {
	await delay(1000);
}
