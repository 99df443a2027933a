import fc, { type IRawProperty } from 'fast-check';

/** A property, ready to be run for a while. */
export interface FuzzTarget {
	readonly name: string;
	/** Its share of the time, beside the 1 of most others. */
	readonly weight: number;
	/** How long one run may take before it counts as hanging. */
	readonly runLimitMs: number;
	readonly run: (round: FuzzRound) => Promise<FuzzOutcome>;
}

export interface FuzzRound {
	seed: number;
	/** Replays one run of the seed, by the path of its failure. */
	path?: string;
	/** No run begins after this time of `performance.now()`, but that of a path, nor once the signal is aborted. */
	endsAtMs: number;
	signal: AbortSignal;
	onRun?: () => void;
}

export interface FuzzOutcome {
	runs: number;
	failure?: FuzzFailure;
}

export interface FuzzFailure {
	seed: number;
	path: string;
	/** The least values found that still fail, as source text. */
	counterexample: string;
	error: unknown;
}

interface FuzzOptions {
	weight?: number;
	runLimitMs?: number;
}

const RUN_LIMIT_MS = 30_000;
/** A failure is made smaller for so long, also where the time is over. */
const SHRINK_LIMIT_MS = 5000;

/** A target of `fc.property(…)` or `fc.asyncProperty(…)`; the name is what `--only` takes. */
export function fuzzTarget<Ts>(
	name: string,
	property: IRawProperty<Ts>,
	{ weight = 1, runLimitMs = RUN_LIMIT_MS }: FuzzOptions = {},
): FuzzTarget {
	return {
		name,
		weight,
		runLimitMs,
		run: async (round) => {
			const { seed, path } = round;
			// Stopped between two runs, so that a run of the next round never meets a leftover of this one.
			const stops = path === undefined ? stoppingPlugin(round) : oneRunPlugin(round);
			const details = await checked(property, {
				seed,
				...(path === undefined ? { numRuns: Infinity } : { path, numRuns: 1, endOnFailure: true }),
				plugins: [stops, fc.timeout(runLimitMs)],
			});
			if (!details) return { runs: 0 };
			const { numRuns: runs, counterexample, counterexamplePath, errorInstance } = details;
			if (!details.failed || counterexample === null) return { runs };
			return {
				runs,
				failure: {
					seed,
					path: counterexamplePath,
					counterexample: fc.stringify(counterexample),
					error: errorInstance,
				},
			};
		},
	};
}

/** Nothing where a path is longer than what is made smaller there. */
async function checked<Ts>(
	property: IRawProperty<Ts>,
	parameters: fc.Parameters<Ts>,
): Promise<fc.RunDetails<Ts> | undefined> {
	try {
		return await fc.check(property, parameters);
	} catch (error) {
		if (error instanceof Error && error.message.startsWith('Unable to replay')) return undefined;
		throw error;
	}
}

/** fast-check goes on from a path of a smaller failure to all that stand beside it. */
function oneRunPlugin({ signal, onRun }: FuzzRound): fc.UniversalPlugin {
	return () => {
		let begun = false;
		return {
			decorateRun: (run) => (value) => {
				if (signal.aborted || begun) return new fc.PreconditionFailure(true);
				begun = true;
				onRun?.();
				return run(value);
			},
		};
	};
}

function stoppingPlugin({ endsAtMs, signal, onRun }: FuzzRound): fc.UniversalPlugin {
	return () => {
		let untilMs = endsAtMs;
		let failed = false;
		const seen = <Result>(result: Result): Result => {
			if (!failed && result !== null && !fc.PreconditionFailure.isFailure(result)) {
				failed = true;
				untilMs = Math.max(untilMs, performance.now() + SHRINK_LIMIT_MS);
			}
			return result;
		};
		return {
			decorateRun: (run) => (value) => {
				if (signal.aborted || performance.now() >= untilMs) return new fc.PreconditionFailure(true);
				onRun?.();
				const result = run(value);
				return result instanceof Promise ? result.then(seen) : seen(result);
			},
		};
	};
}
