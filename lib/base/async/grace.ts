import type { JoinedSignal } from './abort';
import { onAbort } from './abortListener';
import type { Clock } from './clock';

/** Aborted so long after the signal is; never, where there is no signal. */
export function graceAfter(
	signal: AbortSignal | undefined,
	graceMs: number,
	clock: Pick<Clock, 'timeout'>,
): JoinedSignal {
	const over = new AbortController();
	let letGoOfTimeout: (() => void) | undefined;
	const letGoOfSignal = onAbort(signal, () => {
		letGoOfTimeout = onAbort(clock.timeout(graceMs), () => {
			over.abort();
		});
	});
	const release = () => {
		letGoOfSignal();
		letGoOfTimeout?.();
	};
	return { signal: over.signal, release };
}
