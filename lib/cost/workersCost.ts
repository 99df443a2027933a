import { rateOfAny, type EndpointCosts } from './endpointCosts';
import { priceOfSeconds } from './money';

/**
 * The most that all workers of an endpoint can have cost in some time, in whole micro-dollars: jobs that wait for each other
 * share them. Nothing where their prices are not known.
 */
export function workersMicroUsd(endpoint: EndpointCosts, elapsedMs: number): number | undefined {
	const rate = rateOfAny(endpoint);
	if (!rate || !(elapsedMs >= 0)) return undefined;
	const seconds = Math.ceil(elapsedMs / 1000) + endpoint.idleTimeoutSeconds + 1;
	return Math.ceil(priceOfSeconds(seconds * endpoint.maxWorkers, rate.maxMicroUsdPerHour));
}
