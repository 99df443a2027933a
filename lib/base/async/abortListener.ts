/** Node 20 warns of more than ten listeners on a signal, and thousands of requests may follow Stop: they share one. */
interface Shared {
	calls: Set<() => void>;
	listener: () => void;
}

const shared = new WeakMap<AbortSignal, Shared>();

/**
 * Calls once the signal is aborted, at once where it is already.
 * @returns lets go of it; must be called when the work is done
 */
export function onAbort(signal: AbortSignal | undefined, call: () => void): () => void {
	if (!signal) return () => undefined;
	if (signal.aborted) {
		call();
		return () => undefined;
	}
	const { calls } = shared.get(signal) ?? listenTo(signal);
	const own = () => {
		call();
	};
	calls.add(own);
	return () => {
		calls.delete(own);
		if (calls.size === 0) letGoOf(signal);
	};
}

function listenTo(signal: AbortSignal): Shared {
	const calls = new Set<() => void>();
	const listener = () => {
		for (const call of calls) call();
	};
	const one = { calls, listener };
	shared.set(signal, one);
	signal.addEventListener('abort', listener, { once: true });
	return one;
}

function letGoOf(signal: AbortSignal): void {
	const one = shared.get(signal);
	if (one) signal.removeEventListener('abort', one.listener);
	shared.delete(signal);
}
