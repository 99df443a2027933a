/** Waits for a turn, and gives what ends it, which must be called. */
export type Turns = (key: string) => Promise<() => void>;

/** One at a time for each key, in the order in which they came. */
export function createTurns(): Turns {
	const last = new Map<string, Promise<unknown>>();
	return async (key) => {
		const before = last.get(key) ?? Promise.resolve();
		let leave = (): void => undefined;
		const turn = new Promise<void>((over) => {
			leave = over;
		});
		const over = Promise.all([before, turn]);
		last.set(key, over);
		void over.then(() => {
			if (last.get(key) === over) last.delete(key);
		});
		await before;
		return leave;
	};
}
