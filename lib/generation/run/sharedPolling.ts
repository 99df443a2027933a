import type { Clock } from '../../base/async/clock';
import { fixedSchedule, learningSchedule } from '../../following/schedule';
import { createStallWatch } from '../../following/stallWatch';
import type { QueueClient } from '../../runpod/queue/queue';
import type { SharedPolling } from '../request/ports';
import { settle } from '../../base/errors/settled';

/** What the jobs of one endpoint share while they are followed; without an interval it is learned. */
export function createSharedPolling(
	clock: Clock,
	queue: Pick<QueueClient, 'health'>,
	pollIntervalMs: number | undefined,
): SharedPolling {
	return {
		schedule: pollIntervalMs === undefined ? learningSchedule() : fixedSchedule(pollIntervalMs),
		stallWatch: createStallWatch(clock, healthOf(queue)),
	};
}

/** What the endpoint tells of itself; nothing where it cannot be asked, whatever the reason. */
export function healthOf(queue: Pick<QueueClient, 'health'>): QueueClient['health'] {
	return async (signal) => {
		const found = await settle(queue.health(signal));
		return 'error' in found ? undefined : found.value;
	};
}
