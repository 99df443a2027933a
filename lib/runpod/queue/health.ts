import * as z from 'zod/v4';
import { readRecord } from '../http/answer';

const count = z.number().nonnegative().catch(0);

const health = z.object({
	jobs: z.object({
		completed: count,
		failed: count,
		inProgress: count,
		inQueue: count,
		retried: count,
	}),
	workers: z.object({
		idle: count,
		initializing: count,
		ready: count,
		running: count,
		throttled: count,
		unhealthy: count,
	}),
});

/** How many jobs and workers an endpoint has, by their state; an idle worker is counted in `ready` too. */
export type EndpointHealth = z.output<typeof health>;

/** Reads the body of an answer of `GET /health`; nothing when it does not tell of jobs and workers. */
export function readHealth(body: string): EndpointHealth | undefined {
	return health.safeParse(readRecord(body)).data;
}
