/** Waits for `work`, but no longer than until `signal` aborts; then throws an AbortedError. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
	return await new Promise<T>((resolve, reject) => {
		const stop = () => {
			reject(new AbortedError(signal));
		};
		signal.addEventListener('abort', stop, { once: true });
		if (signal.aborted) stop();
		work.then(resolve, reject).finally(() => {
			signal.removeEventListener('abort', stop);
		});
	});
}

/** The work was given up because its signal aborted; `cause` is the signal's reason. */
export class AbortedError extends Error {
	constructor(signal: AbortSignal) {
		super('the job was stopped', { cause: signal.reason });
		this.name = 'AbortError';
	}
}
