import type { Clock } from '../../../../lib/base/async/clock';

export interface SimulatedClock extends Clock {
	/** Lets time pass from one sleeper to the next until the work is done. */
	run: <T>(work: Promise<T>) => Promise<T>;
	/** Sets the wall clock on or back, as a user or NTP does; what is monotonic goes on. */
	set: (byMs: number) => void;
}

/** Time that passes only when everybody sleeps. */
export function simulatedClock(startMs = 1_000_000): SimulatedClock {
	let nowMs = startMs;
	let order = 0;
	let setByMs = 0;
	let sleepers: { atMs: number; order: number; wake: () => void }[] = [];

	const wakeNext = () => {
		const [next] = sleepers.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
		if (!next) return false;
		sleepers = sleepers.filter((sleeper) => sleeper !== next);
		nowMs = Math.max(nowMs, next.atMs);
		next.wake();
		return true;
	};

	return {
		now: () => nowMs + setByMs,
		monotonic: () => nowMs,
		set: (byMs) => {
			setByMs += byMs;
		},
		timeout: (ms) => {
			const controller = new AbortController();
			sleepers.push({
				atMs: nowMs + Math.max(ms, 0),
				order: order++,
				wake: () => {
					controller.abort();
				},
			});
			return controller.signal;
		},
		sleep: async (ms) => {
			await new Promise<void>((wake) => {
				sleepers.push({ atMs: nowMs + Math.max(ms, 0), order: order++, wake });
			});
		},
		run: async (work) => {
			const state = { isDone: false };
			const done = work.finally(() => {
				state.isDone = true;
			});
			// It is awaited when the last sleeper is awake; until then nobody may call its failure unhandled.
			done.catch(() => undefined);
			// A macrotask lets all promises settle, so that whoever will sleep is asleep.
			const step = async () => {
				await new Promise<void>((resolve) => setImmediate(resolve));
			};
			await step();
			while (!state.isDone) {
				if (!wakeNext()) await step();
				await step();
			}
			return await done;
		},
	};
}
