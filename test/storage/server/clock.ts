import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../lib/base/async/clock';

/** The time of this machine. */
export const clock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	sleep: async (ms) => {
		await delay(ms);
	},
	timeout: (ms) => AbortSignal.timeout(Math.max(Math.ceil(ms), 0)),
};
