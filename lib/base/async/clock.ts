import { onAbort } from './abortListener';

/** Time as a port: the face passes the real one, tests a simulated one. */
export interface Clock {
	/** Milliseconds since the epoch: for what is written down, shown, or compared with a server's word. */
	now: () => number;
	/** Milliseconds that go on evenly, also when somebody sets the clock: for deadlines and intervals. */
	monotonic: () => number;
	sleep: (ms: number) => Promise<unknown>;
	/** Aborted once so much time has passed. */
	timeout: (ms: number) => AbortSignal;
}

/** Sleeps until the time is over or the signal is aborted, whichever comes first; never rejects on abort. */
export async function pause(
	clock: Pick<Clock, 'sleep'>,
	ms: number,
	signal?: AbortSignal,
): Promise<void> {
	if (signal?.aborted) return;
	let letGo: (() => void) | undefined;
	const woken = new Promise<void>((wake) => {
		letGo = onAbort(signal, wake);
	});
	try {
		await Promise.race([clock.sleep(Math.max(ms, 0)), woken]);
	} finally {
		letGo?.();
	}
}

/** A timeout ends so much later than asked for at most; a short one much less. */
const STEP_MS = 500;
const SHORT_MS = 5000;
const SHORT_STEP_MS = 50;

/**
 * Timeouts by Node's own timers. Those that end at about the same moment are one signal: thousands of requests would each
 * keep a timer to its end.
 */
export function sharedTimeouts(monotonic: Clock['monotonic']): Clock['timeout'] {
	const pending = new Map<number, AbortSignal>();
	return (ms) => {
		const stepMs = ms < SHORT_MS ? SHORT_STEP_MS : STEP_MS;
		const endMs = Math.ceil((monotonic() + Math.max(ms, 0)) / stepMs) * stepMs;
		const shared = pending.get(endMs);
		if (shared) return shared;
		const signal = AbortSignal.timeout(Math.ceil(endMs - monotonic()));
		pending.set(endMs, signal);
		onAbort(signal, () => pending.delete(endMs));
		return signal;
	};
}
