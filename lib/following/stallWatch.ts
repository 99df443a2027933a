import type { Clock } from '../base/async/clock';
import type { EndpointHealth } from '../runpod/queue/health';
import { stallOf, type Stall } from './stall';

const MIN_INTERVAL_MS = 15_000;

/** Watches why the jobs of one endpoint are waiting, for all of them together. */
export interface StallWatch {
	/** Looks again where the last look is 15 s old; never throws. */
	look: (signal?: AbortSignal) => Promise<void>;
	/** What the last look saw. */
	stall: () => Stall | undefined;
}

export function createStallWatch(
	clock: Clock,
	health: (signal?: AbortSignal) => Promise<EndpointHealth | undefined>,
): StallWatch {
	let lookedAtMs = -Infinity;
	let seen: Stall | undefined;
	return {
		look: async (signal) => {
			if (clock.monotonic() - lookedAtMs < MIN_INTERVAL_MS) return;
			lookedAtMs = clock.monotonic();
			const found = await health(signal);
			if (found) seen = stallOf(found);
		},
		stall: () => seen,
	};
}
