import { describe, expect, it } from '@jest/globals';
import type { IDataObject } from 'n8n-workflow';
import { answeredToModel } from '../../../../nodes/WanAvatar/n8n/asTool';
import { createSharedCalls, executionIdOf } from '../../../../nodes/WanAvatar/n8n/executionMemory';

const contextOf = (node: IDataObject, executionId = '') => ({
	getContext: () => node,
	getExecutionId: () => executionId,
});

describe('calls at the same time', () => {
	it('of the same request share one piece of work', async () => {
		const calls = createSharedCalls<number>();
		const node = {};
		let begun = 0;
		const begin = async () => Promise.resolve(++begun);
		const join = async (name: string, of = node) => await calls.join(contextOf(of), name, begin);
		expect(await Promise.all([join('a'), join('a'), join('b'), join('a', {})])).toEqual([
			...[1, 1, 2, 3],
		]);
		expect(await join('a')).toBe(4);
	});

	it('share a failure too, and the next call begins anew', async () => {
		const calls = createSharedCalls<string>();
		const context = contextOf({});
		const fail = async () => Promise.reject(new Error('no answer'));
		const ends = [calls.join(context, 'a', fail), calls.join(context, 'a', fail)];
		expect((await Promise.allSettled(ends)).map(({ status }) => status)).toEqual([
			...['rejected', 'rejected'],
		]);
		expect(await calls.join(context, 'a', async () => Promise.resolve('made'))).toBe('made');
	});
});

it('a run of no execution has one name for all that it does', () => {
	expect(executionIdOf(contextOf({}, '42'))).toBe('42');
	const node = {};
	const name = executionIdOf(contextOf(node));
	expect(name).toMatch(/^tool-\w+$/);
	expect(executionIdOf(contextOf(node))).toBe(name);
	expect(executionIdOf(contextOf({}))).not.toBe(name);
});

describe('the answer to a model', () => {
	it('is due before n8n gives the call up, whatever hangs', async () => {
		const hanging = new Promise<never>(() => undefined);
		await expect(answeredToModel(hanging)).rejects.toMatchObject({
			code: 'DEADLINE',
			remedy: expect.stringContaining('the same call with the same values once more'),
		});
	}, 60_000);

	it('is what the work comes to, or fails with', async () => {
		expect(await answeredToModel(Promise.resolve('made'))).toBe('made');
		await expect(answeredToModel(Promise.reject(new Error('no face')))).rejects.toThrow('no face');
	});
});
