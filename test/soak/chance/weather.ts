import type { ObjectStoreFault } from '../../../standin/objectStore/objectStore';
import type { HttpFault } from '../../../standin/queue/queueApi';
import type { StandIn } from '../../../standin/standin';
import { pauseFor } from './pause';
import type { Random } from './random';

interface QueueTrouble {
	name: string;
	/** Its mending takes a minute or more. */
	isSlow?: boolean;
	fault: HttpFault;
}

interface StorageTrouble {
	name: string;
	fault: ObjectStoreFault;
}

const RECORDS = /\.job\.json$/;

const QUEUE: readonly [QueueTrouble, ...QueueTrouble[]] = [
	{ name: 'run 429', fault: { route: 'run', kind: 'answer', status: 429, times: 3 } },
	{ name: 'run 503', isSlow: true, fault: { route: 'run', kind: 'answer', status: 503 } },
	{ name: 'run cut', isSlow: true, fault: { route: 'run', kind: 'cut' } },
	{ name: 'run html', isSlow: true, fault: { route: 'run', kind: 'html' } },
	{
		name: 'run 502, accepted',
		isSlow: true,
		fault: { route: 'run', kind: 'answer', status: 502, accept: true },
	},
	{ name: 'run cut, accepted', isSlow: true, fault: { route: 'run', kind: 'cut', accept: true } },
	{ name: 'run cut mid-body', isSlow: true, fault: { route: 'run', kind: 'cutMidBody' } },
	{
		name: 'run silent, accepted',
		isSlow: true,
		fault: { route: 'run', kind: 'silent', accept: true },
	},
	{ name: 'status 500', fault: { route: 'status', kind: 'answer', status: 500, times: 10 } },
	{ name: 'status 429', fault: { route: 'status', kind: 'answer', status: 429, times: 10 } },
	{ name: 'status 404', fault: { route: 'status', kind: 'answer', status: 404, times: 3 } },
	{ name: 'status 401', fault: { route: 'status', kind: 'answer', status: 401, times: 2 } },
	{ name: 'status cut', fault: { route: 'status', kind: 'cut', times: 10 } },
	{ name: 'status html', fault: { route: 'status', kind: 'html', times: 5 } },
	{ name: 'status cut mid-body', fault: { route: 'status', kind: 'cutMidBody', times: 5 } },
	{ name: 'status silent', isSlow: true, fault: { route: 'status', kind: 'silent', times: 2 } },
	{ name: 'cancel 500', fault: { route: 'cancel', kind: 'answer', status: 500, times: 2 } },
	{ name: 'cancel cut', fault: { route: 'cancel', kind: 'cut', times: 2 } },
	{ name: 'health 500', fault: { route: 'health', kind: 'answer', status: 500, times: 3 } },
	{ name: 'all 503', fault: { kind: 'answer', status: 503, times: 8 } },
];

const STORAGE: readonly [StorageTrouble, ...StorageTrouble[]] = [
	{ name: 'records not written', fault: { method: 'PUT', key: RECORDS, status: 503, times: 4 } },
	{ name: 'records cut', fault: { method: 'PUT', key: RECORDS, cut: true, times: 4 } },
	{ name: 'records late', fault: { method: 'PUT', key: RECORDS, delayMs: 3000, times: 3 } },
	{ name: 'records unread', fault: { method: 'GET', key: RECORDS, status: 500, times: 4 } },
	{ name: 'records garbled', fault: { method: 'GET', key: RECORDS, kind: 'html', times: 2 } },
	{ name: 'reads cut mid-body', fault: { method: 'GET', kind: 'cutMidBody', times: 3 } },
	{ name: 'looks 503', fault: { method: 'HEAD', status: 503, times: 6 } },
	{ name: 'all late', fault: { delayMs: 2000, times: 10 } },
	{ name: 'all cut', fault: { cut: true, times: 5 } },
	{ name: 'silent', fault: { kind: 'silent', times: 1 } },
];

/** So many kinds. */
export const TROUBLES = QUEUE.length + STORAGE.length;

export interface WeatherOptions {
	random: Random;
	/** Whether troubles may come whose mending takes a minute or more. */
	maySlow: () => boolean;
	planted: (name: string) => void;
	signal: AbortSignal;
}

/** RunPod and MinIO have troubles for some seconds, and are well for some, in turn. */
export async function playWeather(
	{ queue, storage }: Pick<StandIn, 'queue' | 'storage'>,
	{ random, maySlow, planted, signal }: WeatherOptions,
): Promise<void> {
	while (!signal.aborted) {
		const one = random.pick(QUEUE);
		if (random.chance(0.7) && (!one.isSlow || maySlow())) {
			queue.fault(one.fault);
			planted(one.name);
		}
		const other = random.pick(STORAGE);
		if (random.chance(0.5)) {
			storage.fault(other.fault);
			planted(other.name);
		}
		await pauseFor(random.whole(2000, 6000), signal);
		queue.clearFaults();
		storage.clearFaults();
		await pauseFor(random.whole(500, 3000), signal);
	}
}
