import * as z from 'zod/v4';
import type { Rest } from '../../../demo/n8n/rest';
import type { Ledger } from './ledger';

const MOST = 100;
const live = z.object({ results: z.array(z.object({ id: z.string() })) });

/** Which executions go on, as n8n lists them. */
export class Executions {
	readonly #overSinceMs = new Map<string, number>();
	#live: ReadonlySet<string> = new Set();

	/** Looks once; n8n may be down just now. */
	async look(rest: Rest, ledger: Ledger): Promise<void> {
		const startMs = Date.now();
		const filter = encodeURIComponent(JSON.stringify({ status: ['new', 'running', 'waiting'] }));
		const found = await rest
			.request('GET', `/executions?filter=${filter}&limit=${String(MOST)}`)
			.then((answer) => live.parse(answer).results)
			.catch(() => undefined);
		// A list that is full may leave some out.
		if (!found || found.length >= MOST) return;
		this.#live = new Set(found.map(({ id }) => id));
		for (const { asks } of ledger.undelivered()) {
			const { executionId, beganAtMs = startMs } = asks.at(-1) ?? {};
			if (executionId === undefined) continue;
			if (this.#live.has(executionId)) this.#overSinceMs.delete(executionId);
			else if (beganAtMs < startMs - 1000 && !this.#overSinceMs.has(executionId))
				this.#overSinceMs.set(executionId, startMs);
		}
	}

	overSinceMs(executionId: string): number | undefined {
		return this.#overSinceMs.get(executionId);
	}

	get live(): readonly string[] {
		return Array.from(this.#live);
	}
}
