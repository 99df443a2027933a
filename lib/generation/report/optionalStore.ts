import { WaitEnded, waitUnlessAborted } from '../../base/async/abort';
import type { Clock } from '../../base/async/clock';
import { WanAvatarError } from '../../base/errors/errors';
import { LIMITS } from '../../base/async/timeLimits';
import type { Bucket } from '../../storage/objects/bucket';

/** Work with the bucket that a paid job does not depend on: it gets a few seconds in all, and its faults are noted. */
export interface OptionalStore {
	/** Gives nothing where there is no bucket, or where it does not answer as it should in time. */
	attempt: <T>(
		what: string,
		work: (bucket: Bucket) => Promise<T>,
		limitMs?: number,
	) => Promise<T | undefined>;
	/** What could not be done, in sentences. */
	warnings: () => string[];
	warn: (sentence: string) => void;
}

/** A store that has held up one item so often in a row is left alone for a while. */
const MAX_HELD_UP = 2;
const REST_MS = 20_000;

export function createOptionalStore(
	bucket: Bucket | undefined,
	clock: Pick<Clock, 'timeout' | 'monotonic'>,
): OptionalStore {
	const warnings = new Set<string>();
	let heldUp = 0;
	let restsUntilMs = -Infinity;
	return {
		warnings: () => [...warnings],
		warn: (sentence) => warnings.add(sentence),
		attempt: async (what, work, limitMs = LIMITS.noteMs) => {
			if (!bucket) return undefined;
			if (clock.monotonic() < restsUntilMs) {
				warnings.add(`${what}: MinIO did not answer before.`);
				return undefined;
			}
			const signal = clock.timeout(limitMs);
			try {
				const done = await waitUnlessAborted(work(bucket.within(signal)), signal);
				heldUp = 0;
				return done;
			} catch (error) {
				if (signal.aborted || error instanceof WaitEnded) heldUp += 1;
				if (heldUp >= MAX_HELD_UP) restsUntilMs = clock.monotonic() + REST_MS;
				warnings.add(`${what}: ${reasonOf(error, signal)}.`);
				return undefined;
			}
		},
	};
}

function reasonOf(error: unknown, signal: AbortSignal): string {
	if (signal.aborted) return 'MinIO did not answer in time';
	return error instanceof WanAvatarError ? error.message : 'MinIO did not answer as it should';
}
