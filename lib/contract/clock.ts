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
