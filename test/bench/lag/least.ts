/** What no schedule can do better, where the law of the run times is known: `docs/decisions/looks.md` proves it. */

const CELLS = 2000;
const REACH = 5;

/** A bell curve in cells from -5 to 5 spreads. */
const step = (2 * REACH) / CELLS;
const zs = Array.from({ length: CELLS + 1 }, (_, i) => -REACH + i * step);
const shares = zs.map((z) => (step * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI));
const below = runningSum(shares);
const at = (values: readonly number[], index: number) => values[index] ?? NaN;

function runningSum(values: readonly number[]): number[] {
	let sum = 0;
	return values.map((value) => (sum += value));
}

/**
 * The least lag, as a share of the run time, that so large a share of the jobs can be kept under with so many looks a job
 * (mean): looks so far apart over those that end last.
 */
export function leastLag(spread: number, share: number, looks: number): number {
	return (spread * surplusOf(1 - share)) / looks;
}

/** By how many spreads a job outlasts the quantile (mean; nothing for those that do not). */
function surplusOf(quantile: number): number {
	const first = below.findIndex((sum) => sum >= quantile);
	return zs.slice(first).reduce((sum, _z, i) => sum + step * (1 - at(below, first + i)), 0);
}

/** The times of the looks whose mean lag is least for so many looks a job (mean), in medians of the run time. */
export function leastMeanSchedule(spread: number, looks: number): number[] {
	let [cheap, dear] = [1e-7, 1];
	for (let round = 0; round < 20; round += 1) {
		const cost = Math.sqrt(cheap * dear);
		if (looksOf(best(spread, cost)) > looks) cheap = cost;
		else dear = cost;
	}
	return best(spread, dear).map((cell) => Math.exp(spread * at(zs, cell)));
}

/** Mean looks at a job: each is taken unless it has ended by the one before. */
function looksOf(cells: readonly number[]): number {
	return cells.reduce((sum, _cell, i) => sum + 1 - (i === 0 ? 0 : at(below, at(cells, i - 1))), 0);
}

/** The cells after which to look, by dynamic programming from the last one back: lag and looks together cost least. */
function best(spread: number, lookCost: number): number[] {
	const times = zs.map((z) => Math.exp(spread * z));
	const inverse = runningSum(shares.map((share, i) => share / at(times, i)));
	const costs = new Float64Array(CELLS + 1);
	const nexts = new Int32Array(CELLS + 1);
	const tryNext = (from: number, next: number) => {
		const [endedBefore, inverseBefore] = from < 0 ? [0, 0] : [at(below, from), at(inverse, from)];
		const late = at(times, next) * (at(inverse, next) - inverseBefore);
		return (
			late - (at(below, next) - endedBefore) + lookCost * (1 - endedBefore) + (costs[next] ?? 0)
		);
	};
	const bestNext = (from: number) => {
		let [bestCell, least] = [CELLS, Infinity];
		for (let next = from + 1; next <= CELLS; next += 1) {
			const cost = tryNext(from, next);
			if (cost < least) [bestCell, least] = [next, cost];
			// Ever more jobs would be late.
			if (cost > 2 * least) break;
		}
		return { bestCell, least };
	};
	for (let from = CELLS - 1; from >= 0; from -= 1) {
		const { bestCell, least } = bestNext(from);
		costs[from] = least;
		nexts[from] = bestCell;
	}
	const cells = [bestNext(-1).bestCell];
	for (let cell = at(cells, 0); cell < CELLS; cells.push(cell)) cell = nexts[cell] ?? CELLS;
	return cells;
}
