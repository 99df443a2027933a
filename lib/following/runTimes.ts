/** How likely a job ends at an age, as the run times of others tell. */
export interface EndRisk {
	/** The share of jobs that end before this age. */
	ended: number;
	/** The share that ends at this age, in a millisecond. */
	endingPerMs: number;
}

/** The run times that are learned, the newest of them alone: they may drift. */
const KEPT_RUN_TIMES = 50;
/** Jobs of one endpoint take about equally long: so far apart in the logarithm, which weighs as much as one job that has ended. */
const PRIOR_SPREAD = 0.1;
/** What a logistic curve has so far below its middle is under a hundred thousandth. */
const QUIET_SCALES = 12;

/** What is known of the run time of a job from those that have ended before it. */
export class RunTimes {
	readonly #logs: number[] = [];
	#width = PRIOR_SPREAD;
	#least = Infinity;

	learn(runTimeMs: number): void {
		if (!(runTimeMs > 0) || !Number.isFinite(runTimeMs)) return;
		this.#logs.push(Math.log(runTimeMs));
		if (this.#logs.length > KEPT_RUN_TIMES) this.#logs.shift();
		this.#width = widthFor(this.#logs);
		this.#least = Math.min(...this.#logs);
	}

	/** How many are known. */
	get count(): number {
		return this.#logs.length;
	}

	/** Next to none ends before this age. */
	get quietUntilMs(): number {
		return Math.exp(this.#least - QUIET_SCALES * this.#scale);
	}

	/** Over how much time it changes at an age how likely the end is. */
	widthMs(ageMs: number): number {
		return ageMs * this.#width;
	}

	/** The mean of curves around each known run time, so that two kinds of jobs keep a peak each. */
	at(ageMs: number): EndRisk {
		const scale = this.#scale;
		const logAge = Math.log(ageMs);
		let ended = 0;
		let ending = 0;
		for (const log of this.#logs) {
			const before = 1 / (1 + Math.exp((log - logAge) / scale));
			ended += before;
			ending += (before * (1 - before)) / scale;
		}
		return { ended: ended / this.count, endingPerMs: ending / this.count / ageMs };
	}

	/** A logistic curve is nearly a bell curve, and its integral is a formula. */
	get #scale(): number {
		return (this.#width * Math.sqrt(3)) / Math.PI;
	}
}

/** Silverman's rule for the width of each curve; with few run times, or two kinds of them, the spread that is usual. */
function widthFor(logs: readonly number[]): number {
	const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
	const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, PRIOR_SPREAD ** 2);
	const spread = Math.sqrt(squares / logs.length);
	return Math.min(1.06 * spread * logs.length ** -0.2, PRIOR_SPREAD);
}
