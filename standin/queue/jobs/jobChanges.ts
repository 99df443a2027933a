import { EventEmitter } from 'node:events';
import type { Job } from './job';
import type { Timers } from './timers';

/** Lets a request wait for a change of a job. */
export class JobChanges {
	readonly #emitter = new EventEmitter().setMaxListeners(0);
	readonly #timers: Timers;

	constructor(timers: Timers) {
		this.#timers = timers;
	}

	tell(jobId: string): void {
		this.#emitter.emit(jobId);
	}

	/** Resolves when `isReady` holds after a change of the job, or when the wait is over. */
	waitUntil(jobId: string, isReady: () => boolean, waitMs: number): Promise<void> {
		return new Promise((resolve) => {
			const stopWaiting = (): void => {
				timer.stop();
				this.#emitter.off(jobId, check);
				resolve();
			};
			const check = (): void => {
				if (isReady()) stopWaiting();
			};
			const timer = this.#timers.after(waitMs, stopWaiting);
			this.#emitter.on(jobId, check);
			check();
		});
	}
}

/** Takes a job's end, and all that its attempt left, away again. */
export function backToQueue(job: Job): void {
	job.status = 'IN_QUEUE';
	job.output = undefined;
	job.chunks = [];
	job.startedAt = undefined;
	job.endedAt = undefined;
	job.workerId = undefined;
}

/** A progress that comes after the end: the job shows as running, and its result is gone. */
export function showLateProgress(job: Job, progress: unknown): void {
	if (job.endedAt === undefined) return;
	job.status = 'IN_PROGRESS';
	job.output = progress;
	job.error = undefined;
	job.endedAt = undefined;
}
