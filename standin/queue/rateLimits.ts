import type { Route } from './target';

interface Limit {
	perWindow: number;
	concurrent: number;
}

/** RunPod's base limits for one user, endpoint and operation. */
const limits: Partial<Record<Route, Limit>> = {
	runsync: { perWindow: 2000, concurrent: 400 },
	run: { perWindow: 1000, concurrent: 200 },
	status: { perWindow: 2000, concurrent: 400 },
	'status-sync': { perWindow: 2000, concurrent: 400 },
	stream: { perWindow: 2000, concurrent: 400 },
	cancel: { perWindow: 100, concurrent: 20 },
	'purge-queue': { perWindow: 2, concurrent: Infinity },
};

const windowMs = 10_000;
const requestsPerWorker = 50;

interface Usage {
	windowStart: number;
	count: number;
	concurrent: number;
}

/** Counts requests in windows of ten seconds, and those that are under way. */
export class RateLimits {
	readonly #runningWorkers: () => number;
	readonly #usage = new Map<Route, Usage>();

	constructor(runningWorkers: () => number) {
		this.#runningWorkers = runningWorkers;
	}

	/** Counts a request in; gives the seconds to wait when it is one too many, and then it must not `leave`. */
	enter(route: Route): number | undefined {
		const limit = limits[route];
		if (!limit) return undefined;
		const now = Date.now();
		const usage = this.#current(route, now);
		const perWindow = Math.max(limit.perWindow, this.#runningWorkers() * requestsPerWorker);
		if (usage.count >= perWindow || usage.concurrent >= limit.concurrent) {
			return Math.max(1, Math.ceil((usage.windowStart + windowMs - now) / 1000));
		}
		usage.count += 1;
		usage.concurrent += 1;
		return undefined;
	}

	/** Counts a request out that has been answered. */
	leave(route: Route): void {
		const usage = this.#usage.get(route);
		if (usage) usage.concurrent -= 1;
	}

	#current(route: Route, now: number): Usage {
		const usage = this.#usage.get(route) ?? { windowStart: now, count: 0, concurrent: 0 };
		if (now - usage.windowStart >= windowMs) {
			usage.windowStart = now;
			usage.count = 0;
		}
		this.#usage.set(route, usage);
		return usage;
	}
}
