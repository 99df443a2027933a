/** A timer that can be stopped; stopping it twice, or after it fired, does nothing. */
export interface Timer {
	stop: () => void;
}

// setTimeout fires at once when the delay is longer than this.
const longestDelayMs = 2 ** 31 - 1;

/** Every timer of one server, so that closing the server leaves none behind. */
export class Timers {
	readonly #running = new Set<NodeJS.Timeout>();
	#isClosed = false;

	after(delayMs: number, act: () => void): Timer {
		if (this.#isClosed) return { stop: () => undefined };
		const timeout = setTimeout(
			() => {
				this.#running.delete(timeout);
				act();
			},
			Math.min(delayMs, longestDelayMs),
		);
		this.#running.add(timeout);
		return {
			stop: () => {
				clearTimeout(timeout);
				this.#running.delete(timeout);
			},
		};
	}

	/** Resolves after this time, or when the signal aborts; never once the timers are closed. */
	wait(delayMs: number, signal?: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			const timer = this.after(delayMs, resolve);
			const stop = (): void => {
				timer.stop();
				resolve();
			};
			if (signal?.aborted === true) stop();
			else signal?.addEventListener('abort', stop, { once: true });
		});
	}

	/** Stops all timers, and starts none from then on. */
	close(): void {
		this.#isClosed = true;
		for (const timeout of this.#running) clearTimeout(timeout);
		this.#running.clear();
	}
}
