import { asJson, askHandler } from './handlerAnswer';
import type { Attempt, Job } from './job';
import type { JobEnd } from './jobEnd';
import { Timers } from './timers';
import type { WorkerHandler } from './workerHandler';

/** The handler at work, for every attempt that asks it. */
export class HandlerRuns {
	readonly #handler: WorkerHandler;
	readonly #onChunk: (job: Job) => void;
	readonly #running = new Set<Promise<JobEnd>>();

	constructor(handler: WorkerHandler, onChunk: (job: Job) => void) {
		this.#handler = handler;
		this.#onChunk = onChunk;
	}

	/** Runs the handler until the signal stops it; what it reports after its attempt is over changes nothing. */
	async ask(job: Job, attempt: Attempt, signal = attempt.abort.signal): Promise<JobEnd> {
		const whileCurrent =
			(take: (value: unknown) => void) =>
			(value: unknown): void => {
				if (job.attempt === attempt) take(value);
			};
		const reportProgress = whileCurrent((progress) => {
			job.output = asJson(progress);
		});
		const onChunk = whileCurrent((chunk) => {
			job.chunks.push(chunk);
			this.#onChunk(job);
		});
		const workerJob = {
			id: job.id,
			input: job.input,
			signal,
			reportProgress,
		};
		const running = askHandler(this.#handler, workerJob, attempt.workerId, onChunk);
		this.#running.add(running);
		const end = await running;
		this.#running.delete(running);
		return end;
	}

	/** Resolves when all handlers have settled, or when the grace time is over. */
	async settled(graceMs: number): Promise<void> {
		const grace = new Timers();
		await Promise.race([
			Promise.all(this.#running),
			new Promise<void>((resolve) => grace.after(graceMs, resolve)),
		]);
		grace.close();
	}
}
