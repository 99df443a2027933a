import type { JobState } from '../runpod/queue/job';

/** One job of a run, from before its submit to its end. Times by the monotonic clock. */
export interface RunJob {
	sentAtMs: number | undefined;
	/** Nothing while it waits on RunPod, or is not there yet. */
	runningSinceMs: number | undefined;
	/** Since when it was seen waiting although workers have taken jobs that were sent later. */
	passedOverSinceMs: number | undefined;
	/** It is passed over for good: RunPod may have lost it. */
	isPassedOver: boolean;
	/** No worker has to do with it any more. */
	isOver: boolean;
}

const KEPT_RUN_TIMES = 50;
/** What is seen of one job may be older than what is seen of another. */
const PASSED_OVER_MS = 60_000;

/** The jobs of one run that are under way, and what is learned from them. */
export class RunJobs {
	readonly #jobs = new Set<RunJob>();
	readonly #runTimesMs: number[] = [];
	/** The newest of those that a worker has taken: RunPod takes them in their order. */
	#lastTakenSentAtMs = -Infinity;
	/** Since when no worker has taken a job of this run, while there was one to take. */
	#quietSinceMs: number | undefined;
	#lastLifeMs = -Infinity;
	#lastUnservedMs = -Infinity;

	get size(): number {
		return this.#jobs.size;
	}

	add(): RunJob {
		const job: RunJob = {
			sentAtMs: undefined,
			runningSinceMs: undefined,
			passedOverSinceMs: undefined,
			isPassedOver: false,
			isOver: false,
		};
		this.#jobs.add(job);
		return job;
	}

	/** Tells of a job that RunPod has from now on. */
	sent(job: RunJob, nowMs: number): void {
		job.sentAtMs ??= nowMs;
		this.#quietSinceMs ??= nowMs;
	}

	saw(job: RunJob, look: JobState, nowMs: number): void {
		job.sentAtMs ??= nowMs;
		if (look.tag === 'queued') {
			job.runningSinceMs = undefined;
			this.#quietSinceMs ??= Math.max(job.sentAtMs, this.#lastLifeMs);
			this.#learnPassedOver(job, job.sentAtMs, nowMs);
		} else if (isTaken(look)) {
			this.#lastLifeMs = nowMs;
			this.#quietSinceMs = undefined;
			this.#lastTakenSentAtMs = Math.max(this.#lastTakenSentAtMs, job.sentAtMs);
			if (look.tag === 'completed') this.#learnRunTime(job, look.facts.executionTimeMs, nowMs);
			if (look.tag === 'running') job.runningSinceMs ??= nowMs;
			else end(job);
		} else if (look.tag === 'cancelled' || look.tag === 'timedOut') end(job);
	}

	/** @returns whether it was under way */
	remove(job: RunJob, nowMs: number): boolean {
		const isUnserved = this.#isWaiting(job);
		if (!this.#jobs.delete(job)) return false;
		if (isUnserved) this.#lastUnservedMs = nowMs;
		return true;
	}

	#learnPassedOver(job: RunJob, sentAtMs: number, nowMs: number): void {
		if (sentAtMs >= this.#lastTakenSentAtMs) return;
		job.passedOverSinceMs ??= nowMs;
		job.isPassedOver = nowMs - job.passedOverSinceMs >= PASSED_OVER_MS;
	}

	#learnRunTime(job: RunJob, toldMs: number | null, nowMs: number): void {
		const seenMs = job.runningSinceMs === undefined ? undefined : nowMs - job.runningSinceMs;
		// No job has run for longer than it is old.
		const isPossible = toldMs !== null && toldMs <= nowMs - (job.sentAtMs ?? nowMs);
		const runTimeMs = isPossible ? toldMs : seenMs;
		if (runTimeMs === undefined) return;
		this.#runTimesMs.push(runTimeMs);
		if (this.#runTimesMs.length > KEPT_RUN_TIMES) this.#runTimesMs.shift();
	}

	#isWaiting({ sentAtMs, runningSinceMs, isOver }: RunJob): boolean {
		return sentAtMs !== undefined && runningSinceMs === undefined && !isOver;
	}

	/** Jobs that RunPod has, as far as is known. */
	get onEndpoint(): number {
		return this.#count((job) => job.sentAtMs !== undefined && !job.isOver);
	}

	get waiting(): number {
		return this.#count((job) => this.#isWaiting(job));
	}

	get running(): number {
		return this.#count((job) => job.runningSinceMs !== undefined);
	}

	/** Those that a worker has, or is to take; not those that RunPod passes over. */
	get toBeServed(): number {
		return this.#count((job) => !job.isOver && !(job.isPassedOver && this.#isWaiting(job)));
	}

	#count(isCounted: (job: RunJob) => boolean): number {
		let count = 0;
		for (const job of this.#jobs) if (isCounted(job)) count += 1;
		return count;
	}

	get runTimeMs(): number | undefined {
		return this.#runTimesMs.length > 0 ? medianOf(this.#runTimesMs) : undefined;
	}

	/** How long each of those that run has been running, the oldest first. */
	runningForMs(nowMs: number): number[] {
		const sinceMs = [...this.#jobs].flatMap(({ runningSinceMs }) => runningSinceMs ?? []);
		return sinceMs.map((since) => nowMs - since).sort((one, other) => other - one);
	}

	longestWaitMs(nowMs: number): number {
		let longest = 0;
		for (const job of this.#jobs)
			if (this.#isWaiting(job)) longest = Math.max(longest, nowMs - (job.sentAtMs ?? nowMs));
		return longest;
	}

	/** For how long no worker has taken a job of this run. */
	quietMs(nowMs: number): number {
		return this.#quietSinceMs === undefined ? 0 : nowMs - this.#quietSinceMs;
	}

	/** The last that is known of the endpoint: a job has waited to its Timeout and no worker has taken it. */
	get isUnserved(): boolean {
		return this.#lastUnservedMs > this.#lastLifeMs;
	}
}

function end(job: RunJob): void {
	job.runningSinceMs = undefined;
	job.isOver = true;
}

/** Whether a worker has taken the job: then the endpoint is alive. */
function isTaken({ tag }: JobState): boolean {
	return (
		tag === 'running' || tag === 'completed' || tag === 'completedWithoutVideo' || tag === 'failed'
	);
}

function medianOf(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const high = sorted[middle] ?? 0;
	return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}
