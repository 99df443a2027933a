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

	/** Stops all timers, and starts none from then on. */
	close(): void {
		this.#isClosed = true;
		for (const timeout of this.#running) clearTimeout(timeout);
		this.#running.clear();
	}
}
