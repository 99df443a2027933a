/** How much came, and at what rate. */
export interface Traffic {
	total: number;
	/** The most in any ten seconds. */
	mostIn10s: number;
	/** The most that were unanswered at once. */
	mostAtOnce: number;
}

const windowMs = 10_000;

interface Count extends Traffic {
	/** When the requests of the last ten seconds came; those before `first` are older. */
	arrivals: number[];
	first: number;
	atOnce: number;
}

/** Counts requests by name; it keeps no request, so it may count any number. */
export class TrafficCounter {
	readonly #counts = new Map<string, Count>();
	readonly #now: () => number;

	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/** Counts a request in; the function counts it out, once. */
	enter(name: string): () => void {
		const count = this.#countOf(name);
		count.total += 1;
		count.atOnce += 1;
		count.mostAtOnce = Math.max(count.mostAtOnce, count.atOnce);
		this.#arrive(count);
		let isIn = true;
		return () => {
			if (isIn) count.atOnce -= 1;
			isIn = false;
		};
	}

	/** By name, in the order in which they were first seen. */
	report(): Record<string, Traffic> {
		return Object.fromEntries(
			[...this.#counts].map(([name, { total, mostIn10s, mostAtOnce }]) => [
				name,
				{ total, mostIn10s, mostAtOnce },
			]),
		);
	}

	clear(): void {
		for (const count of this.#counts.values()) {
			count.total = 0;
			count.mostIn10s = 0;
			count.mostAtOnce = count.atOnce;
			count.arrivals = [];
			count.first = 0;
		}
	}

	#arrive(count: Count): void {
		const now = this.#now();
		count.arrivals.push(now);
		while ((count.arrivals[count.first] ?? now) <= now - windowMs) count.first += 1;
		count.mostIn10s = Math.max(count.mostIn10s, count.arrivals.length - count.first);
		// Cut now and then: to cut at each request would move all the others.
		if (count.first > 10_000) {
			count.arrivals.splice(0, count.first);
			count.first = 0;
		}
	}

	#countOf(name: string): Count {
		const known = this.#counts.get(name);
		if (known) return known;
		const empty = { total: 0, mostIn10s: 0, mostAtOnce: 0, arrivals: [], first: 0, atOnce: 0 };
		this.#counts.set(name, empty);
		return empty;
	}
}
