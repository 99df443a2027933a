/** How many requests an account may send in each window. */
export interface Quotas {
	minute: number;
	hour: number;
	day: number;
}

const windows = { minute: 60, hour: 3600, day: 86_400 } as const;
const names = ['minute', 'hour', 'day'] as const;

/** Counts requests in fixed windows, and words the rate-limit headers. */
export class QuotaCounter {
	readonly #quotas: Quotas;
	readonly #used = { minute: 0, hour: 0, day: 0 };
	readonly #startedAt = { minute: Date.now(), hour: Date.now(), day: Date.now() };

	constructor(quotas: Quotas) {
		this.#quotas = quotas;
	}

	/** Counts a request in; gives the seconds to wait when it is one too many. */
	enter(): number | undefined {
		const now = Date.now();
		for (const name of names) {
			if (now - this.#startedAt[name] < windows[name] * 1000) continue;
			this.#startedAt[name] = now;
			this.#used[name] = 0;
		}
		const full = names.filter((name) => this.#used[name] >= this.#quotas[name]);
		if (full.length > 0) return Math.max(...full.map((name) => this.#secondsLeft(name, now)));
		for (const name of names) this.#used[name] += 1;
		return undefined;
	}

	headers(): Record<string, string> {
		const now = Date.now();
		const state = names.map((name) => {
			const left = this.#quotas[name] - this.#used[name];
			return `"${name}";r=${String(left)};t=${String(this.#secondsLeft(name, now))}`;
		});
		const policy = names.map(
			(name) => `"${name}";q=${String(this.#quotas[name])};w=${String(windows[name])}`,
		);
		return { ratelimit: state.join(', '), 'ratelimit-policy': policy.join(', ') };
	}

	#secondsLeft(name: keyof Quotas, now: number): number {
		const leftMs = this.#startedAt[name] + windows[name] * 1000 - now;
		return Math.max(1, Math.ceil(leftMs / 1000));
	}
}
