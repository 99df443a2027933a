import { expect } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/v4';
import { AVATAR, createChain, generateStep, MANUAL, to, type Step } from '../avatarWorkflow';
import { until } from '../rig';
import {
	asleep,
	goOnStep,
	outcomeOf,
	sleeperOf,
	startSleeper,
	type Outcome,
	type Sleeper,
	type SleepRig,
} from './sleepers';

/** A workflow around a node that sleeps. */
export interface Flow {
	name: string;
	/** The avatars whose names begin with this are its own. */
	play: (rig: SleepRig, name: string) => Promise<Outcome>;
	expected: Omit<Outcome, 'out'> & { out: unknown[] };
	/** Where queue mode does otherwise. */
	expectedInQueue?: Flow['expected'];
}

const good = (out: unknown[], jobs: number, wentOn = 1): Flow['expected'] => ({
	status: 'success',
	out,
	wentOn,
	jobs,
});

/** Its jobs may run on after it. */
const DEADLINE = { waitingOptions: { timeoutMinutes: 0.1 }, limits: { maxRunMinutes: 30 } };

const FAILED = { kind: 'failed', error: 'CUDA out of memory' } as const;

/** Until so many jobs of this avatar were submitted, and its execution sleeps. */
async function asleepWith(
	rig: SleepRig,
	sleeper: Sleeper,
	id: string,
	jobs: number,
): Promise<void> {
	await until(() => rig.jobsOf(id).length === jobs, 60_000);
	await asleep(sleeper);
}

async function endedTogether(sleeper: Sleeper): Promise<void> {
	await asleep(sleeper);
	for (const [index] of sleeper.ids.entries()) sleeper.end(index);
}

/** A workflow that calls another, in which the node sleeps. */
function calling(mode: 'once' | 'each'): Flow['play'] {
	return async (rig, name) => {
		const ids = [`${name}_0`, `${name}_1`];
		for (const id of ids) rig.hold(id);
		const start: Step = {
			name: 'Called',
			type: 'n8n-nodes-base.executeWorkflowTrigger',
			typeVersion: 1.1,
			parameters: { inputSource: 'passthrough' },
		};
		const called = await createChain(rig, [generateStep({ waitMode: 'suspend' })], { start });
		await rig.n8n.rest.activate(called);
		const call: Step = {
			name: 'Call',
			type: 'n8n-nodes-base.executeWorkflow',
			typeVersion: 1.2,
			parameters: { workflowId: { __rl: true, mode: 'id', value: called.id }, mode, options: {} },
		};
		const list = JSON.stringify(ids.map((avatar_id) => ({ json: { avatar_id } })));
		const items: Step = {
			name: 'Avatars',
			type: 'n8n-nodes-base.code',
			typeVersion: 2,
			parameters: { jsCode: `return ${list};` },
		};
		const workflow = await createChain(rig, [items, call, goOnStep(rig, name)]);
		const executionId = await rig.n8n.rest.run(workflow, MANUAL);
		const sleeper = sleeperOf(rig, { name, ids, workflow, executionId });
		for (const id of ids) await until(() => rig.jobsOf(id).length === 1, 60_000);
		await asleep(sleeper);
		sleeper.end(0);
		// Both at once would race.
		if (mode === 'each') await until(async () => !(await sleeper.isAsleep()), 60_000);
		sleeper.end(1);
		return await outcomeOf(rig, sleeper, 'Call');
	};
}

export const flows: readonly Flow[] = [
	// n8n looks once a minute for executions whose wait is over: those that wait for it go first.
	{
		name: 'Execute Once, the deadline',
		play: async (rig, name) => {
			const sleeper = await startSleeper(rig, name, [`${name}_0`, `${name}_1`], {
				settings: { executeOnce: true },
				parameters: DEADLINE,
			});
			return await outcomeOf(rig, sleeper);
		},
		expected: good(['0 IN_QUEUE'], 1),
	},
	{
		name: "n8n's own timeout is over at the deadline",
		play: async (rig, name) => {
			const chain = { settings: { executionTimeout: 3 } };
			const sleeper = await startSleeper(rig, name, [`${name}_0`], { chain, parameters: DEADLINE });
			// n8n may lose its words: it notes the end twice, and the write that comes last wins.
			return { ...(await outcomeOf(rig, sleeper)), out: [] };
		},
		expected: { status: 'canceled', out: [], wentOn: 0, jobs: 1 },
		// A worker counts the time anew when it wakes an execution.
		expectedInQueue: good([], 1),
	},
	{
		name: 'the deadline, with Wait for Completion behind',
		play: async (rig, name) => {
			const wait: Step = {
				...generateStep(),
				name: 'Wait',
				parameters: { resource: 'job', operation: 'wait', useMinioCredential: true },
			};
			const sleeper = await startSleeper(rig, name, [`${name}_0`, `${name}_1`], {
				parameters: DEADLINE,
				behind: [wait],
			});
			await asleep(sleeper);
			await delay(8000);
			sleeper.end(1);
			sleeper.end(0);
			return await outcomeOf(rig, sleeper, 'Wait');
		},
		expected: good(['0 COMPLETED', '1 COMPLETED'], 2),
	},
	{
		name: 'a sub-workflow with all items',
		play: calling('once'),
		expected: good(['0 COMPLETED', '1 COMPLETED'], 2),
	},
	{
		name: 'a sub-workflow for each item',
		play: calling('each'),
		// n8n goes on with what the first of them gave.
		expected: good(['0 COMPLETED'], 2),
	},
	{
		name: 'Loop Over Items, asleep in each round',
		play: async (rig, name) => {
			const loop: Step = {
				name: 'Loop',
				type: 'n8n-nodes-base.splitInBatches',
				typeVersion: 3,
				parameters: { options: {} },
			};
			const ids = [`${name}_0`, `${name}_1`];
			const sleeper = await startSleeper(rig, name, ids, {
				behind: [loop],
				chain: {
					connections: {
						Avatars: to(['Loop']),
						Loop: to(['Went On'], [AVATAR]),
						[AVATAR]: to(['Loop']),
					},
				},
			});
			for (const [index, id] of ids.entries()) {
				await asleepWith(rig, sleeper, id, 1);
				sleeper.end(index);
			}
			return await outcomeOf(rig, sleeper, 'Loop');
		},
		expected: good(['0 COMPLETED', '1 COMPLETED'], 2),
	},
	{
		name: 'two nodes behind each other, both asleep',
		play: async (rig, name) => {
			rig.hold(`${name}_0x`);
			const second = { waitMode: 'suspend', avatarId: '={{ $json.avatar_id }}x' };
			const sleeper = await startSleeper(rig, name, [`${name}_0`], {
				behind: [{ ...generateStep(second), name: 'Second' }],
			});
			await endedTogether(sleeper);
			await asleepWith(rig, sleeper, `${name}_0x`, 1);
			rig.end(`${name}_0x`);
			return await outcomeOf(rig, sleeper, 'Second');
		},
		expected: good(['0x COMPLETED'], 1),
	},
	{
		name: 'Execute Once',
		play: async (rig, name) => {
			const options = { settings: { executeOnce: true } };
			const sleeper = await startSleeper(rig, name, [`${name}_0`, `${name}_1`], options);
			await endedTogether(sleeper);
			return await outcomeOf(rig, sleeper);
		},
		expected: good(['0 COMPLETED'], 1),
	},
	{
		name: 'Retry On Fail: the failed job is made anew, asleep again',
		play: async (rig, name) => {
			const [good, bad] = [`${name}_0`, `${name}_1`];
			const sleeper = await startSleeper(rig, name, [good, bad], {
				settings: { retryOnFail: true, maxTries: 2, waitBetweenTries: 100 },
			});
			await asleep(sleeper);
			sleeper.end(1, FAILED);
			rig.hold(bad);
			sleeper.end(0);
			await asleepWith(rig, sleeper, bad, 2);
			sleeper.end(1);
			return await outcomeOf(rig, sleeper);
		},
		expected: good(['0 COMPLETED', '1 COMPLETED'], 3),
	},
	{
		name: 'Retry On Fail and Continue On Fail, the first item is wrong',
		play: async (rig, name) => {
			const sleeper = await startSleeper(rig, name, [`${name}/0`, `${name}_1`], {
				settings: { retryOnFail: true, maxTries: 2, onError: 'continueRegularOutput' },
			});
			await asleep(sleeper);
			sleeper.end(1);
			return await outcomeOf(rig, sleeper);
		},
		expected: good([expect.stringMatching(/^\S+ ! Avatar ID/), '1 COMPLETED'], 1),
	},
	{
		name: 'continue, using the error output',
		play: async (rig, name) => {
			const sleeper = await startSleeper(rig, name, [`${name}_0`, `${name}_1`], {
				settings: { onError: 'continueErrorOutput' },
			});
			await asleep(sleeper);
			sleeper.end(0, FAILED);
			sleeper.end(1);
			return await outcomeOf(rig, sleeper);
		},
		expected: good(['1 COMPLETED', '0 ! Job <job> failed on the worker: CUDA out of memory'], 2),
	},
	{
		name: "the editor's Retry of an execution that failed after its sleep",
		play: async (rig, name) => {
			const [fine, bad] = [`${name}_0`, `${name}_1`];
			const sleeper = await startSleeper(rig, name, [fine, bad]);
			await asleep(sleeper);
			sleeper.end(1, FAILED);
			sleeper.end(0);
			await rig.ended(sleeper.executionId);
			rig.hold(bad);
			const retried = await retry(rig, sleeper);
			await asleepWith(rig, retried, bad, 2);
			retried.end(1);
			return await outcomeOf(rig, retried);
		},
		expected: good(['0 COMPLETED', '1 COMPLETED'], 3),
	},
	{
		name: "the editor's Retry of an execution that was stopped in its sleep",
		play: async (rig, name) => {
			const sleeper = await startSleeper(rig, name, [`${name}_0`]);
			await asleep(sleeper);
			await rig.n8n.rest.stop(sleeper.executionId);
			const retried = await retry(rig, sleeper);
			sleeper.end(0);
			return await outcomeOf(rig, retried);
		},
		expected: good(['0 IN_QUEUE'], 1),
	},
	{
		name: 'Execute step, in the editor',
		play: async (rig, name) => {
			const first = await startSleeper(rig, `${name}first`, [`${name}_0`]);
			await endedTogether(first);
			await rig.ended(first.executionId);
			rig.hold(`${name}_0`);
			const started = await rig.n8n.rest.request('POST', `/workflows/${first.workflow.id}/run`, {
				destinationNode: { nodeName: AVATAR, mode: 'inclusive' },
				triggerToStartFrom: { name: MANUAL },
			});
			const { executionId } = z.object({ executionId: z.string() }).parse(started);
			const sleeper = sleeperOf(rig, { ...first, name, executionId });
			await asleepWith(rig, sleeper, `${name}_0`, 2);
			sleeper.end(0);
			return await outcomeOf(rig, sleeper);
		},
		expected: good(['0 COMPLETED'], 2, 0),
	},
	{
		name: "n8n's own timeout is shorter than the sleep",
		play: async (rig, name) => {
			const chain = { settings: { executionTimeout: 3 } };
			const sleeper = await startSleeper(rig, name, [`${name}_0`], { chain });
			await asleep(sleeper);
			await delay(4000);
			sleeper.end(0);
			return await outcomeOf(rig, sleeper);
		},
		expected: good(['0 COMPLETED'], 1),
	},
	{
		name: 'Include Input Fields, downloads, and a file that came in',
		play: async (rig, name) => {
			const items: Step = {
				name: 'Avatars',
				type: 'n8n-nodes-base.code',
				typeVersion: 2,
				parameters: {
					jsCode: `return [{ json: { avatar_id: '${name}_0', mail: 'a@b.c' }, binary: { note: { data: 'aGFsbG8=', mimeType: 'text/plain', fileName: 'note.txt' } } }];`,
				},
			};
			const sleeper = await startSleeper(rig, name, [`${name}_0`], {
				before: [items],
				parameters: {
					outputThumbnailKey: '=thumbs/{{ $json.avatar_id }}.jpg',
					outputOptions: { includeInputFields: true, downloadVideo: true, downloadThumbnail: true },
				},
			});
			await endedTogether(sleeper);
			const outcome = await outcomeOf(rig, sleeper);
			const execution = await rig.n8n.rest.execution(sleeper.executionId);
			const [item] = execution.runData[AVATAR]?.at(-1)?.data?.main[0] ?? [];
			const files = Object.keys(item?.binary ?? {}).sort();
			return { ...outcome, out: [...outcome.out, String(item?.json.mail), ...files] };
		},
		expected: good(['0 COMPLETED', 'a@b.c', 'note', 'thumbnail', 'video'], 1),
	},
];

/** As the editor's button does, with the workflow as it was. */
async function retry(rig: SleepRig, sleeper: Sleeper): Promise<Sleeper> {
	const path = `/executions/${sleeper.executionId}/retry`;
	const answer = await rig.n8n.rest.request('POST', path, { loadWorkflow: false });
	const { id } = z.object({ id: z.string() }).parse(answer);
	return sleeperOf(rig, { ...sleeper, executionId: id });
}
