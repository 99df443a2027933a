import type { KnownCost } from './costRange';
import { rateOfAny, type EndpointCosts } from './endpointCosts';
import { priceOfSeconds } from './money';
import { worstCaseMicroUsd, type JobBounds } from './worstCase';

/**
 * What a job will cost, before it is submitted: at least the shortest run that was seen on the endpoint, on its cheapest
 * GPU, and at most the worst case. Without a run that was seen, nothing is known of the least.
 */
export function estimateOf(
	bounds: JobBounds,
	endpoint: EndpointCosts,
	runsMs: readonly number[],
): KnownCost {
	const rate = rateOfAny(endpoint);
	const most = worstCaseMicroUsd(bounds, endpoint);
	if (!rate || runsMs.length === 0) return { minMicroUsd: null, maxMicroUsd: most ?? null };
	const shortest = Math.ceil(Math.min(...runsMs) / 1000);
	const least = Math.floor(priceOfSeconds(shortest, rate.minMicroUsdPerHour));
	// A limit that is shorter than every run so far ends the job.
	const minMicroUsd = most === undefined ? least : Math.min(least, most);
	return { minMicroUsd, maxMicroUsd: most ?? null };
}
