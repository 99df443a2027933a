/** Does one piece of work as soon as fewer than so many others are under way. */
export type ConcurrencyLimit = <T>(work: () => Promise<T>) => Promise<T>;

/** So many pieces of work at once; those that wait begin in the order in which they came. */
export function createConcurrencyLimit(count: number): ConcurrencyLimit {
	const waiting: (() => void)[] = [];
	let free = count;
	return async (work) => {
		if (free > 0) free--;
		else
			await new Promise<void>((begin) => {
				waiting.push(begin);
			});
		try {
			return await work();
		} finally {
			const next = waiting.shift();
			if (next) next();
			else free++;
		}
	};
}

/** Works on all items in their order, so many at once: of those that wait there is nothing in memory but themselves. */
export async function mapConcurrently<T, R>(
	items: readonly T[],
	atOnce: number,
	work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
	const results: R[] = [];
	const entries = items.entries();
	const worker = async () => {
		for (const [index, item] of entries) results[index] = await work(item, index);
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
	return results;
}
