import { fuzzOptions, USAGE, type FuzzOptions } from './options';
import { tableText } from './report';
import { runRounds } from './rounds';
import type { FuzzTarget } from './target';

/** Runs the program; gives its exit code. */
export async function fuzz(args: string[], all: readonly FuzzTarget[]): Promise<number> {
	let options: FuzzOptions;
	try {
		options = fuzzOptions(args, all);
	} catch (error) {
		console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
		return 2;
	}
	const tallies = await runRounds(options, interrupted());
	console.log(tableText(tallies));
	return tallies.some(({ problem }) => problem !== undefined) ? 1 : 0;
}

// npm passes a Ctrl+C on that the terminal has sent to the program already.
const ECHO_MS = 500;

/** Ctrl+C ends the program after the run at hand; a second one at once. */
function interrupted(): AbortSignal {
	const stop = new AbortController();
	let stoppedAtMs = 0;
	process.on('SIGINT', () => {
		if (!stop.signal.aborted) stoppedAtMs = performance.now();
		else if (performance.now() - stoppedAtMs > ECHO_MS) process.exit(130);
		stop.abort();
	});
	return stop.signal;
}
