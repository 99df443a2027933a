/** What a worker does, all of which is billed. */
export type WorkerActivity = 'start' | 'run' | 'idle';

/** One stretch of a worker's life; times in milliseconds since 1970. */
export interface WorkerSpan {
	workerId: string;
	gpuType: string;
	activity: WorkerActivity;
	fromMs: number;
	toMs: number;
	/** The job that it ran. */
	jobId: string | undefined;
}

const LEAST_IDLE_MS = 10;
const MAX_KEPT = 100_000;

/** Writes down what workers do. */
export class WorkerSpans {
	readonly #open = new Map<string, Omit<WorkerSpan, 'toMs'>>();
	readonly #closed: WorkerSpan[] = [];

	begin(workerId: string, gpuType: string, activity: WorkerActivity, jobId?: string): void {
		// Taken up at once, it stood idle for no time.
		const before = this.#open.get(workerId);
		const isNone = before?.activity === 'idle' && Date.now() - before.fromMs < LEAST_IDLE_MS;
		if (!isNone) this.end(workerId);
		this.#open.set(workerId, { workerId, gpuType, activity, fromMs: Date.now(), jobId });
	}

	end(workerId: string): void {
		const span = this.#open.get(workerId);
		if (!span) return;
		this.#open.delete(workerId);
		this.#closed.push({ ...span, toMs: Date.now() });
		if (this.#closed.length > MAX_KEPT) this.#closed.shift();
	}

	/** All of them; those that go on end now. */
	list(): WorkerSpan[] {
		const toMs = Date.now();
		return [...this.#closed, ...[...this.#open.values()].map((span) => ({ ...span, toMs }))];
	}
}
