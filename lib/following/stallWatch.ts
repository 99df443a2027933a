import type { Clock } from '../contract/clock';
import type { EndpointHealth, Stall } from '../runpod/health';

const MIN_INTERVAL_MS = 15_000;

/** Watches why the jobs of one endpoint are waiting, for all of them together. */
export interface StallWatch {
	/** Looks again where the last look is 15 s old; never throws. */
	look: () => Promise<void>;
	/** What the last look saw. */
	stall: () => Stall | undefined;
}

export function createStallWatch(
	clock: Clock,
	health: () => Promise<EndpointHealth | undefined>,
	stallOf: (health: EndpointHealth) => Stall | undefined,
): StallWatch {
	let lookedAtMs = -Infinity;
	let seen: Stall | undefined;
	return {
		look: async () => {
			if (clock.now() - lookedAtMs < MIN_INTERVAL_MS) return;
			lookedAtMs = clock.now();
			const found = await health();
			if (found) seen = stallOf(found);
		},
		stall: () => seen,
	};
}
