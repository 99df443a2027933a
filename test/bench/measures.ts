import type { BenchRow } from './rows';

/** A program that measures something, and how it is run. */
export interface Measure {
	/** From the root of the repository. */
	script: string;
	/** Its arguments in the quick run; null: it is left out there. */
	quick: readonly string[] | null;
	/** Its arguments in the run for docs/bench.md; null: it is left out there. */
	full: readonly string[] | null;
	/** The chapters of docs/bench.md that have rows from it. */
	gives: readonly BenchRow['measure'][];
	/** Of Node, beside those of tsx. */
	nodeFlags?: readonly string[];
	/** When it is ended. */
	limitMinutes: number;
}

/** One after another, each in a process of its own, so that none has the memory or the heat of another. */
export const MEASURES: readonly Measure[] = [
	{
		script: 'test/bench/peers/jobs.ts',
		quick: ['--quick'],
		full: [],
		gives: ['jobs', 'thousand items'],
		limitMinutes: 12,
	},
	{ script: 'test/bench/polling.ts', quick: [], full: [], gives: ['lag'], limitMinutes: 3 },
	{ script: 'test/bench/many.ts', quick: [], full: null, gives: [], limitMinutes: 4 },
	{
		script: 'test/bench/peers/files/main.ts',
		quick: ['--quick'],
		full: [],
		gives: ['files'],
		limitMinutes: 12,
	},
	{
		script: 'test/bench/peers/load.ts',
		quick: ['--quick'],
		full: [],
		gives: ['load', 'size'],
		limitMinutes: 4,
	},
	{ script: 'test/bench/thousands.ts', quick: ['4000'], full: null, gives: [], limitMinutes: 6 },
];
