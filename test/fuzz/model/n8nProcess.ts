import type { Clock } from '../../../lib/base/async/clock';
import type { Bucket } from '../../../lib/storage/objects/bucket';
import type { SimulatedClock } from '../../lib/generation/run/simulatedClock';

/** A process that can be killed: from then on nothing that it waits for ever comes. */
export interface N8nProcess {
	clock: Clock;
	kill: () => void;
	/** Does the work, unless the process is killed before, and comes back unless it is killed meanwhile. */
	alive: <T>(work: () => Promise<T>) => Promise<T>;
	bucket: (bucket: Bucket) => Bucket;
}

const NEVER = new Promise<never>(() => undefined);

export function n8nProcess(clock: SimulatedClock): N8nProcess {
	let isKilled = false;
	const isOver = () => isKilled;
	const alive: N8nProcess['alive'] = async (work) => {
		if (isOver()) return await NEVER;
		try {
			return await work();
		} finally {
			if (isOver()) await NEVER;
		}
	};
	const bucketOf = (given: Bucket): Bucket => ({
		...given,
		within: (signal) => bucketOf(given.within(signal)),
		stat: async (key) => await alive(async () => await given.stat(key)),
		statPatiently: async (key) => await alive(async () => await given.statPatiently(key)),
		measure: async (key) => await alive(async () => await given.measure(key)),
		getText: async (key) => await alive(async () => await given.getText(key)),
		putText: async (...write) => await alive(async () => await given.putText(...write)),
		remove: async (key) => await alive(async () => await given.remove(key)),
	});
	return {
		clock: { ...clock, sleep: async (ms) => await alive(async () => await clock.sleep(ms)) },
		kill: () => {
			isKilled = true;
		},
		alive,
		bucket: bucketOf,
	};
}
