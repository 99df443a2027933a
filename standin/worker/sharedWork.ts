import { abortable } from './abortable';

/** Gets a share from 0 to 1. */
export type ShareListener = (share: number) => void;

/** The signal aborts when nobody waits for the work any more. */
export type Work<T> = (signal: AbortSignal, onShare: ShareListener) => Promise<T>;

interface Task<T> {
	result: Promise<T>;
	stop: AbortController;
	waiting: number;
	listeners: Set<ShareListener>;
}

/** Does each named piece of work once: those who ask later wait for it or get the kept result. */
export class SharedWork<T> {
	private readonly tasks = new Map<string, Task<T>>();
	private readonly running = new Set<Promise<unknown>>();

	/** A failure is thrown to all who wait and not kept: the next to ask starts the work again. */
	async get(
		name: string,
		work: Work<T>,
		signal: AbortSignal,
		onShare: ShareListener = () => undefined,
	): Promise<T> {
		signal.throwIfAborted();
		const task = this.tasks.get(name) ?? this.start(name, work);
		task.waiting += 1;
		task.listeners.add(onShare);
		try {
			return await abortable(task.result, signal);
		} finally {
			task.waiting -= 1;
			task.listeners.delete(onShare);
			if (task.waiting === 0 && this.running.has(task.result)) this.abandon(name, task);
		}
	}

	/** Settles when no work is under way. */
	async idle(): Promise<void> {
		await Promise.allSettled(this.running);
	}

	private start(name: string, work: Work<T>): Task<T> {
		const stop = new AbortController();
		const listeners = new Set<ShareListener>();
		const result = work(stop.signal, (share) => {
			for (const listener of listeners) listener(share);
		});
		const task = { result, stop, waiting: 0, listeners };
		this.tasks.set(name, task);
		this.running.add(result);
		void result
			.catch(() => {
				this.forget(name, task);
			})
			.finally(() => this.running.delete(result));
		return task;
	}

	private abandon(name: string, task: Task<T>): void {
		this.forget(name, task);
		task.stop.abort();
	}

	private forget(name: string, task: Task<T>): void {
		if (this.tasks.get(name) === task) this.tasks.delete(name);
	}
}
