/** Does one piece of work as soon as a lane is free. */
export type Lanes = <T>(work: () => Promise<T>) => Promise<T>;

/** So many pieces of work at once; those that wait begin in the order in which they came. */
export function createLanes(count: number): Lanes {
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
