import { EventEmitter } from 'node:events';
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
