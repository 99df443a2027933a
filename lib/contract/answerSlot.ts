import { WaitEnded } from '../base/async/abort';
import { onAbort } from '../base/async/abortListener';
import { LARGE_ANSWERS_AT_ONCE } from './answerLimits';

let free = LARGE_ANSWERS_AT_ONCE;
/** Those that wait, in the order in which they came; each is called when one is let go. */
const waiting = new Set<() => void>();

/**
 * Room for one large answer: a process reads, and keeps in memory, only a few at once. It is held until the video has been
 * stored or handed out.
 */
export class AnswerSlot {
	#isTaken = false;
	#isClosed = false;
	#endWait: (() => void) | undefined;
	#left: AbortController | undefined;

	/** `signal` ends the wait and the reading: Stop, but not a deadline, since the job is finished and paid for. */
	constructor(readonly signal: AbortSignal | undefined) {}

	/** Aborted once the large answer that comes, or is kept, is let go; nothing while there is none. */
	get left(): AbortSignal | undefined {
		return this.#left?.signal;
	}

	/** @returns whether it is taken now: not where others have all the room */
	takeAtOnce(): boolean {
		if (this.#isTaken) return true;
		if (this.#isClosed || free === 0) return false;
		free -= 1;
		this.#taken();
		return true;
	}

	/** @throws WaitEnded when the signal is aborted, or it is let go meanwhile */
	async take(): Promise<void> {
		if (this.takeAtOnce()) return;
		if (this.#isClosed) throw ended();
		this.#left ??= new AbortController();
		let letGo: (() => void) | undefined;
		try {
			await new Promise<void>((begin, reject) => {
				const start = () => {
					this.#taken();
					begin();
				};
				this.#endWait = () => {
					waiting.delete(start);
					reject(ended());
				};
				waiting.add(start);
				letGo = onAbort(this.signal, this.#endWait);
			});
		} finally {
			this.#endWait = undefined;
			letGo?.();
		}
	}

	release(): void {
		this.#endWait?.();
		this.#left?.abort();
		this.#left = undefined;
		if (!this.#isTaken) return;
		this.#isTaken = false;
		const [next] = waiting;
		if (!next) {
			free += 1;
			return;
		}
		waiting.delete(next);
		next();
	}

	/** Nothing that still goes on for nobody can take it again. */
	close(): void {
		this.#isClosed = true;
		this.release();
	}

	#taken(): void {
		this.#isTaken = true;
		this.#left ??= new AbortController();
	}
}

function ended(): WaitEnded {
	return new WaitEnded('The wait for a large answer has ended');
}
