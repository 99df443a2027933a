/** How a job ended, as the status answer tells it. */
export type JobEnd =
	| { status: 'COMPLETED'; output?: unknown }
	| { status: 'FAILED'; error: string; output?: unknown }
	| { status: 'TIMED_OUT' }
	| { status: 'CANCELLED' };
