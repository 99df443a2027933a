import { Worker } from 'node:worker_threads';

/** What is run now, for the words of a run that never ends. */
interface Watched {
	limitMs: number;
	/** Printed, with the number of the run in place of `{run}`. */
	words: string;
}

// A loop without an end holds the main thread: only another one can tell of it.
const WATCHER = `
const { parentPort, workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const runs = new Int32Array(workerData);
let watched, last = -1, sinceMs = 0;
parentPort.on('message', (message) => { watched = message; last = -1; });
setInterval(() => {
	const now = Atomics.load(runs, 0);
	if (!watched || now !== last) { last = now; sinceMs = performance.now(); return; }
	if (performance.now() - sinceMs < watched.limitMs) return;
	writeSync(2, watched.words.replaceAll('{run}', String(now - 1)) + '\\n');
	process.kill(process.pid, 'SIGKILL');
}, 250);
`;

/** Ends the whole program, with words, where a run does not. */
export class HangWatch {
	readonly #runs = new Int32Array(new SharedArrayBuffer(4));
	readonly #worker = new Worker(WATCHER, { eval: true, workerData: this.#runs.buffer });

	constructor() {
		this.#worker.unref();
	}

	/** From here on runs are counted from 0 again. */
	begins(watched: Watched): void {
		Atomics.store(this.#runs, 0, 0);
		this.#worker.postMessage(watched);
	}

	readonly onRun = (): void => {
		Atomics.add(this.#runs, 0, 1);
	};

	rests(): void {
		this.#worker.postMessage(undefined);
	}

	async close(): Promise<void> {
		await this.#worker.terminate();
	}
}
