import { randomInt } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { HangWatch } from './hangWatch';
import type { FuzzOptions } from './options';
import { failureText, noFailureText, replayCommand } from './report';
import type { FuzzRound, FuzzTarget } from './target';

/** Of a target of weight 1 in one round: short, since Ctrl+C is only heard between two targets. */
const SLICE_MS = 2000;

export interface Tally {
	target: FuzzTarget;
	runs: number;
	seconds: number;
	problem?: 'FAILED' | 'NOT RUN';
}

/** Runs all targets in rounds until the time is over; one that failed is left out from then on. */
export async function runRounds(
	{ minutes, targets, seed, path }: FuzzOptions,
	signal: AbortSignal,
): Promise<Tally[]> {
	const tallies: Tally[] = targets.map((target) => ({ target, runs: 0, seconds: 0 }));
	const timeMs = minutes * 60_000;
	const endsAtMs = performance.now() + timeMs;
	// Some runs go over their time: half of all is left for them, so that each target has its turn.
	const longestMs =
		seed === undefined ? Math.min(SLICE_MS, timeMs / 2 / weightOf(tallies)) : timeMs;
	const watch = new HangWatch();
	for (let round = 1; ; round++) {
		const left = tallies.filter(({ problem }) => problem === undefined);
		const leftMs = endsAtMs - performance.now();
		if (left.length === 0 || leftMs <= 0 || signal.aborted) break;
		const roundSeed = seed ?? randomInt(2 ** 31);
		console.log(
			`Round ${String(round)}, seed ${String(roundSeed)} for each of ${String(left.length)}`,
		);
		for (const [index, tally] of left.entries()) {
			const nowMs = performance.now();
			const shareMs = (endsAtMs - nowMs) / weightOf(left.slice(index));
			const ends = nowMs + Math.min(longestMs, shareMs) * tally.target.weight;
			await runTarget(
				tally,
				{ seed: roundSeed, ...(path && { path }), endsAtMs: ends, signal },
				watch,
			);
		}
		if (seed !== undefined) break;
	}
	await watch.close();
	if (!signal.aborted)
		for (const tally of tallies) if (tally.runs === 0) tally.problem ??= 'NOT RUN';
	return tallies;
}

function weightOf(tallies: readonly Tally[]): number {
	return tallies.reduce((sum, { target }) => sum + target.weight, 0);
}

async function runTarget(tally: Tally, round: FuzzRound, watch: HangWatch): Promise<void> {
	const { target } = tally;
	// Lets Ctrl+C be heard.
	await setImmediate();
	const startedMs = performance.now();
	watch.begins({
		limitMs: target.runLimitMs * 2,
		words: `HANGS: ${target.name}\n  replay: ${replayCommand(target.name, round.seed, round.path ?? '{run}')}`,
	});
	const { runs, failure } = await target.run({ ...round, onRun: watch.onRun });
	watch.rests();
	tally.runs += runs;
	tally.seconds += (performance.now() - startedMs) / 1000;
	if (failure) {
		tally.problem = 'FAILED';
		console.log(failureText(target.name, failure));
	} else if (round.path !== undefined && !round.signal.aborted) {
		console.log(noFailureText(target.name, round.path, runs));
	}
}
