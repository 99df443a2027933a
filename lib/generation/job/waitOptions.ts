import * as z from 'zod/v4';
import type { Clock } from '../../base/async/clock';
import type { QueueClient } from '../../runpod/queue/queue';
import {
	MINUTE_MS,
	parseLinkWish,
	parseOptions,
	pollIntervalSeconds,
	waiting,
} from '../request/optionChecks';
import type { SharedPolling } from '../request/ports';
import type { WaitOptions } from './wait';
import { createSharedPolling } from '../run/sharedPolling';

const itemOptions = z.object(waiting);
const runOptions = z.object({ pollIntervalSeconds });

/** @throws InvalidInput naming the option */
export function parseWaitOptions(raw: unknown): WaitOptions {
	const { timeoutMinutes, ...rest } = parseOptions(itemOptions, raw);
	return { ...rest, timeoutMs: timeoutMinutes * MINUTE_MS, links: parseLinkWish(raw) };
}

/**
 * One polling schedule for the jobs of each endpoint.
 * @throws InvalidInput naming the option
 */
export function pollingFor(
	clock: Clock,
	rawRunOptions: unknown,
): (queue: Pick<QueueClient, 'endpointId' | 'health'>) => SharedPolling {
	const { pollIntervalSeconds: seconds } = parseOptions(runOptions, rawRunOptions);
	const pollings = new Map<string, SharedPolling>();
	return (queue) => {
		const intervalMs = seconds === undefined ? undefined : seconds * 1000;
		const polling = pollings.get(queue.endpointId) ?? createSharedPolling(clock, queue, intervalMs);
		pollings.set(queue.endpointId, polling);
		return polling;
	};
}
