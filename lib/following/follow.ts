import { pause, type Clock } from '../contract/clock';
import type { EndedLook, JobLook } from '../runpod/job';
import type { Stall } from '../runpod/health';
import { FIRST_LOOK_MS, type Schedule } from './schedule';
import type { StallWatch } from './stallWatch';

export interface FollowedJob {
	jobId: string;
	/** When it was submitted, milliseconds since the epoch; unknown for a job that is only known by its id. */
	submittedAtMs?: number | undefined;
}

export interface FollowPorts {
	look: (jobId: string, signal?: AbortSignal) => Promise<JobLook>;
	clock: Clock;
	schedule: Schedule;
	stallWatch: StallWatch;
	signal?: AbortSignal | undefined;
}

export interface FollowOptions {
	/** Milliseconds from the start of following until the last look. */
	timeoutMs: number;
	/** How often RunPod may start the job over on another worker. */
	maxRestarts: number;
}

/** How following a job ends. `last` is the newest real news of the job. */
export type FollowEnd =
	| { tag: 'ended'; look: EndedLook }
	| { tag: 'lost'; reason: string; last: JobLook | undefined }
	| { tag: 'refused'; reason: string; status: number; last: JobLook | undefined }
	| { tag: 'restarted'; restarts: number; last: JobLook }
	| { tag: 'deadline'; last: JobLook | undefined; stall: Stall | undefined }
	| { tag: 'aborted'; last: JobLook | undefined };

/**
 * A status may answer 404 for a while after the submit: 150 s is what projects in production wait. A job that was seen
 * before is gone when it is missing twice.
 */
export const NOT_THERE_YET_MS = 150_000;

/**
 * Looks at a job until it ends: first after 1 s, then as the schedule says, and once more at the deadline.
 * Any number of jobs is followed at once by sharing a schedule and a stall watch.
 */
export async function followJob(
	job: FollowedJob,
	{ look, clock, schedule, stallWatch, signal }: FollowPorts,
	{ timeoutMs, maxRestarts }: FollowOptions,
): Promise<FollowEnd> {
	const deadlineMs = clock.now() + timeoutMs;
	let waitMs = FIRST_LOOK_MS;
	let intervalMs = FIRST_LOOK_MS;
	let runningSinceMs: number | undefined;
	let last: JobLook | undefined;
	let missedLooks = 0;

	for (;;) {
		await pause(clock, Math.min(waitMs, deadlineMs - clock.now()), signal);
		if (signal?.aborted) return { tag: 'aborted', last };

		const isLastLook = clock.now() >= deadlineMs;
		const seen = await look(job.jobId, signal);
		if (signal?.aborted && !('facts' in seen)) return { tag: 'aborted', last };

		if (seen.tag === 'queued') runningSinceMs = undefined;
		if (seen.tag === 'running') runningSinceMs ??= startOf(job, seen, clock.now());
		missedLooks = seen.tag === 'missing' ? missedLooks + 1 : 0;
		const isGone =
			last === undefined ? ageOf(job, clock.now()) > NOT_THERE_YET_MS : missedLooks > 1;
		const end = endOf(seen, isGone, last, maxRestarts);
		if (end) return taught(end, schedule, runningSinceMs, clock.now());
		if ('facts' in seen) last = seen;
		if (seen.tag === 'queued') await stallWatch.look();
		if (isLastLook) return { tag: 'deadline', last, stall: stallAt(last, stallWatch) };

		const runningForMs = runningSinceMs === undefined ? undefined : clock.now() - runningSinceMs;
		intervalMs = schedule.nextIntervalMs({ lastIntervalMs: intervalMs, runningForMs });
		waitMs = Math.max(intervalMs, ('retryAfterMs' in seen && seen.retryAfterMs) || 0);
	}
}

/** RunPod tells how long the job was queued; where that does not fit, it started when it was first seen running. */
function startOf({ submittedAtMs }: FollowedJob, seen: JobLook, nowMs: number): number {
	if (submittedAtMs === undefined || !('facts' in seen)) return nowMs;
	return Math.min(submittedAtMs + (seen.facts.delayTimeMs ?? Infinity), nowMs);
}

function ageOf({ submittedAtMs = -Infinity }: FollowedJob, nowMs: number): number {
	return nowMs - submittedAtMs;
}

function endOf(
	seen: JobLook,
	isGone: boolean,
	last: JobLook | undefined,
	maxRestarts: number,
): FollowEnd | undefined {
	switch (seen.tag) {
		case 'completed':
		case 'completedWithoutVideo':
		case 'failed':
		case 'cancelled':
		case 'timedOut':
			return { tag: 'ended', look: seen };
		case 'missing':
			return isGone ? { tag: 'lost', reason: seen.reason, last } : undefined;
		case 'refused':
			return { tag: 'refused', reason: seen.reason, status: seen.status, last };
		case 'queued':
		case 'running':
			if (seen.facts.retries <= maxRestarts) return undefined;
			return { tag: 'restarted', restarts: seen.facts.retries, last: seen };
		case 'unreachable':
		case 'tooLarge':
			return undefined;
	}
}

function taught(
	end: FollowEnd,
	schedule: Schedule,
	runningSinceMs: number | undefined,
	nowMs: number,
): FollowEnd {
	if (end.tag !== 'ended' || end.look.tag !== 'completed') return end;
	const seenMs = runningSinceMs === undefined ? undefined : nowMs - runningSinceMs;
	const runTimeMs = end.look.facts.executionTimeMs ?? seenMs;
	if (runTimeMs !== undefined) schedule.learn(runTimeMs);
	return end;
}

function stallAt(last: JobLook | undefined, stallWatch: StallWatch): Stall | undefined {
	return last?.tag === 'queued' ? stallWatch.stall() : undefined;
}
