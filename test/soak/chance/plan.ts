import type { Random } from './random';
import type { Down } from '../world';

/** When n8n is ended, in milliseconds from the start. */
export interface PlannedDown {
	atMs: number;
	how: Down;
	/** So long it stays down. */
	pauseMs: number;
}

const LONG_MS = 8 * 60_000;
/** The rest is one life of n8n, in which growth can be seen. */
const DOWNS_SHARE = 0.4;
/** So long before the end nothing starts any more that takes a minute to mend. */
const CALM_MS = 60_000;

/** Twice in a short run; in a long one every minute or two, in its first part. */
export function plannedDowns(runMs: number, random: Random): PlannedDown[] {
	const pauseMs = () => random.whole(500, 8000);
	if (runMs < LONG_MS)
		return [
			{ atMs: runMs * 0.2, how: 'SIGKILL', pauseMs: pauseMs() },
			{ atMs: runMs * 0.42, how: 'SIGTERM', pauseMs: 0 },
		];
	const downs: PlannedDown[] = [];
	for (let atMs = 45_000; atMs < runMs * DOWNS_SHARE; atMs += random.whole(60_000, 120_000))
		downs.push({ atMs, how: downs.length % 3 === 1 ? 'SIGTERM' : 'SIGKILL', pauseMs: pauseMs() });
	return downs;
}

export function maySlowAt(elapsedMs: number, runMs: number): boolean {
	return elapsedMs < runMs - CALM_MS;
}
