import type { EndpointHealth } from '../runpod/queue/health';

/** Why a job is still waiting for a worker. */
export type Stall = 'noWorkers' | 'throttled' | 'unhealthy' | 'initializing' | 'busy';

/** Tells one stall from another; nothing when a worker is free to take the job. */
export function stallOf({ workers }: EndpointHealth): Stall | undefined {
	if (workers.idle > 0) return undefined;
	if (workers.running > 0) return 'busy';
	if (workers.initializing > 0) return 'initializing';
	if (workers.unhealthy > 0) return 'unhealthy';
	if (workers.throttled > 0) return 'throttled';
	return workers.ready > 0 ? undefined : 'noWorkers';
}
