import { rateOfAny, type EndpointCosts, type WorkerRate } from './endpointCosts';
import { priceOfSeconds } from './money';

/** A job that ran into its limit was seen to end up to 12 seconds later. */
const OVERRUN_MS = 15_000;

/** What is set for a job before it is submitted. */
export interface JobBounds {
	/** The job's own limit (*Max Run Time*); nothing where the endpoint's counts. */
	maxRunMs: number | undefined;
	/** So often RunPod may start it over; what exceeds it is cancelled. */
	maxRestarts: number;
}

/** How long a job may run; nothing where neither it nor its endpoint has a limit. */
export function runLimitMsOf(
	{ maxRunMs }: Pick<JobBounds, 'maxRunMs'>,
	{ runLimitMs }: Pick<EndpointCosts, 'runLimitMs'>,
): number | undefined {
	return maxRunMs ?? runLimitMs;
}

/**
 * The most that a job can cost, in whole micro-dollars, before it is submitted: the dearest GPU, and each start with all
 * the time it can take. Nothing where no price or no limit of its run is known.
 */
export function worstCaseMicroUsd(
	bounds: JobBounds,
	endpoint: EndpointCosts,
	rate: WorkerRate | undefined = rateOfAny(endpoint),
): number | undefined {
	const runMs = runLimitMsOf(bounds, endpoint);
	if (!rate || runMs === undefined) return undefined;
	const run = Math.ceil((runMs + OVERRUN_MS) / 1000);
	const starts = bounds.maxRestarts + 1;
	const seconds = starts * (endpoint.startLimitSeconds + run) + endpoint.idleTimeoutSeconds + 1;
	return Math.ceil(priceOfSeconds(seconds, rate.maxMicroUsdPerHour));
}
