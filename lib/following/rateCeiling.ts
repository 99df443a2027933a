/** RunPod's own limit of requests at once is 200 for an endpoint without many workers. */
export const MOST_JOBS = 200;
const FEWEST_JOBS = 4;
const MINUTE_MS = 60_000;

/** How many jobs may be under way when RunPod says that too much is asked of it (429). */
export interface RateCeiling {
	/** Halves the number, at most once a minute. */
	lower: (fromJobs: number, atMs: number) => void;
	/** Twice as many with each minute in which it was not lowered. */
	jobs: (nowMs: number) => number;
}

export function createRateCeiling(): RateCeiling {
	let jobs = MOST_JOBS;
	let loweredAtMs: number | undefined;
	const at = (nowMs: number) => {
		if (loweredAtMs === undefined) return MOST_JOBS;
		const minutes = Math.floor((nowMs - loweredAtMs) / MINUTE_MS);
		return Math.min(jobs * 2 ** minutes, MOST_JOBS);
	};
	return {
		lower: (fromJobs, atMs) => {
			if (loweredAtMs !== undefined && atMs - loweredAtMs < MINUTE_MS) return;
			jobs = Math.max(Math.floor(Math.min(fromJobs, at(atMs)) / 2), FEWEST_JOBS);
			loweredAtMs = atMs;
		},
		jobs: at,
	};
}
