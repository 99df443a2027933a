import { onAbort } from '../../base/async/abortListener';
import { pause, type Clock } from '../../base/async/clock';

/** How many requests a service takes: so many in any window of time, and so many at once. */
export interface RateLimit {
	requests: number;
	windowMs: number;
	atOnce: number;
}

/** Lets requests through, first come first served, as fast as the limit allows. */
export interface Limiter {
	/**
	 * Does the work when its turn comes.
	 * @throws TurnLost when the signal is aborted before
	 */
	run: <T>(work: () => Promise<T>, signal?: AbortSignal) => Promise<T>;
}

/** The wait for a turn was ended; nothing was sent. */
export class TurnLost extends Error {
	override readonly name = 'TurnLost';
}

interface Waiter {
	start: () => void;
	isGone: boolean;
}

type LimiterClock = Pick<Clock, 'monotonic' | 'sleep'>;

export function createLimiter(
	{ requests, windowMs, atOnce }: RateLimit,
	clock: LimiterClock,
): Limiter {
	const waiting: Waiter[] = [];
	/** When the last requests were started, as a ring. */
	const startedAtMs = new Float64Array(requests).fill(-Infinity);
	let started = 0;
	let underway = 0;
	let isSleeping = false;

	const opensInMs = () => (startedAtMs[started % requests] ?? 0) + windowMs - clock.monotonic();

	const startNext = () => {
		while (waiting.length > 0 && underway < atOnce) {
			const opensMs = opensInMs();
			if (opensMs > 0) {
				void sleepUntilOpen(opensMs);
				return;
			}
			const waiter = waiting.shift();
			if (!waiter || waiter.isGone) continue;
			startedAtMs[started % requests] = clock.monotonic();
			started += 1;
			underway += 1;
			waiter.start();
		}
	};

	const sleepUntilOpen = async (ms: number) => {
		if (isSleeping) return;
		isSleeping = true;
		await pause(clock, ms);
		isSleeping = false;
		startNext();
	};

	const turn = async (signal: AbortSignal | undefined) => {
		let letGo: (() => void) | undefined;
		try {
			await new Promise<void>((start, reject) => {
				const waiter: Waiter = { start, isGone: false };
				letGo = onAbort(signal, () => {
					waiter.isGone = true;
					reject(new TurnLost('The wait for a turn has ended'));
				});
				waiting.push(waiter);
				startNext();
			});
		} finally {
			letGo?.();
		}
	};

	return {
		run: async (work, signal) => {
			await turn(signal);
			try {
				return await work();
			} finally {
				underway -= 1;
				startNext();
			}
		},
	};
}

/** Which limit of an endpoint a request falls under. */
export type LimitedRoute = 'run' | 'status' | 'cancel' | 'other';

// RunPod counts for each endpoint and operation (docs: send-requests, rate limits); a tenth is left to others.
const WINDOW_MS = 10_000;
const LIMITS_OF_AN_ENDPOINT: Readonly<Record<LimitedRoute, RateLimit>> = {
	run: { requests: 900, windowMs: WINDOW_MS, atOnce: 40 },
	status: { requests: 1800, windowMs: WINDOW_MS, atOnce: 40 },
	cancel: { requests: 90, windowMs: WINDOW_MS, atOnce: 18 },
	other: { requests: 90, windowMs: WINDOW_MS, atOnce: 18 },
};

const limiters = new WeakMap<LimiterClock, Map<string, Limiter>>();

/** The one limiter of an endpoint's route for this whole process: all executions share what RunPod allows. */
export function limiterOf(endpointUrl: string, route: LimitedRoute, clock: LimiterClock): Limiter {
	const known = limiters.get(clock) ?? new Map<string, Limiter>();
	limiters.set(clock, known);
	const key = `${route} ${endpointUrl}`;
	const limiter = known.get(key) ?? createLimiter(LIMITS_OF_AN_ENDPOINT[route], clock);
	known.set(key, limiter);
	return limiter;
}
