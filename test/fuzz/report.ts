import { inspect } from 'node:util';
import type { Tally } from './rounds';
import type { FuzzFailure } from './target';

const COUNTEREXAMPLE_CHARACTERS = 4000;

export function replayCommand(name: string, seed: number, path: string): string {
	return `npm run fuzz -- --only ${JSON.stringify(name)} --seed ${String(seed)} --path ${path}`;
}

export function failureText(
	name: string,
	{ seed, path, counterexample, error }: FuzzFailure,
): string {
	return [
		`FAILED: ${name}, seed ${String(seed)}, path ${path}`,
		`  counterexample: ${counterexample.slice(0, COUNTEREXAMPLE_CHARACTERS)}`,
		...inspect(error)
			.split('\n')
			.map((line) => `  ${line}`),
		`  replay: ${replayCommand(name, seed, path)}`,
	].join('\n');
}

/** What a path led to that was to fail again and did not. */
export function noFailureText(name: string, path: string, runs: number): string {
	const found =
		runs > 0 ? 'the path leads to no failure: it holds now' : 'there are no values at this path';
	return `${name}: ${found} (--path ${path})`;
}

export function tableText(tallies: readonly Tally[]): string {
	const width = Math.max(6, ...tallies.map(({ target }) => target.name.length));
	const lines = tallies.map(({ target, runs, seconds, problem }) =>
		line(target.name, String(runs), seconds.toFixed(1), problem ? `  ${problem}` : ''),
	);
	return [line('target', 'runs', 'seconds', ''), ...lines].join('\n');

	function line(name: string, runs: string, seconds: string, end: string): string {
		return `${name.padEnd(width)}  ${runs.padStart(9)}  ${seconds.padStart(8)}${end}`;
	}
}
