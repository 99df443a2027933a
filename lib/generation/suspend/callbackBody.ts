import * as z from 'zod/v4';

/** Anybody may have sent it: it says which job to look at first, and nothing else. */
const callbackBody = z.object({ id: z.string().max(200), status: z.string().max(50) });

const ENDS: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT']);

export interface NamedJob {
	jobId: string;
	/** The caller says that the job has ended. */
	isSaidToHaveEnded: boolean;
}

/** The job that a callback names; nothing where it names none. */
export function namedJob(body: unknown): NamedJob | undefined {
	const { data } = callbackBody.safeParse(body);
	return data && { jobId: data.id, isSaidToHaveEnded: ENDS.has(data.status) };
}
