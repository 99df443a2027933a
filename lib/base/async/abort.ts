import { onAbort } from './abortListener';

/** A signal that follows others, until whoever made it lets go of them. */
export interface JoinedSignal {
	signal: AbortSignal;
	/** Must be called when the work is done: a long-lived signal would keep all that ever followed it. */
	release: () => void;
}

/** Aborted as soon as one of the signals is, with its reason. Not AbortSignal.any, whose signals outlive their work. */
export function joinSignals(signals: readonly (AbortSignal | undefined)[]): JoinedSignal {
	const joined = new AbortController();
	const letGo: (() => void)[] = [];
	const release = () => {
		for (const one of letGo.splice(0)) one();
	};
	for (const signal of signals)
		letGo.push(
			onAbort(signal, () => {
				joined.abort(signal?.reason);
				release();
			}),
		);
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
	let letGo: (() => void) | undefined;
	const aborted = new Promise<never>((_resolve, reject) => {
		letGo = onAbort(signal, () => {
			reject(new WaitEnded('The wait has ended'));
		});
	});
	try {
		return await Promise.race([work, aborted]);
	} finally {
		letGo?.();
		// Nobody may be left to hear of it.
		work.catch(() => undefined);
		aborted.catch(() => undefined);
	}
}
