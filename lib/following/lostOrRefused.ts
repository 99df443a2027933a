import type { Clock } from '../base/async/clock';
import { LIMITS } from '../base/async/timeLimits';

/** What tells how old a job is, and when RunPod forgets it. */
export interface JobAge {
	/** When it was submitted, milliseconds since the epoch; unknown for a job that is only known by its id. */
	submittedAtMs?: number | undefined;
	/** How long RunPod keeps it from its submit, in milliseconds; unknown where nobody wrote it down. */
	ttlMs?: number | undefined;
}

/** Tells a fault of the moment from one that lasts, over the looks at one job. */
export interface NewsWatch {
	take: (seen: { tag: string }) => void;
	/** Whether what was seen last has been so for long enough to be believed. */
	isOver: (seen: { tag: string }) => boolean;
}

const MIN_LOOKS = 3;

/**
 * A refusal is believed after a minute, a missing job after 150 s: RunPod does not know a job everywhere at once, and
 * its edge errs now and then. No news in between changes nothing.
 */
export function createNewsWatch(
	{ submittedAtMs, ttlMs }: JobAge,
	clock: Pick<Clock, 'now' | 'monotonic'>,
): NewsWatch {
	let tag = '';
	let sinceMs = 0;
	let looks = 0;
	// The age at the start of following, and what has passed since: a clock that is set meanwhile makes no job old.
	const startMs = clock.monotonic();
	const ageMs = submittedAtMs === undefined ? -Infinity : clock.now() - submittedAtMs;
	const isForgotten = () => ttlMs !== undefined && ageMs + clock.monotonic() - startMs > ttlMs;
	return {
		take: (seen) => {
			if (seen.tag === 'unreachable') return;
			if (seen.tag !== tag) {
				tag = seen.tag;
				sinceMs = clock.monotonic();
				looks = 0;
			}
			looks += 1;
		},
		isOver: (seen) => {
			if (looks < 2) return false;
			if (seen.tag === 'missing')
				return isForgotten() || clock.monotonic() - sinceMs >= LIMITS.missingMs;
			return looks >= MIN_LOOKS && clock.monotonic() - sinceMs >= LIMITS.refusedMs;
		},
	};
}
