import * as z from 'zod/v4';
import { readRecord } from '../http/answer';
import type { HttpAnswer } from '../http/http';

const count = z.number().nonnegative().catch(0).default(0);

const health = z.object({
	jobs: z
		.object({
			completed: count,
			failed: count,
			inProgress: count,
			inQueue: count,
			retried: count,
		})
		.prefault({}),
	workers: z
		.object({
			idle: count,
			initializing: count,
			ready: count,
			running: count,
			throttled: count,
			unhealthy: count,
		})
		.prefault({}),
});

/** How many jobs and workers an endpoint has, by their state; an idle worker is counted in `ready` too. */
export type EndpointHealth = z.output<typeof health>;

/** Reads an answer of `GET /health`; nothing when it tells nothing. */
export function readHealth(answer: HttpAnswer): EndpointHealth | undefined {
	if (answer.status !== 200) return undefined;
	return health.safeParse(readRecord(answer.text)).data;
}

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
