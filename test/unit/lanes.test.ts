import { expect, it } from '@jest/globals';
import { createLanes } from '../../lib/contract/lanes';

it('begins work in the order in which it came, so many pieces at once, also after one that failed', async () => {
	const inLane = createLanes(2);
	const begun: number[] = [];
	const ends: ((fails: boolean) => void)[] = [];
	const work = [0, 1, 2, 3].map(
		async (index) =>
			await inLane(
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
