import { settle, type Settled } from '../errors/settled';

/** What a round gave; `isFirst`: to whoever asked for it first, of all that share it. */
export type Round<T> = Settled<T> & { isFirst: boolean };

/** Does the same work for many that ask: under each name one round at a time, and who comes during one shares the next. */
export type Rounds<T> = (name: string, work: () => Promise<T>) => Promise<Round<T>>;

export function createRounds<T>(): Rounds<T> {
	const underway = new Map<string, Promise<Settled<T>>>();
	const following = new Map<string, Promise<Settled<T>>>();

	const begin = async (name: string, work: () => Promise<T>): Promise<Settled<T>> => {
		const round = settle(work());
		underway.set(name, round);
		const end = await round;
		if (underway.get(name) === round) underway.delete(name);
		return end;
	};

	return async (name, work) => {
		const shared = following.get(name);
		if (shared) return { ...(await shared), isFirst: false };
		const before = underway.get(name);
		if (!before) return { ...(await begin(name, work)), isFirst: true };
		const next = before.then(async () => {
			following.delete(name);
			return await begin(name, work);
		});
		following.set(name, next);
		return { ...(await next), isFirst: true };
	};
}
