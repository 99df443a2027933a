import { HandlerRuns } from './handlerRuns';
import type { CancelHabits } from './cancelHabits';
import { type Attempt, hasEnded, type Job, type JobRecord, type JobRequest, newJob } from './job';
import { backToQueue, JobChanges, showLateProgress } from './jobChanges';
import type { JobEnd } from './jobEnd';
import { JobRecords } from './jobRecords';
import { type AttemptResult, type JobOutcome, OutcomeScript, playAttempt } from './outcomes';
import type { JobQueueOptions, QueueHealth } from './jobQueueOptions';
import { Timers } from './timers';
import type { WorkerSpan } from './workerSpans';
import { WorkerPool, type WorkerPoolChange, type WorkerRecord } from './workerPool';

const defaultTtlMs = 24 * 3_600_000;
const closeGraceMs = 2000;

/** The state machine: what is queued, who runs it, how it ends and when it is forgotten. */
export class JobQueue {
	readonly #options: JobQueueOptions;
	readonly #timers = new Timers();
	readonly #workers: WorkerPool;
	readonly #outcomes = new OutcomeScript();
	readonly #changes = new JobChanges(this.#timers);
	readonly #handlers: HandlerRuns;
	readonly #jobs = new Map<string, Job>();
	readonly #records = new JobRecords();
	readonly #endedCounts = { completed: 0, failed: 0, retried: 0 };
	readonly #closing = new AbortController();
	readonly #peaks = { inFlight: 0, running: 0 };
	#waiting: Job[] = [];
	#executionTimeoutMs: number;
	#cancels: CancelHabits = {};

	constructor(options: JobQueueOptions) {
		this.#options = options;
		this.#executionTimeoutMs = options.executionTimeoutMs;
		this.#handlers = new HandlerRuns(options.handler, ({ id }) => {
			this.#changes.tell(id);
		});
		this.#workers = new WorkerPool({
			max: options.workersMax,
			coldStartMs: options.coldStartMs,
			idleTimeoutMs: options.idleTimeoutMs,
			timers: this.#timers,
			onReady: () => {
				this.#dispatch();
			},
		});
	}

	submit(request: JobRequest): Job {
		const job = newJob(request);
		this.#jobs.set(job.id, job);
		this.#records.add(job);
		this.expireAfter(job, request.policy.ttl ?? defaultTtlMs);
		this.#enqueue(job);
		return job;
	}

	find(jobId: string): Job | undefined {
		return this.#jobs.get(jobId);
	}

	/** Cancels a job that has not ended; one that has is left as it is, unless the habits say otherwise. */
	cancel(job: Job): void {
		const isOver = hasEnded(job);
		if (isOver && !(this.#cancels.endsCompleted === true && job.status === 'COMPLETED')) return;
		job.retention?.stop();
		this.#interrupt(job, true);
		this.#end(job, { status: 'CANCELLED' });
	}

	/** Puts a job that has ended back into the queue, without its result. */
	retry(job: Job): void {
		job.retention?.stop();
		job.queuedAt = Date.now();
		job.retries = 0;
		job.outcome = undefined;
		job.error = undefined;
		this.expireAfter(job, job.policy.ttl ?? defaultTtlMs);
		backToQueue(job);
		this.#enqueue(job);
	}

	/** Deletes all jobs that wait, and says how many. */
	purge(): number {
		const purged = this.#waiting;
		for (const job of purged) this.#forget(job);
		return purged.length;
	}

	/** Deletes the job after this time, wherever it stands then. */
	expireAfter(job: Job, ttlMs: number): void {
		job.expiry?.stop();
		job.expiry = this.#timers.after(ttlMs, () => {
			this.#forget(job);
		});
	}

	/** Resolves when `isReady` holds after a change of the job, or when the wait is over. */
	waitUntil(job: Job, isReady: () => boolean, waitMs: number): Promise<void> {
		return this.#changes.waitUntil(job.id, isReady, waitMs);
	}

	setWorkers(change: WorkerPoolChange): void {
		this.#workers.set(change);
		this.#dispatch();
	}

	get workerLimits(): { min: number; max: number } {
		return this.#workers.limits;
	}

	setCancels(habits: CancelHabits): void {
		this.#cancels = habits;
	}

	/** For jobs from now on whose policy does not say; 0 is no limit. */
	setExecutionTimeout(timeoutMs: number): void {
		this.#executionTimeoutMs = timeoutMs;
	}

	/** Rolls a new release out: no worker of an older one starts another job. */
	recycleWorkers(): void {
		this.#workers.recycle();
		this.#dispatch();
	}

	workers(): { list: WorkerRecord[]; currentRelease: number; spans: WorkerSpan[] } {
		const { currentRelease } = this.#workers;
		return { list: this.#workers.list(), currentRelease, spans: this.#workers.spans() };
	}

	script(outcome: JobOutcome): void {
		this.#outcomes.add(outcome);
	}

	get runningWorkers(): number {
		return this.#workers.runningCount;
	}

	get peaks(): Readonly<{ inFlight: number; running: number }> {
		return this.#peaks;
	}

	health(): QueueHealth {
		const { completed, failed, retried } = this.#endedCounts;
		const inProgress = this.#workers.runningCount;
		return {
			jobs: { completed, failed, inProgress, inQueue: this.#waiting.length, retried },
			workers: this.#workers.counts(),
		};
	}

	/** All jobs in the order of their submission; of the forgotten ones only the last thousand. */
	records(): JobRecord[] {
		return this.#records.list();
	}

	/** Aborts what runs, and waits a little for handlers that clean up. */
	async close(): Promise<void> {
		this.#waiting = [];
		this.#closing.abort();
		for (const job of this.#jobs.values()) this.#interrupt(job, false);
		this.#timers.close();
		await this.#handlers.settled(closeGraceMs);
	}

	#enqueue(job: Job): void {
		this.#waiting.push(job);
		const inFlight = this.#waiting.length + this.#workers.runningCount;
		this.#peaks.inFlight = Math.max(this.#peaks.inFlight, inFlight);
		this.#dispatch();
	}

	#dispatch(): void {
		for (let [job] = this.#waiting; job; [job] = this.#waiting) {
			const workerId = this.#workers.take(job.id);
			if (workerId === undefined) break;
			this.#waiting.shift();
			this.#start(job, workerId);
		}
		if (!this.#workers.hasRoom) return;
		// A job of low priority takes a warm worker but never wakes a cold one.
		this.#workers.wakeFor(this.#waiting.filter(({ policy }) => !policy.lowPriority).length);
	}

	#start(job: Job, workerId: string): void {
		const attempt: Attempt = { workerId, abort: new AbortController() };
		job.attempt = attempt;
		job.workerId = workerId;
		job.status = 'IN_PROGRESS';
		job.startedAt = Date.now();
		job.outcome ??= this.#outcomes.next(job.input);
		this.#peaks.running = Math.max(this.#peaks.running, this.#workers.runningCount);
		const timeoutMs = job.policy.executionTimeout ?? (this.#executionTimeoutMs || Infinity);
		attempt.deadline = this.#timers.after(timeoutMs, () => {
			this.#interrupt(job, false);
			this.#end(job, { status: 'FAILED', error: 'executionTimeout exceeded' });
		});
		void this.#run(job, attempt);
	}

	async #run(job: Job, attempt: Attempt): Promise<void> {
		const [result] = await Promise.all([
			playAttempt(job, () => this.#ask(job, attempt)),
			new Promise<void>((resolve) => this.#timers.after(this.#options.runMs, resolve)),
		]);
		// A job that was cancelled, deleted or ran out of time is no longer this attempt's to end.
		if (job.attempt === attempt) this.#accept(job, result);
	}

	async #ask(job: Job, attempt: Attempt): Promise<JobEnd> {
		const { uploadsLateMs } = this.#cancels;
		if (uploadsLateMs === undefined) return await this.#handlers.ask(job, attempt);
		const { signal } = attempt.abort;
		await this.#timers.wait(this.#options.runMs, signal);
		if (signal.aborted) await this.#timers.wait(uploadsLateMs);
		return await this.#handlers.ask(job, attempt, this.#closing.signal);
	}

	#accept(job: Job, result: AttemptResult): void {
		if (result.status === 'RESTARTED') {
			this.#restart(job);
			return;
		}
		this.#detach(job, true);
		if (result.status === 'LOST') {
			this.#settle(job, result.end);
			this.#forget(job);
		} else if (result.status === 'OVERWRITTEN') {
			this.#end(job, result.end);
			this.#timers.after(result.afterMs, () => {
				showLateProgress(job, result.progress);
			});
		} else {
			this.#end(job, result);
		}
	}

	#restart(job: Job): void {
		this.#detach(job, false);
		job.retries += 1;
		this.#endedCounts.retried += 1;
		backToQueue(job);
		this.#waiting.unshift(job);
		this.#dispatch();
	}

	#end(job: Job, end: JobEnd): void {
		this.#settle(job, end);
		const { retentionMs, syncRetentionMs } = this.#options;
		job.retention = this.#timers.after(job.isSync ? syncRetentionMs : retentionMs, () => {
			this.#forget(job);
		});
		this.#options.onEnd(job);
		this.#changes.tell(job.id);
		this.#dispatch();
	}

	#settle(job: Job, end: JobEnd): void {
		if (job.status === 'IN_QUEUE') this.#waiting = this.#waiting.filter((other) => other !== job);
		job.status = end.status;
		job.endedAt = Date.now();
		job.output = 'output' in end ? end.output : undefined;
		job.error = 'error' in end ? end.error : undefined;
		if (end.status === 'COMPLETED') this.#endedCounts.completed += 1;
		if (end.status === 'FAILED' || end.status === 'TIMED_OUT') this.#endedCounts.failed += 1;
	}

	#forget(job: Job): void {
		this.#interrupt(job, true);
		job.expiry?.stop();
		job.retention?.stop();
		this.#waiting = this.#waiting.filter((other) => other !== job);
		this.#jobs.delete(job.id);
		this.#records.forget(job);
		this.#changes.tell(job.id);
		this.#dispatch();
	}

	#interrupt(job: Job, workerSurvives: boolean): void {
		this.#detach(job, workerSurvives)?.abort.abort();
	}

	// From here on the attempt can change nothing any more, and its worker is free.
	#detach(job: Job, workerSurvives: boolean): Attempt | undefined {
		const { attempt } = job;
		if (!attempt) return undefined;
		job.attempt = undefined;
		attempt.deadline?.stop();
		this.#workers.release(attempt.workerId, workerSurvives);
		return attempt;
	}
}
