import { setTimeout as delay } from 'node:timers/promises';
import { writeChart } from '../charts/lineChart';
import { isUsageError, readOptions, USAGE } from './options';
import { faultsOf, lineOf, panelsOf, tableOf } from './report';
import { startSoak, type Soak } from './soak';

const LINE_EVERY_MS = 30_000;

/** Prints a line every half a minute and a table at the end; gives the exit code. */
async function main(): Promise<number> {
	const { minutes, seed, file } = readOptions(process.argv.slice(2));
	const stopped = stopSignal();
	console.log(
		`Soak of ${String(minutes)} min, --seed ${String(seed)}; starting n8n and the stand-in`,
	);
	const soak = await startSoak({ seed, runMs: minutes * 60_000 });
	try {
		const printing = printLines(soak, stopped);
		await soak.run(stopped);
		console.log(
			stopped.aborted
				? 'Stopped: nothing is judged'
				: 'No more requests and faults; coming to rest',
		);
		await soak.comeToRest(stopped);
		printing.abort();
		const faults = stopped.aborted ? [] : faultsOf(soak.state);
		console.log(`\n${tableOf(soak.state, !stopped.aborted)}`);
		for (const fault of faults) console.log(fault);
		if (file !== undefined) writeChart(file, panelsOf(soak.state));
		if (stopped.aborted) return 130;
		return faults.length > 0 ? 1 : 0;
	} finally {
		await soak.close();
	}
}

function printLines({ state }: Soak, stopped: AbortSignal): AbortController {
	const over = new AbortController();
	const signal = AbortSignal.any([stopped, over.signal]);
	const print = async () => {
		for (;;) {
			await delay(LINE_EVERY_MS, undefined, { signal });
			console.log(lineOf(state));
		}
	};
	void print().catch(() => undefined);
	return over;
}

/** A second Ctrl+C must not end the process while it cleans up. */
function stopSignal(): AbortSignal {
	const stop = new AbortController();
	const abort = () => {
		stop.abort();
	};
	process.on('SIGINT', abort).on('SIGTERM', abort);
	return stop.signal;
}

function fail(error: unknown): never {
	const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
	console.error(isUsageError(error) ? `${String(error)}\n${USAGE}` : message);
	process.exit(isUsageError(error) ? 2 : 1);
}

main().then((code) => process.exit(code), fail);
