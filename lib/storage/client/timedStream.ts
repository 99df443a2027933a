import { Readable } from 'node:stream';
import { waitUnlessAborted } from '../../base/async/abort';
import { onAbort } from '../../base/async/abortListener';
import type { Clock } from '../../base/async/clock';
import type { WanAvatarError } from '../../base/errors/errors';

/** What ends the reading of a file that somebody else gives. */
export interface FileWatch {
	clock: Pick<Clock, 'monotonic' | 'timeout'>;
	/** Stop. */
	signal: AbortSignal | undefined;
	/** In which it is not opened, or gives nothing though it is asked. */
	silenceMs: number;
	/** The error of one that was silent for too long. */
	silent: () => WanAvatarError;
	/** The error of one that Stop has cut. */
	stopped: () => WanAvatarError;
}

/**
 * Opens a file that may never open, and reads it as a stream that always ends.
 * @throws WanAvatarError from the watch
 */
export async function timedStream(
	open: () => Promise<Readable>,
	watch: FileWatch,
): Promise<Readable> {
	const wait = new Wait(watch);
	const opening = open();
	try {
		const source = await wait.for(opening);
		// Before somebody reads it an error would end the whole process.
		source.on('error', () => undefined);
		const timed = Readable.from(piecesOf(source, wait), { objectMode: false });
		const release = onAbort(watch.signal, () => timed.destroy(watch.stopped()));
		timed.once('close', () => {
			release();
			wait.end();
			source.destroy();
		});
		timed.on('error', () => undefined);
		return timed;
	} catch (error) {
		wait.end();
		// One that opens after all is not read by anybody.
		opening.then(
			(source) => source.destroy(),
			() => undefined,
		);
		throw error;
	}
}

async function* piecesOf(source: Readable, wait: Wait): AsyncGenerator {
	const pieces: AsyncIterator<unknown, undefined> = source[Symbol.asyncIterator]();
	for (;;) {
		const piece = await wait.for(pieces.next());
		if (piece.done) return;
		yield piece.value;
	}
}

/** Waits for one thing after the other, each no longer than allowed; the time in which nothing is awaited does not count. */
class Wait {
	readonly #cut = new AbortController();
	readonly #release: () => void;
	#letGoOfTimer: (() => void) | undefined;
	/** Since when something is awaited; nothing while nothing is. */
	#sinceMs: number | undefined;
	#isSilent = false;

	constructor(private readonly watch: FileWatch) {
		this.#release = onAbort(watch.signal, () => {
			this.#cut.abort();
		});
	}

	async for<T>(work: Promise<T>): Promise<T> {
		const { clock, silenceMs } = this.watch;
		this.#sinceMs = clock.monotonic();
		if (!this.#letGoOfTimer) this.#lookAfter(silenceMs);
		try {
			return await waitUnlessAborted(work, this.#cut.signal);
		} catch (error) {
			if (this.watch.signal?.aborted) throw this.watch.stopped();
			throw this.#isSilent ? this.watch.silent() : error;
		} finally {
			this.#sinceMs = undefined;
		}
	}

	/** One timer at a time, however many pieces come. */
	#lookAfter(ms: number): void {
		const { clock, silenceMs } = this.watch;
		this.#letGoOfTimer = onAbort(clock.timeout(ms), () => {
			const waitedMs = this.#sinceMs === undefined ? 0 : clock.monotonic() - this.#sinceMs;
			if (waitedMs < silenceMs) {
				this.#lookAfter(silenceMs - waitedMs);
				return;
			}
			this.#isSilent = true;
			this.#cut.abort();
		});
	}

	end(): void {
		this.#letGoOfTimer?.();
		this.#release();
	}
}
