/** A signal that follows others, until whoever made it lets go of them. */
export interface JoinedSignal {
	signal: AbortSignal;
	/** Must be called when the work is done: a long-lived signal would keep all that ever followed it. */
	release: () => void;
}

/** Aborted as soon as one of the signals is, with its reason. Not AbortSignal.any, whose signals outlive their work. */
export function joinSignals(signals: readonly (AbortSignal | undefined)[]): JoinedSignal {
	const joined = new AbortController();
	const sources = signals.filter((signal) => signal !== undefined);
	const follow = ({ target }: { target: EventTarget | null }) => {
		joined.abort(target instanceof AbortSignal ? target.reason : undefined);
		release();
	};
	const release = () => {
		for (const source of sources) source.removeEventListener('abort', follow);
	};
	const aborted = sources.find((source) => source.aborted);
	if (aborted) joined.abort(aborted.reason);
	else for (const source of sources) source.addEventListener('abort', follow, { once: true });
	return { signal: joined.signal, release };
}

/** The time for some work is over, or the workflow was stopped; the work itself may go on. */
export class WaitEnded extends Error {
	override readonly name = 'WaitEnded';
}

/**
 * Waits for work, but no longer than until the signal is aborted. What the work comes to after that is dropped.
 * @throws WaitEnded
 */
export async function waitUnlessAborted<T>(
	work: Promise<T>,
	signal: AbortSignal | undefined,
): Promise<T> {
	if (!signal) return await work;
	let onAbort: (() => void) | undefined;
	const aborted = new Promise<never>((_resolve, reject) => {
		onAbort = () => {
			reject(new WaitEnded('The wait has ended'));
		};
		if (signal.aborted) onAbort();
		else signal.addEventListener('abort', onAbort, { once: true });
	});
	try {
		return await Promise.race([work, aborted]);
	} finally {
		if (onAbort) signal.removeEventListener('abort', onAbort);
		// Nobody may be left to hear of it.
		work.catch(() => undefined);
		aborted.catch(() => undefined);
	}
}
