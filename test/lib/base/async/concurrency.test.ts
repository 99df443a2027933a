import { expect, it } from '@jest/globals';
import { createConcurrencyLimit, mapConcurrently } from '../../../../lib/base/async/concurrency';

it('begins work in the order in which it came, so many pieces at once, also after one that failed', async () => {
	const limit = createConcurrencyLimit(2);
	const begun: number[] = [];
	const ends: ((fails: boolean) => void)[] = [];
	const work = [0, 1, 2, 3].map(
		async (index) =>
			await limit(
				async () =>
					await new Promise<number>((resolve, reject) => {
						begun.push(index);
						ends[index] = (fails) => {
							if (fails) reject(new Error('failed'));
							else resolve(index);
						};
					}),
			),
	);
	const settled = Promise.allSettled(work);
	const turn = async () => await new Promise((resolve) => setTimeout(resolve, 0));

	await turn();
	expect(begun).toEqual([0, 1]);
	ends[1]?.(true);
	await turn();
	expect(begun).toEqual([0, 1, 2]);
	ends[0]?.(false);
	await turn();
	expect(begun).toEqual([0, 1, 2, 3]);
	ends[2]?.(false);
	ends[3]?.(false);
	expect((await settled).map(({ status }) => status)).toEqual([
		'fulfilled',
		'rejected',
		'fulfilled',
		'fulfilled',
	]);
});

it('maps items in their order, so many at once, and gives the results in that order', async () => {
	const begun: number[] = [];
	let underWay = 0;
	let most = 0;
	const results = await mapConcurrently([30, 1, 2, 1, 20, 1], 3, async (ms, index) => {
		begun.push(index);
		most = Math.max(most, ++underWay);
		await new Promise((resolve) => setTimeout(resolve, ms));
		underWay--;
		return `${String(index)} took ${String(ms)}`;
	});

	expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
	expect(most).toBe(3);
	expect(results).toEqual([30, 1, 2, 1, 20, 1].map((ms, i) => `${String(i)} took ${String(ms)}`));
	expect(await mapConcurrently([], 3, async () => await Promise.resolve(1))).toEqual([]);
});

it('fails with the first that fails', async () => {
	const fails = async (item: number) => await Promise.reject(new Error(String(item)));
	await expect(mapConcurrently([1, 2, 3], 2, fails)).rejects.toThrow('1');
});
