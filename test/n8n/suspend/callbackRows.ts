import { expect } from '@jest/globals';
import type { Outcome, Sleeper, SleepOptions, SleepRig } from './sleepers';
import { until } from '../rig';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/v4';

/** One way for callbacks to come, or not, and what is to come of it. */
export interface Row {
	name: string;
	/** How many items. */
	items: number;
	options?: SleepOptions;
	/** While n8n is down, before everything else. */
	whileDown?: (sleeper: Sleeper, rig: SleepRig) => Promise<void>;
	/** Gives what n8n answered, where that counts. */
	act: (sleeper: Sleeper, rig: SleepRig) => Promise<readonly number[] | undefined>;
	answers?: readonly number[];
	/** Items by their place, as `0 COMPLETED`. */
	out: readonly unknown[];
	status?: Outcome['status'];
	wentOn?: number;
	jobs?: number;
}

const CONTINUE: SleepOptions = { settings: { onError: 'continueRegularOutput' } };

const endAll = (sleeper: Sleeper) => {
	for (const [index] of sleeper.ids.entries()) sleeper.end(index);
};

/** Sleeps on after this, until all its jobs end. */
const sleepsOn =
	(call: (sleeper: Sleeper, rig: SleepRig) => Promise<readonly number[]>): Row['act'] =>
	async (sleeper, rig) => {
		const answers = await call(sleeper, rig);
		await delay(300);
		const isAsleep = await sleeper.isAsleep();
		endAll(sleeper);
		return isAsleep ? answers : [-1];
	};

/** Ends the first job and waits until n8n has answered as often as told. */
async function endFirst(sleeper: Sleeper, answers: number): Promise<readonly number[]> {
	sleeper.end(0);
	await until(() => sleeper.answers().length >= answers);
	return sleeper.answers().slice(0, answers);
}

const statusFault = (
	rig: SleepRig,
	sleeper: Sleeper,
	fault: { status: number; times: number; index?: number },
) => {
	const { status, times, index = 0 } = fault;
	const jobId = sleeper.job(index).id;
	rig.standIn.queue.fault({ route: 'status', jobId, kind: 'answer', status, times });
};

const ended = (kind: 'cancelled' | 'timedOut' | 'completedWithoutOutput'): Row['act'] => {
	return (sleeper) => {
		sleeper.end(0, { kind });
		sleeper.end(1);
		return Promise.resolve(undefined);
	};
};

const twoDone = ['0 COMPLETED', '1 COMPLETED'];

export const rows: readonly Row[] = [
	{
		name: 'at the deadline, to the millisecond',
		items: 1,
		options: { parameters: { waitingOptions: { timeoutMinutes: 0.6 } } },
		act: async (sleeper, rig) => {
			rig.way.hold(sleeper.executionId);
			sleeper.end(0);
			const path = `/executions/${sleeper.executionId}`;
			const { waitTill } = z
				.object({ waitTill: z.string() })
				.parse(await rig.n8n.rest.request('GET', path));
			await delay(Math.max(0, Date.parse(waitTill) - Date.now()));
			await rig.way.release(sleeper.executionId);
			return undefined;
		},
		// Whichever n8n takes first.
		out: [expect.stringMatching(/^0 (IN_QUEUE|COMPLETED)$/)],
	},
	{
		name: 'in the reverse order',
		items: 3,
		act: async (sleeper) => {
			for (const index of [2, 1, 0]) {
				sleeper.end(index);
				await delay(200);
			}
			return undefined;
		},
		out: ['0 COMPLETED', '1 COMPLETED', '2 COMPLETED'],
	},
	{
		name: 'early: the jobs end while n8n still writes',
		items: 2,
		options: { isFree: true },
		act: () => Promise.resolve(undefined),
		out: twoDone,
	},
	{
		name: 'late',
		items: 1,
		act: async (sleeper, rig) => {
			rig.way.hold(sleeper.executionId);
			sleeper.end(0);
			await delay(3000);
			return await rig.way.release(sleeper.executionId);
		},
		answers: [200],
		out: ['0 COMPLETED'],
	},
	{
		name: 'twice, one after the other',
		items: 2,
		act: sleepsOn(async (sleeper) => {
			const first = await endFirst(sleeper, 1);
			return [...first, await sleeper.call(0)];
		}),
		answers: [200, 200],
		out: twoDone,
	},
	{
		name: 'ten times at once',
		items: 1,
		act: async (sleeper, rig) => {
			rig.way.hold(sleeper.executionId);
			sleeper.end(0);
			await until(() => sleeper.job(0).status === 'COMPLETED');
			const calls = Array.from({ length: 10 }, async () => await sleeper.call(0));
			const answers = await Promise.all(calls);
			return answers.filter((status) => status !== 200 && status !== 409);
		},
		answers: [],
		out: ['0 COMPLETED'],
	},
	{
		name: 'the last two in the same millisecond',
		items: 2,
		act: async (sleeper, rig) => {
			rig.way.hold(sleeper.executionId);
			endAll(sleeper);
			await until(
				() => sleeper.job(0).status === 'COMPLETED' && sleeper.job(1).status === 'COMPLETED',
			);
			await delay(200);
			await rig.way.release(sleeper.executionId);
			return undefined;
		},
		out: twoDone,
	},
	{
		name: 'forged: the ID of no job',
		items: 1,
		act: sleepsOn(async (sleeper) => [
			await sleeper.call(0, { body: '{"id":"forged-u1","status":"COMPLETED"}' }),
		]),
		answers: [200],
		out: ['0 COMPLETED'],
	},
	{
		name: 'forged: says COMPLETED while it runs',
		items: 1,
		act: sleepsOn(async (sleeper) => {
			const body = {
				id: sleeper.job(0).id,
				status: 'COMPLETED',
				output: { video_url: 'http://evil' },
			};
			return [await sleeper.call(0, { body: JSON.stringify(body) })];
		}),
		answers: [503],
		out: ['0 COMPLETED'],
	},
	{
		name: 'empty, no JSON, no object',
		items: 1,
		act: sleepsOn(async (sleeper) => [
			await sleeper.call(0, { body: '' }),
			await sleeper.call(0, { body: '{"id":' }),
			await sleeper.call(0, { body: '["x"]' }),
		]),
		answers: [200, 422, 200],
		out: ['0 COMPLETED'],
	},
	{
		name: 'huge: 17 MB',
		items: 1,
		act: sleepsOn(async (sleeper) => [
			await sleeper.call(0, { body: JSON.stringify({ pad: 'x'.repeat(17 * 1024 * 1024) }) }),
		]),
		answers: [500],
		out: ['0 COMPLETED'],
	},
	{
		name: 'wrong token, no token, the token of another execution',
		items: 1,
		act: sleepsOn(async (sleeper) => {
			const right = sleeper.url();
			return [
				await sleeper.call(0, { url: right.replace(/(signature=)./, '$1x') }),
				await sleeper.call(0, { url: right.replace(/\?.*/, '') }),
				await sleeper.call(0, { url: right.replace(/=.*/, `=${'0'.repeat(64)}`) }),
			];
		}),
		answers: [401, 401, 401],
		out: ['0 COMPLETED'],
	},
	{
		name: 'GET and PUT in the place of POST',
		items: 1,
		act: sleepsOn(async (sleeper) => [
			await sleeper.call(0, { method: 'GET' }),
			await sleeper.call(0, { method: 'PUT' }),
		]),
		answers: [404, 404],
		out: ['0 COMPLETED'],
	},
	{
		name: "another execution's job calls here",
		items: 1,
		act: sleepsOn(async (sleeper, rig) => {
			const other = rig.standIn.queue
				.jobs()
				.find(({ webhook }) => webhook !== sleeper.job(0).webhook);
			const body = { id: other?.id, status: 'COMPLETED', input: other?.input };
			return [await sleeper.call(0, { body: JSON.stringify(body) })];
		}),
		answers: [200],
		out: ['0 COMPLETED'],
	},
	{
		name: 'a job fails',
		items: 2,
		act: (sleeper) => {
			sleeper.end(0);
			sleeper.end(1, { kind: 'failed', error: 'CUDA out of memory' });
			return Promise.resolve(undefined);
		},
		status: 'error',
		out: ['! Job <job> failed on the worker: CUDA out of memory [item 1]'],
		wentOn: 0,
	},
	{
		name: 'a job fails, Continue On Fail',
		items: 3,
		options: CONTINUE,
		act: (sleeper) => {
			sleeper.end(1, { kind: 'failed', error: 'CUDA out of memory' });
			sleeper.end(2);
			sleeper.end(0);
			return Promise.resolve(undefined);
		},
		out: ['0 COMPLETED', '1 ! Job <job> failed on the worker: CUDA out of memory', '2 COMPLETED'],
	},
	{
		name: 'a job is cancelled',
		items: 2,
		options: CONTINUE,
		act: ended('cancelled'),
		out: ['0 ! Job <job> was cancelled before it had a video', '1 COMPLETED'],
	},
	{
		name: 'a job times out',
		items: 2,
		options: CONTINUE,
		act: ended('timedOut'),
		out: ['0 ! Job <job> ran out of its time on RunPod (TIMED_OUT)', '1 COMPLETED'],
	},
	{
		name: 'a job ends without an answer',
		items: 2,
		options: CONTINUE,
		act: ended('completedWithoutOutput'),
		out: twoDone,
	},
	{
		name: 'a job has another output than a video',
		items: 2,
		options: CONTINUE,
		act: (sleeper) => {
			sleeper.end(0, { kind: 'output', output: { message: 'no face found' } });
			sleeper.end(1);
			return Promise.resolve(undefined);
		},
		out: [
			'0 ! Job <job> is completed on the worker, but its output names no video: n',
			'1 COMPLETED',
		],
	},
	{
		name: 'n8n is down for all three tries',
		items: 2,
		whileDown: async (sleeper) => {
			sleeper.end(0);
			await until(() => sleeper.answers().length === 3);
		},
		act: (sleeper) => {
			const lost = sleeper.answers().slice(0, 3);
			sleeper.end(1);
			return Promise.resolve(lost);
		},
		answers: [0, 0, 0],
		out: twoDone,
	},
	{
		name: 'RunPod cannot be asked at the look',
		items: 1,
		act: async (sleeper, rig) => {
			statusFault(rig, sleeper, { status: 401, times: 1 });
			return await endFirst(sleeper, 2);
		},
		answers: [503, 200],
		out: ['0 COMPLETED'],
	},
	{
		name: 'MinIO cannot be written at the look',
		items: 2,
		act: async (sleeper, rig) => {
			rig.standIn.storage.fault({
				method: 'PUT',
				key: recordOf(sleeper, 0),
				status: 503,
				times: 20,
			});
			const answers = await endFirst(sleeper, 1);
			rig.standIn.storage.clearFaults();
			await until(() => sleeper.answers().length > 1);
			sleeper.end(1);
			return answers;
		},
		answers: [503],
		out: twoDone,
	},
	{
		name: 'RunPod has forgotten a job that was done',
		items: 2,
		act: async (sleeper, rig) => {
			const answers = await endFirst(sleeper, 1);
			statusFault(rig, sleeper, { status: 404, times: Infinity });
			sleeper.end(1);
			return answers;
		},
		answers: [200],
		out: twoDone,
	},
	{
		name: 'RunPod has forgotten a job that failed',
		items: 2,
		options: CONTINUE,
		act: async (sleeper, rig) => {
			sleeper.end(0, { kind: 'failed', error: 'CUDA out of memory' });
			await until(() => sleeper.answers().length === 1);
			statusFault(rig, sleeper, { status: 404, times: Infinity });
			sleeper.end(1);
			return sleeper.answers().slice(0, 1);
		},
		answers: [200],
		out: ['0 ! Job <job> failed on the worker: CUDA out of memory', '1 COMPLETED'],
	},
	{
		name: 'RunPod does not know a young job at the look',
		items: 1,
		act: async (sleeper, rig) => {
			statusFault(rig, sleeper, { status: 404, times: 1 });
			return await endFirst(sleeper, 2);
		},
		answers: [503, 200],
		out: ['0 COMPLETED'],
	},
	{
		name: 'a job fails, is retried on RunPod and done',
		items: 2,
		options: CONTINUE,
		act: async (sleeper, rig) => {
			sleeper.end(0, { kind: 'failed', error: 'CUDA out of memory' });
			await until(() => sleeper.answers().length === 1);
			const { baseUrl, endpointId, apiKey } = rig.standIn.address().runpod;
			await fetch(`${baseUrl}/${endpointId}/retry/${sleeper.job(0).id}`, {
				method: 'POST',
				headers: { authorization: `Bearer ${apiKey}` },
			});
			await until(() => sleeper.answers().length === 2);
			sleeper.end(1);
			return undefined;
		},
		out: twoDone,
	},
	{
		name: 'after Stop',
		items: 1,
		act: async (sleeper, rig) => {
			await rig.n8n.rest.stop(sleeper.executionId);
			return await endFirst(sleeper, 3);
		},
		answers: [409, 409, 409],
		status: 'canceled',
		out: ['! The execution was cancelled manually'],
		wentOn: 0,
	},
	{
		name: 'after the end',
		items: 1,
		act: async (sleeper, rig) => {
			sleeper.end(0);
			await rig.ended(sleeper.executionId);
			return [await sleeper.call(0)];
		},
		answers: [409],
		out: ['0 COMPLETED'],
	},
	{
		name: 'after the deadline',
		items: 2,
		options: { parameters: { waitingOptions: { timeoutMinutes: 0.1 } } },
		act: async (sleeper, rig) => {
			await rig.ended(sleeper.executionId);
			return [await sleeper.call(0)];
		},
		answers: [409],
		out: ['0 IN_QUEUE', '1 IN_QUEUE'],
	},
	{
		name: 'deleted while it sleeps',
		items: 1,
		act: async (sleeper, rig) => {
			await rig.n8n.rest.request('POST', '/executions/delete', { ids: [sleeper.executionId] });
			return await endFirst(sleeper, 1);
		},
		answers: [404],
		status: 'deleted',
		out: [],
		wentOn: 0,
	},
];

function recordOf(sleeper: Sleeper, index: number): RegExp {
	return new RegExp(`${sleeper.ids[index] ?? ''}.*json$`);
}
