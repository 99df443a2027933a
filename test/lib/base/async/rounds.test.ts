import { expect, it } from '@jest/globals';
import { createRounds } from '../../../../lib/base/async/rounds';

/** Work that ends when it is told to. */
function heldWork() {
	const ends: ((value: number) => void)[] = [];
	let begun = 0;
	return {
		work: async () => {
			begun += 1;
			return await new Promise<number>((end) => ends.push(end));
		},
		begun: () => begun,
		end: async (value: number) => {
			ends.shift()?.(value);
			await new Promise(setImmediate);
		},
	};
}

it('who comes during a round shares the next one, which sees what came meanwhile', async () => {
	const rounds = createRounds<number>();
	const { work, begun, end } = heldWork();
	const first = rounds('a', work);
	const second = rounds('a', work);
	const third = rounds('a', work);
	expect(begun()).toBe(1);
	await end(1);
	expect(await first).toEqual({ value: 1, isFirst: true });
	expect(begun()).toBe(2);
	await end(2);
	expect(await second).toEqual({ value: 2, isFirst: true });
	expect(await third).toEqual({ value: 2, isFirst: false });
	const fourth = rounds('a', work);
	expect(begun()).toBe(3);
	await end(3);
	expect(await fourth).toEqual({ value: 3, isFirst: true });
});

it('other names do not wait for each other', async () => {
	const rounds = createRounds<number>();
	const { work, begun, end } = heldWork();
	const both = Promise.all([rounds('a', work), rounds('b', work)]);
	expect(begun()).toBe(2);
	await end(1);
	await end(2);
	expect((await both).map(({ isFirst }) => isFirst)).toEqual([true, true]);
});

it('a round that failed does not hold up the next', async () => {
	const rounds = createRounds<number>();
	const failed = rounds('a', async () => await Promise.reject(new Error('no')));
	const next = rounds('a', async () => await Promise.resolve(7));
	expect(await failed).toMatchObject({ error: new Error('no'), isFirst: true });
	expect(await next).toEqual({ value: 7, isFirst: true });
});
