import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import * as z from 'zod/v4';
import { until } from '../rig';
import { endAll, endFirst, sleepsOn, twoDone, type Row } from './row';

/** Calls that come as they should not. */
export const callRows: readonly Row[] = [
	{
		name: 'at the deadline, to the millisecond',
		items: 1,
		options: { parameters: { waitingOptions: { timeoutMinutes: 1.2 } } },
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
];
