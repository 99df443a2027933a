import * as z from 'zod/v4';
import type { Clock } from '../contract/clock';
import { assertDomainAllowed } from './allowedDomains';
import { readRecord } from './answer';
import { refusal, unreachable, unreadable } from './faults';
import type { HttpAnswer, HttpRequest, Send } from './http';
import { planHealth, planPurgeQueue } from './plan';
import { withRetries } from './retry';
import type { RunPodSettings } from './settings';

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

/** What the queue API says of an endpoint: how many jobs and workers are in which state. */
export type EndpointHealth = z.output<typeof health>;

export interface EndpointQueuePorts {
	send: Send;
	clock: Clock;
	random: () => number;
	signal?: AbortSignal | undefined;
}

/** The queue API's view of a whole endpoint. */
export interface EndpointQueue {
	/** Nothing while the queue API does not know the endpoint, such as just after it was made. */
	health: () => Promise<EndpointHealth | undefined>;
	/** Removes the jobs that wait, and says how many; running ones go on. */
	purge: () => Promise<number>;
}

const MAX_TRIES = 5;

export function createEndpointQueue(
	settings: RunPodSettings,
	ports: EndpointQueuePorts,
): EndpointQueue {
	const ask = async (plan: HttpRequest): Promise<HttpAnswer> => {
		assertDomainAllowed(plan.url, settings.allowedDomains);
		const attempt = await withRetries(async () => await ports.send(plan), 'read', ports, {
			maxTries: MAX_TRIES,
			signal: ports.signal,
		});
		if ('failure' in attempt) throw unreachable(attempt.failure, plan.url);
		return attempt.answer;
	};
	return {
		health: async () => {
			const answer = await ask(planHealth(settings));
			if (answer.status === 404) return undefined;
			return readAnswer(answer, health, settings);
		},
		purge: async () => {
			const answer = await ask(planPurgeQueue(settings));
			return readAnswer(answer, z.object({ removed: count }), settings).removed;
		},
	};
}

function readAnswer<T>(answer: HttpAnswer, shape: z.ZodType<T>, settings: RunPodSettings): T {
	if (answer.status >= 500) throw unreadable(answer, settings);
	if (answer.status >= 300) throw refusal(answer, settings);
	const { success, data } = shape.safeParse(readRecord(answer.text));
	if (!success) throw unreadable(answer, settings);
	return data;
}
