import { writeSync } from 'node:fs';
import { EXIT } from './exitCodes';

/** What a command has begun and has to undo before the program ends. */
export interface LeftBehind {
	/** Said when the program is stopped: it undoes this first. */
	undoing: string;
	/** Said when the program is left before that: what stays, and what to do about it. */
	left: string;
}

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

// npm passes a Ctrl+C on that the terminal has sent to the program already.
const ECHO_MS = 500;

/** Ctrl+C, SIGTERM or a closed terminal ends the program in order; a second Ctrl+C ends it at once. */
export class Interruption {
	readonly #stop = new AbortController();
	#stoppedAtMs = 0;
	#leftBehind: LeftBehind | undefined;

	constructor(private readonly leave: (exitCode: number) => void) {}

	get signal(): AbortSignal {
		return this.#stop.signal;
	}

	leavesBehind(what: LeftBehind | undefined): void {
		this.#leftBehind = what;
	}

	receive(name: StopSignal): void {
		if (!this.signal.aborted) {
			this.stop();
			return;
		}
		if (name !== 'SIGINT' || performance.now() - this.#stoppedAtMs < ECHO_MS) return;
		say(this.#leftBehind ? `Left at once. ${this.#leftBehind.left}` : 'Left at once.');
		this.leave(EXIT.interrupted);
	}

	/** Also when nobody can read any more what the program says. */
	stop(): void {
		if (this.signal.aborted) return;
		this.#stoppedAtMs = performance.now();
		const undoing = this.#leftBehind ? ` ${this.#leftBehind.undoing}` : '';
		say(`Stopping …${undoing} Ctrl+C again leaves at once.`);
		this.#stop.abort();
	}
}

/** Written to stderr at once: the program may end before a stream is empty. */
export function say(text: string): void {
	try {
		writeSync(2, `${text}\n`);
	} catch {
		// Nobody is there to read it.
	}
}
