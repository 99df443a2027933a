import { DEFAULT_TTL_MS } from '../../base/async/timeLimits';
import type { JobRecord } from './record';

/** How long RunPod keeps the job of a record from its submit. Only what was really sent shortens it. */
export function ttlOf({ ttl_ms }: Pick<JobRecord, 'ttl_ms'>): number {
	return ttl_ms ?? DEFAULT_TTL_MS;
}

/** When a submit whose answer was lost can have no job any longer. */
export function runsOutAtMs(record: JobRecord): number {
	return record.intended_at_ms + ttlOf(record);
}

export function hasRunOut(record: JobRecord, nowMs: number): boolean {
	return nowMs > runsOutAtMs(record);
}

export function isOlderThanItsTtl(record: JobRecord, nowMs: number): boolean {
	return nowMs - (record.submitted_at_ms ?? record.intended_at_ms) > ttlOf(record);
}

/** So often whoever follows a job says so in its record, and so long that counts. */
export const FOLLOWED_INTERVAL_MS = 30_000;
const FOLLOWED_FOR_MS = 3 * FOLLOWED_INTERVAL_MS;
/** In the place of a time: its execution has let go of the job. */
export const NOT_FOLLOWED = 0;

/** Whether an execution follows the job at this moment, or sleeps until it ends; one that was killed says nothing any more. */
export function isFollowed(
	{ state, delivered, failure, followed_at_ms, submitted_at_ms, suspended_until_ms }: JobRecord,
	nowMs: number,
): boolean {
	if (state !== 'submitted' || delivered || failure || followed_at_ms === NOT_FOLLOWED)
		return false;
	if (suspended_until_ms !== null && nowMs < suspended_until_ms) return true;
	const lastMs = Math.max(followed_at_ms ?? 0, submitted_at_ms ?? 0);
	return Math.abs(nowMs - lastMs) < FOLLOWED_FOR_MS;
}
