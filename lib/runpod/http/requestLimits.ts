import { onAbort } from '../../base/async/abortListener';
import type { AnswerSlot } from '../../contract/answerSlot';
import type { Clock } from '../../base/async/clock';
import { LARGE_ANSWER_BYTES } from '../../contract/answerLimits';

/** The code of an answer that did not come to its end in time. */
export const ANSWER_TOO_SLOW = 'ANSWER_TOO_SLOW';
/** The code of a request that was cut by its own signal. */
export const REQUEST_CUT = 'REQUEST_CUT';
/** The code of a large answer for which there is no room yet: it may be asked for again once its slot is taken. */
export const ANSWER_WAITS = 'ANSWER_WAITS';

type Code = typeof ANSWER_TOO_SLOW | typeof REQUEST_CUT | typeof ANSWER_WAITS;

const MEGABYTE = 1_000_000;

/** How long a request and its whole answer may take. */
export interface TimeLimits {
	wholeMs: number;
	/** So much more for each megabyte that has come of a large answer. */
	perMegabyteMs: number;
}

/** What ends a request: its signal and the limit for the whole; once a large answer has its slot, what the slot says. */
export class RequestLimits {
	/** Why the request was cut. */
	code: Code | undefined;
	readonly #cut = new AbortController();
	readonly #startMs: number;
	#letGoOfSignal: () => void;
	#letGoOfTimer: () => void;
	#isLarge = false;
	#receivedBytes = 0;

	constructor(
		signal: AbortSignal | undefined,
		private readonly slot: AnswerSlot | undefined,
		private readonly limits: TimeLimits,
		private readonly clock: Pick<Clock, 'monotonic' | 'timeout'>,
	) {
		this.#startMs = clock.monotonic();
		this.#letGoOfSignal = this.#cutBy(signal);
		this.#letGoOfTimer = this.#lookAfter(limits.wholeMs);
	}

	get signal(): AbortSignal {
		return this.#cut.signal;
	}

	/** Tells that so many bytes of the answer have come in all. */
	received(bytes: number): void {
		this.#receivedBytes = bytes;
		if (!this.slot || this.#isLarge || bytes <= LARGE_ANSWER_BYTES) return;
		if (!this.slot.takeAtOnce()) {
			this.#end(ANSWER_WAITS);
			return;
		}
		this.#isLarge = true;
		this.#letGoOfSignal();
		this.#letGoOfSignal = this.#cutBy(this.slot.signal);
	}

	release(): void {
		this.#letGoOfSignal();
		this.#letGoOfTimer();
	}

	#cutBy(signal: AbortSignal | undefined): () => void {
		return onAbort(signal, () => {
			this.#end(REQUEST_CUT);
		});
	}

	#lookAfter(ms: number): () => void {
		return onAbort(this.clock.timeout(ms), () => {
			const leftMs = this.#allowedMs() - (this.clock.monotonic() - this.#startMs);
			if (leftMs <= 0) this.#end(ANSWER_TOO_SLOW);
			else this.#letGoOfTimer = this.#lookAfter(leftMs);
		});
	}

	#allowedMs(): number {
		const { wholeMs, perMegabyteMs } = this.limits;
		return wholeMs + (this.#isLarge ? (this.#receivedBytes / MEGABYTE) * perMegabyteMs : 0);
	}

	#end(code: Code): void {
		this.code ??= code;
		this.#cut.abort();
	}
}
