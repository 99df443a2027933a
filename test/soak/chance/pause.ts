import { setTimeout as delay } from 'node:timers/promises';

/** Waits, but no longer than until the signal. */
export async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
	await delay(Math.max(ms, 0), undefined, { signal }).catch(() => undefined);
}
