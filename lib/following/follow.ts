import { pause, type Clock } from '../contract/clock';
import type { EndedLook, JobLook } from '../runpod/job';

export interface FollowedJob {
	jobId: string;
	/** When it was submitted, milliseconds since the epoch; unknown for a job of an earlier run. */
	submittedAtMs?: number | undefined;
}

export interface FollowPorts {
	look: (jobId: string, signal?: AbortSignal) => Promise<JobLook>;
	clock: Clock;
	signal?: AbortSignal | undefined;
}

export interface FollowOptions {
	/** Milliseconds from the start of following until the last look. */
	timeoutMs: number;
}

/** How following a job ends. `last` is the newest real news of the job. */
export type FollowEnd =
	| { tag: 'ended'; look: EndedLook }
	| { tag: 'lost'; reason: string; last: JobLook | undefined }
	| { tag: 'refused'; reason: string; status: number; last: JobLook | undefined }
	| { tag: 'deadline'; last: JobLook | undefined }
	| { tag: 'aborted'; last: JobLook | undefined };

const FIRST_LOOK_MS = 1000;
const INTERVAL_GROWTH = 1.5;
const MAX_INTERVAL_MS = 5000;

/** A status may answer 404 for a while after the submit: 150 s is what projects in production wait. */
export const NOT_THERE_YET_MS = 150_000;

/** Follows any number of jobs at once, each to its own end; the ends come back in the order of the jobs. */
export async function followJobs(
	jobs: readonly FollowedJob[],
	ports: FollowPorts,
	options: FollowOptions,
): Promise<FollowEnd[]> {
	return await Promise.all(jobs.map(async (job) => await followJob(job, ports, options)));
}

/** Looks at a job until it ends: first after 1 s, then at an interval that grows to 5 s, and once more at the deadline. */
export async function followJob(
	{ jobId, submittedAtMs }: FollowedJob,
	{ look, clock, signal }: FollowPorts,
	{ timeoutMs }: FollowOptions,
): Promise<FollowEnd> {
	const startMs = clock.now();
	const deadlineMs = startMs + timeoutMs;
	let intervalMs = FIRST_LOOK_MS;
	let waitMs = intervalMs;
	let last: JobLook | undefined;

	for (;;) {
		await pause(clock, Math.min(waitMs, deadlineMs - clock.now()), signal);
		if (signal?.aborted) return { tag: 'aborted', last };

		const isLastLook = clock.now() >= deadlineMs;
		const seen = await look(jobId, signal);
		if (signal?.aborted && !('facts' in seen)) return { tag: 'aborted', last };

		const end = endOf(seen, clock.now() - (submittedAtMs ?? -Infinity), last);
		if (end) return end;
		if ('facts' in seen) last = seen;
		if (isLastLook) return { tag: 'deadline', last };

		intervalMs = Math.min(intervalMs * INTERVAL_GROWTH, MAX_INTERVAL_MS);
		waitMs = Math.max(intervalMs, ('retryAfterMs' in seen && seen.retryAfterMs) || 0);
	}
}

function endOf(seen: JobLook, ageMs: number, last: JobLook | undefined): FollowEnd | undefined {
	switch (seen.tag) {
		case 'completed':
		case 'completedWithoutVideo':
		case 'failed':
		case 'cancelled':
		case 'timedOut':
			return { tag: 'ended', look: seen };
		case 'missing':
			return ageMs > NOT_THERE_YET_MS ? { tag: 'lost', reason: seen.reason, last } : undefined;
		case 'refused':
			return { tag: 'refused', reason: seen.reason, status: seen.status, last };
		case 'queued':
		case 'running':
		case 'unreachable':
			return undefined;
	}
}
