import type { JobRecord } from './record';

/** RunPod keeps a job for a day where the request names no other time to live. */
const DEFAULT_TTL_MS = 24 * 3_600_000;

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
