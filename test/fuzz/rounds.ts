import { randomInt } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { HangWatch } from './hangWatch';
import type { FuzzOptions } from './options';
import { failureText, replayCommand } from './report';
import type { FuzzRound, FuzzTarget } from './target';

/** Of a target of weight 1 in one round: short, since Ctrl+C is only heard between two targets. */
const SLICE_MS = 2000;

export interface Tally {
	target: FuzzTarget;
	runs: number;
	seconds: number;
	failed: boolean;
}

/** Runs all targets in rounds until the time is over; one that failed is left out from then on. */
export async function runRounds(
	{ minutes, targets, seed, path }: FuzzOptions,
	signal: AbortSignal,
): Promise<Tally[]> {
	const tallies = targets.map((target) => ({ target, runs: 0, seconds: 0, failed: false }));
	const endsAtMs = performance.now() + minutes * 60_000;
	const watch = new HangWatch();
	for (let round = 1; ; round++) {
		const left = tallies.filter(({ failed }) => !failed);
		const leftMs = endsAtMs - performance.now();
		if (left.length === 0 || leftMs <= 0 || signal.aborted) break;
		const roundSeed = seed ?? randomInt(2 ** 31);
		console.log(
			`Round ${String(round)}, seed ${String(roundSeed)} for each of ${String(left.length)}`,
		);
		const weights = left.reduce((sum, { target }) => sum + target.weight, 0);
		const sliceMs = seed === undefined ? Math.min(SLICE_MS, leftMs / weights) : leftMs / weights;
		for (const tally of left) {
			const ends = Math.min(endsAtMs, performance.now() + sliceMs * tally.target.weight);
			await runTarget(
				tally,
				{ seed: roundSeed, ...(path && { path }), endsAtMs: ends, signal },
				watch,
			);
		}
		if (seed !== undefined) break;
	}
	await watch.close();
	return tallies;
}

async function runTarget(tally: Tally, round: FuzzRound, watch: HangWatch): Promise<void> {
	const { target } = tally;
	// Lets Ctrl+C be heard.
	await setImmediate();
	const startedMs = performance.now();
	watch.begins({
		limitMs: target.runLimitMs * 2,
		words: `HANGS: ${target.name}\n  replay: ${replayCommand(target.name, round.seed, '{run}')}`,
	});
	const { runs, failure } = await target.run({ ...round, onRun: watch.onRun });
	watch.rests();
	tally.runs += runs;
	tally.seconds += (performance.now() - startedMs) / 1000;
	if (!failure) return;
	tally.failed = true;
	console.log(failureText(target.name, failure));
}
