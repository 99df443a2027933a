import { joinSignals } from '../base/async/abort';
import { pause, type Clock } from '../base/async/clock';
import { messageOf } from '../base/errors/foreignError';
import { WanAvatarError } from '../base/errors/errors';
import type { EndedJobState, JobState } from '../runpod/queue/job';
import { createNewsWatch, type JobAge } from './lostOrRefused';
import { FIRST_LOOK_MS, type Schedule } from './schedule';
import type { Stall } from './stall';
import type { StallWatch } from './stallWatch';

export interface FollowedJob extends JobAge {
	jobId: string;
}

export interface FollowPorts {
	pollStatus: (jobId: string, signal?: AbortSignal) => Promise<JobState>;
	clock: Clock;
	schedule: Schedule;
	stallWatch: StallWatch;
	signal?: AbortSignal | undefined;
}

export interface FollowOptions {
	/** When the last look is taken, by the monotonic clock. */
	deadlineMs: number;
	/** How often RunPod may start the job over on another worker. */
	maxRestarts: number;
}

/** How following a job ends. `last` is the newest real news of the job. */
export type FollowEnd =
	| { tag: 'ended'; state: EndedJobState }
	| { tag: 'lost'; reason: string; last: JobState | undefined }
	| { tag: 'refused'; reason: string; status: number; last: JobState | undefined }
	/** What RunPod answers cannot be read, now or later. */
	| { tag: 'unreadable'; reason: string; last: JobState | undefined }
	| { tag: 'restarted'; restarts: number; last: JobState }
	| { tag: 'deadline'; last: JobState | undefined; stall: Stall | undefined }
	| { tag: 'aborted'; last: JobState | undefined };

/** The look at the deadline may take so long. */
const LAST_LOOK_MS = 2000;

/**
 * Looks at a job until it ends: first 1 s after its submit, then as the schedule says, and once more at the deadline.
 * Any number of jobs is followed at once by sharing a schedule and a stall watch.
 * @throws WanAvatarError only where no look can ever be taken, such as a host that the credential does not allow
 */
export async function followJob(
	job: FollowedJob,
	ports: FollowPorts,
	options: FollowOptions,
): Promise<FollowEnd> {
	const { clock, signal } = ports;
	const leftMs = options.deadlineMs - clock.monotonic();
	const joined = joinSignals([signal, clock.timeout(Math.max(leftMs, 0) + LAST_LOOK_MS)]);
	try {
		return await follow(job, { ...ports, pollSignal: joined.signal }, options);
	} finally {
		joined.release();
	}
}

async function follow(
	job: FollowedJob,
	{
		pollStatus,
		pollSignal,
		clock,
		schedule,
		stallWatch,
		signal,
	}: FollowPorts & { pollSignal: AbortSignal },
	{ deadlineMs, maxRestarts }: FollowOptions,
): Promise<FollowEnd> {
	const news = createNewsWatch(job, clock);
	const startMs = clock.monotonic();
	let waitMs = firstWaitMs(job, clock);
	let intervalMs = FIRST_LOOK_MS;
	let runningSinceMs: number | undefined;
	let last: JobState | undefined;

	for (;;) {
		await pause(clock, Math.min(waitMs, deadlineMs - clock.monotonic()), signal);
		if (signal?.aborted) return { tag: 'aborted', last };

		const isLastLook = clock.monotonic() >= deadlineMs;
		const seen = await looked(async () => await pollStatus(job.jobId, pollSignal));
		if (signal?.aborted && !('facts' in seen)) return { tag: 'aborted', last };

		if (seen.tag === 'queued') runningSinceMs = undefined;
		if (seen.tag === 'running') runningSinceMs ??= startOf(job, seen, clock);
		news.take(seen);
		const end = endOf(seen, news.isOver(seen), last, maxRestarts);
		if (end)
			return taught(end, schedule, runningSinceMs, ageOf(job, startMs, clock), clock.monotonic());
		if ('facts' in seen) last = seen;
		// Why it waits is only told at the deadline: the look must not hold up those at the job.
		if (seen.tag === 'queued') void stallWatch.look(pollSignal);
		if (isLastLook) return { tag: 'deadline', last, stall: stallAt(last, stallWatch) };

		const runningForMs =
			runningSinceMs === undefined ? undefined : clock.monotonic() - runningSinceMs;
		intervalMs = schedule.nextIntervalMs({ lastIntervalMs: intervalMs, runningForMs });
		waitMs = Math.max(intervalMs, ('retryAfterMs' in seen && seen.retryAfterMs) || 0);
	}
}

/** A job of an earlier time is looked at at once: it may have ended. */
function firstWaitMs({ submittedAtMs }: FollowedJob, clock: Clock): number {
	const ageMs = submittedAtMs === undefined ? 0 : clock.now() - submittedAtMs;
	return Math.min(Math.max(FIRST_LOOK_MS - ageMs, 0), FIRST_LOOK_MS);
}

/** A look that fails by a fault of this package must not lose the job it is for. */
async function looked(
	look: () => Promise<JobState>,
): Promise<JobState | { tag: 'broken'; reason: string }> {
	try {
		return await look();
	} catch (error) {
		if (error instanceof WanAvatarError) throw error;
		return { tag: 'broken', reason: messageOf(error) };
	}
}

type Seen = Awaited<ReturnType<typeof looked>>;

/**
 * When it started, by the monotonic clock. RunPod tells how long the job was queued; where that does not fit, it started
 * when it was first seen running.
 */
function startOf({ submittedAtMs }: FollowedJob, seen: Seen, clock: Clock): number {
	const nowMs = clock.monotonic();
	if (submittedAtMs === undefined || !('facts' in seen)) return nowMs;
	const runningForMs = clock.now() - submittedAtMs - (seen.facts.delayTimeMs ?? Infinity);
	return nowMs - Math.max(runningForMs, 0);
}

function endOf(
	seen: Seen,
	isOver: boolean,
	last: JobState | undefined,
	maxRestarts: number,
): FollowEnd | undefined {
	switch (seen.tag) {
		case 'completed':
		case 'completedWithoutVideo':
		case 'failed':
		case 'cancelled':
		case 'timedOut':
			return { tag: 'ended', state: seen };
		case 'missing':
			return isOver ? { tag: 'lost', reason: seen.reason, last } : undefined;
		case 'refused':
			return isOver
				? { tag: 'refused', reason: seen.reason, status: seen.status, last }
				: undefined;
		case 'queued':
		case 'running':
			// One look alone may be a slip, and the end of it is a cancel.
			if (Math.min(seen.facts.retries, restartsIn(last)) <= maxRestarts) return undefined;
			return { tag: 'restarted', restarts: seen.facts.retries, last: seen };
		case 'tooLarge':
		case 'broken':
			return { tag: 'unreadable', reason: seen.reason, last };
		case 'unreachable':
			return undefined;
	}
}

/** How old a job can be at most; without its submit only what was seen of it counts. */
function ageOf({ submittedAtMs }: FollowedJob, startMs: number, clock: Clock): number {
	const followedMs = clock.monotonic() - startMs;
	return submittedAtMs === undefined
		? followedMs
		: Math.max(clock.now() - submittedAtMs, followedMs);
}

function restartsIn(look: JobState | undefined): number {
	return look && 'facts' in look ? look.facts.retries : 0;
}

function taught(
	end: FollowEnd,
	schedule: Schedule,
	runningSinceMs: number | undefined,
	ageMs: number,
	nowMs: number,
): FollowEnd {
	if (end.tag !== 'ended' || end.state.tag !== 'completed') return end;
	const seenMs = runningSinceMs === undefined ? undefined : nowMs - runningSinceMs;
	const { executionTimeMs } = end.state.facts;
	// No job has run for longer than it is old.
	const toldMs = executionTimeMs === null || executionTimeMs > ageMs ? undefined : executionTimeMs;
	const runTimeMs = toldMs ?? seenMs;
	if (runTimeMs !== undefined) schedule.learn(runTimeMs);
	return end;
}

function stallAt(last: JobState | undefined, stallWatch: StallWatch): Stall | undefined {
	return last?.tag === 'queued' ? stallWatch.stall() : undefined;
}
