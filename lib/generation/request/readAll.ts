import type { Clock } from '../../base/async/clock';
import type { WanAvatarError } from '../../base/errors/errors';
import { mapConcurrently } from '../../base/async/concurrency';
import type { GenerationRequest, RunOptions } from './ports';
import { refuseTooMany } from './preflight';
import { settle, type Settled } from '../../base/errors/settled';

// Each may read a file, and holds a piece of it.
const MAX_AT_ONCE = 8;
/** So long others may wait for the processor at most, or for one item. */
const MAX_STRETCH_MS = 10;

export interface Reading {
	clock: Pick<Clock, 'monotonic' | 'sleep'>;
	signal?: AbortSignal | undefined;
	/** What is said of an item that is not read any more after Stop. */
	stopped: (item: number) => WanAvatarError;
}

/**
 * Reads and checks the items of a run: a few at once, and never so long in one go that nothing else gets its turn. They
 * are counted before the first one is read; after Stop no further one is.
 * @throws WanAvatarError INVALID_INPUT when there are more than the options allow
 */
export async function readAll(
	count: number,
	{ maxJobs }: Pick<RunOptions, 'maxJobs'>,
	read: (item: number) => Promise<GenerationRequest>,
	{ clock, signal, stopped }: Reading,
): Promise<Settled<GenerationRequest>[]> {
	refuseTooMany(count, maxJobs);
	const breath = breathing(clock);
	const one = async (item: number): Promise<Settled<GenerationRequest>> => {
		const request = signal?.aborted ? { error: stopped(item) } : await settle(read(item));
		await breath();
		return request;
	};
	const items = Array.from({ length: count }, (_, item) => item);
	return await mapConcurrently(items, MAX_AT_ONCE, one);
}

/** A pause that is due once work has gone on for a while; whoever comes while it lasts shares it. */
function breathing({ monotonic, sleep }: Reading['clock']): () => Promise<void> {
	let sinceMs = monotonic();
	let pause: Promise<void> | undefined;
	const breathe = async () => {
		await sleep(0);
		sinceMs = monotonic();
		pause = undefined;
	};
	return async () => {
		if (!pause && monotonic() - sinceMs < MAX_STRETCH_MS) return;
		await (pause ??= breathe());
	};
}
