import { randomInt } from 'node:crypto';
import type { Timer, Timers } from './timers';
import { WorkerSpans, type WorkerSpan } from './workerSpans';

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

/** One worker as the management API lists it. */
export interface WorkerRecord {
	readonly id: string;
	readonly state: 'initializing' | 'idle' | 'running' | Exclude<WorkerStall, 'none'>;
	/** Null until it is placed. */
	readonly gpuType: string | null;
	/** Which release of the endpoint it runs, from 1 up. */
	readonly release: number;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
}

/** What of a pool can change while it works. */
export interface WorkerPoolChange {
	/** How many stay warm without a job. */
	min?: number;
	max?: number;
	stall?: WorkerStall;
	idleTimeoutMs?: number;
	/** New workers get them in turn. */
	gpuTypes?: readonly string[];
}

interface Worker {
	readonly id: string;
	readonly release: number;
	readonly startedAt: number;
	readonly gpuType: string;
	state: 'initializing' | 'idle' | 'running';
	timer?: Timer;
}

interface WorkerPoolOptions {
	max: number;
	/** How long a new worker initializes. */
	coldStartMs: number;
	/** How long an idle worker stays warm at first. */
	idleTimeoutMs: number;
	timers: Timers;
	/** Called when a worker has become idle by its cold start. */
	onReady: () => void;
}

/** The workers of the endpoint: cold, initializing, idle or running. */
export class WorkerPool {
	readonly #options: WorkerPoolOptions;
	#workers: Worker[] = [];
	#min = 0;
	#max: number;
	#idleTimeoutMs: number;
	#stall: WorkerStall = 'none';
	#release = 1;
	#gpuTypes: readonly string[] = ['NVIDIA A100 80GB PCIe'];
	#placed = 0;
	readonly #spans = new WorkerSpans();
	/** The same at each look. */
	readonly #stalledIds: string[] = [];

	constructor(options: WorkerPoolOptions) {
		this.#options = options;
		this.#max = options.max;
		this.#idleTimeoutMs = options.idleTimeoutMs;
	}

	/** Takes a warm worker for the job and gives its id, or undefined when there is none. */
	take(jobId: string): string | undefined {
		const worker = this.#workers.find(({ state }) => state === 'idle');
		if (!worker) return undefined;
		worker.timer?.stop();
		worker.state = 'running';
		this.#spans.begin(worker.id, worker.gpuType, 'run', jobId);
		return worker.id;
	}

	/** Starts cold workers for this many waiting jobs, as far as the endpoint allows. */
	wakeFor(waitingJobs: number): void {
		if (this.#stall !== 'none') return;
		const missing = waitingJobs - this.#count('initializing');
		const room = this.#max - this.#workers.length;
		for (let started = 0; started < Math.min(missing, room); started++) this.#startCold();
	}

	/** Whether another worker could be started. */
	get hasRoom(): boolean {
		return this.#stall === 'none' && this.#workers.length < this.#max;
	}

	/** Gives a worker back; one that died is cold again. */
	release(workerId: string, isAlive: boolean): void {
		const worker = this.#workers.find(({ id }) => id === workerId);
		if (!worker) return;
		const isWanted = this.#stall === 'none' && this.#workers.length <= this.#max;
		const isCurrent = worker.release === this.#release;
		if (isAlive && isWanted && isCurrent) this.#rest(worker);
		else this.#remove(worker);
		this.#warmUp();
	}

	/** Running workers finish their job whatever is set; the others obey at once. */
	set({ min, max, stall, idleTimeoutMs, gpuTypes = [] }: WorkerPoolChange): void {
		this.#min = min ?? this.#min;
		this.#max = max ?? this.#max;
		this.#stall = stall ?? this.#stall;
		this.#idleTimeoutMs = idleTimeoutMs ?? this.#idleTimeoutMs;
		if (gpuTypes.length > 0) this.#gpuTypes = gpuTypes;
		for (const worker of this.#notRunning()) {
			if (this.#stall !== 'none' || this.#workers.length > this.#max) this.#remove(worker);
		}
		this.#warmUp();
	}

	/** A new release: workers of the old one finish their job and take no other. */
	recycle(): void {
		this.#release += 1;
		for (const worker of this.#notRunning()) this.#remove(worker);
		this.#warmUp();
	}

	get limits(): { min: number; max: number } {
		return { min: this.#min, max: this.#max };
	}

	/** The newest release, from 1 up. */
	get currentRelease(): number {
		return this.#release;
	}

	list(): WorkerRecord[] {
		const { throttled, unhealthy, initializing } = this.counts();
		const lengths = {
			throttled,
			unhealthy,
			initializing: initializing - this.#count('initializing'),
		};
		const stalled = (['throttled', 'unhealthy', 'initializing'] as const).flatMap((state) =>
			Array.from({ length: lengths[state] }, () => state),
		);
		const now = Date.now();
		return [
			...this.#workers.map(({ id, state, gpuType, release, startedAt }) => ({
				id,
				state,
				gpuType,
				release,
				startedAt,
			})),
			...stalled.map((state, i) => ({
				id: (this.#stalledIds[i] ??= newWorkerId()),
				state,
				gpuType: null,
				release: this.#release,
				startedAt: now,
			})),
		];
	}

	/** What all workers have done so far. */
	spans(): WorkerSpan[] {
		return this.#spans.list();
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

	#warmUp(): void {
		if (this.#stall !== 'none') return;
		const wanted = Math.min(this.#min, this.#max) - this.#workers.length;
		for (let started = 0; started < wanted; started++) this.#startCold();
	}

	#notRunning(): Worker[] {
		return this.#workers.filter(({ state }) => state !== 'running');
	}

	#startCold(): void {
		const worker: Worker = {
			id: newWorkerId(),
			state: 'initializing',
			release: this.#release,
			startedAt: Date.now(),
			gpuType: this.#gpuTypes[this.#placed++ % this.#gpuTypes.length] ?? '',
		};
		this.#workers.push(worker);
		this.#spans.begin(worker.id, worker.gpuType, 'start');
		worker.timer = this.#options.timers.after(this.#options.coldStartMs, () => {
			this.#rest(worker);
			this.#options.onReady();
		});
	}

	#rest(worker: Worker): void {
		worker.state = 'idle';
		this.#spans.begin(worker.id, worker.gpuType, 'idle');
		worker.timer = this.#options.timers.after(this.#idleTimeoutMs, () => {
			if (this.#workers.length > this.#min) this.#remove(worker);
			else this.#rest(worker);
		});
	}

	#remove(worker: Worker): void {
		worker.timer?.stop();
		this.#spans.end(worker.id);
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
