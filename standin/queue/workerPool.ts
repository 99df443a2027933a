import { randomInt } from 'node:crypto';
import type { Timer, Timers } from './timers';

/** Why no worker starts a job. */
export type WorkerStall = 'none' | 'throttled' | 'unhealthy' | 'initializing';

/** The `workers` part of /health. */
export interface WorkerCounts {
	idle: number;
	initializing: number;
	ready: number;
	running: number;
	throttled: number;
	unhealthy: number;
}

interface Worker {
	readonly id: string;
	state: 'initializing' | 'idle' | 'running';
	timer?: Timer;
}

interface WorkerPoolOptions {
	max: number;
	/** How long a new worker initializes. */
	coldStartMs: number;
	/** How long an idle worker stays warm. */
	idleTimeoutMs: number;
	timers: Timers;
	/** Called when a worker has become idle by its cold start. */
	onReady: () => void;
}

/** The workers of the endpoint: cold, initializing, idle or running. */
export class WorkerPool {
	readonly #options: WorkerPoolOptions;
	#workers: Worker[] = [];
	#max: number;
	#stall: WorkerStall = 'none';

	constructor(options: WorkerPoolOptions) {
		this.#options = options;
		this.#max = options.max;
	}

	/** Takes a warm worker for a job and gives its id, or undefined when there is none. */
	take(): string | undefined {
		const worker = this.#workers.find(({ state }) => state === 'idle');
		if (!worker) return undefined;
		worker.timer?.stop();
		worker.state = 'running';
		return worker.id;
	}

	/** Starts cold workers for this many waiting jobs, as far as the endpoint allows. */
	wakeFor(waitingJobs: number): void {
		if (this.#stall !== 'none') return;
		const missing = waitingJobs - this.#count('initializing');
		const room = this.#max - this.#workers.length;
		for (let started = 0; started < Math.min(missing, room); started++) this.#startCold();
	}

	/** Gives a worker back; one that died is cold again. */
	release(workerId: string, isAlive: boolean): void {
		const worker = this.#workers.find(({ id }) => id === workerId);
		if (!worker) return;
		const isWanted = this.#stall === 'none' && this.#workers.length <= this.#max;
		if (isAlive && isWanted) this.#rest(worker);
		else this.#remove(worker);
	}

	/** Running workers finish their job whatever is set; the others obey at once. */
	set({ max, stall }: { max?: number; stall?: WorkerStall }): void {
		this.#max = max ?? this.#max;
		this.#stall = stall ?? this.#stall;
		for (const worker of this.#workers.filter(({ state }) => state !== 'running')) {
			if (this.#stall !== 'none' || this.#workers.length > this.#max) this.#remove(worker);
		}
	}

	get runningCount(): number {
		return this.#count('running');
	}

	counts(): WorkerCounts {
		const idle = this.#count('idle');
		const stalled = this.#stall === 'none' ? 0 : Math.max(0, this.#max - this.#workers.length);
		return {
			idle,
			initializing: this.#count('initializing') + (this.#stall === 'initializing' ? stalled : 0),
			ready: idle,
			running: this.runningCount,
			throttled: this.#stall === 'throttled' ? stalled : 0,
			unhealthy: this.#stall === 'unhealthy' ? stalled : 0,
		};
	}

	#startCold(): void {
		const worker: Worker = { id: newWorkerId(), state: 'initializing' };
		this.#workers.push(worker);
		worker.timer = this.#options.timers.after(this.#options.coldStartMs, () => {
			this.#rest(worker);
			this.#options.onReady();
		});
	}

	#rest(worker: Worker): void {
		worker.state = 'idle';
		worker.timer = this.#options.timers.after(this.#options.idleTimeoutMs, () => {
			this.#remove(worker);
		});
	}

	#remove(worker: Worker): void {
		worker.timer?.stop();
		this.#workers = this.#workers.filter((other) => other !== worker);
	}

	#count(state: Worker['state']): number {
		return this.#workers.filter((worker) => worker.state === state).length;
	}
}

// RunPod's worker ids are 14 lower-case letters and digits.
function newWorkerId(): string {
	return Array.from({ length: 14 }, () => randomInt(36).toString(36)).join('');
}
