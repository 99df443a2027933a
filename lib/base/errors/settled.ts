/** What came of one piece of work, or why nothing did. */
export type Settled<T> = { value: T } | { error: unknown };

export async function settle<T>(work: Promise<T>): Promise<Settled<T>> {
	try {
		return { value: await work };
	} catch (error) {
		return { error };
	}
}

/**
 * The end of one of many. Skipped: another one failed, and this one was not started, or not waited for any longer; the
 * text says which, and where its result will be.
 */
export type End<T> = Settled<T> | { skipped: string };

/** The end of one that was skipped before anything was done for it. */
export const NOT_STARTED = { skipped: 'not started' };
