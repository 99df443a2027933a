import * as z from 'zod/v4';
import type { Clock } from '../../base/async/clock';
import type { EndpointHealth, Stall } from '../../runpod/queue/health';
import type { QueueClient } from '../../runpod/queue/queue';
import {
	MINUTE_MS,
	parseLinkWish,
	parseOptions,
	pollIntervalSeconds,
	waiting,
} from '../request/optionFields';
import type { SharedWatch } from '../request/ports';
import type { WaitOptions } from './wait';
import { createWatch } from '../run/watch';

const itemOptions = z.object(waiting);
const runOptions = z.object({ pollIntervalSeconds });

/** @throws InvalidInput naming the option */
export function parseWaitOptions(raw: unknown): WaitOptions {
	const { timeoutMinutes, ...rest } = parseOptions(itemOptions, raw);
	return { ...rest, timeoutMs: timeoutMinutes * MINUTE_MS, links: parseLinkWish(raw) };
}

/**
 * One watch for the jobs of each endpoint.
 * @throws InvalidInput naming the option
 */
export function watchFor(
	clock: Clock,
	stallOf: (health: EndpointHealth) => Stall | undefined,
	rawRunOptions: unknown,
): (queue: Pick<QueueClient, 'endpointId' | 'health'>) => SharedWatch {
	const { pollIntervalSeconds: seconds } = parseOptions(runOptions, rawRunOptions);
	const watches = new Map<string, SharedWatch>();
	return (queue) => {
		const intervalMs = seconds === undefined ? undefined : seconds * 1000;
		const watch = watches.get(queue.endpointId) ?? createWatch(clock, queue, stallOf, intervalMs);
		watches.set(queue.endpointId, watch);
		return watch;
	};
}
