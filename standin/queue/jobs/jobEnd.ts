import type { Job } from './job';

/** How a job ended, as the status answer tells it. */
export type JobEnd =
	| { status: 'COMPLETED'; output?: unknown }
	| { status: 'FAILED'; error: string; output?: unknown }
	| { status: 'TIMED_OUT' }
	| { status: 'CANCELLED' };

/** Takes a job's end, and all that its attempt left, away again. */
export function backToQueue(job: Job): void {
	job.status = 'IN_QUEUE';
	job.output = undefined;
	job.chunks = [];
	job.startedAt = undefined;
	job.endedAt = undefined;
	job.workerId = undefined;
}

/** A progress that comes after the end: the job shows as running, and its result is gone. */
export function showLateProgress(job: Job, progress: unknown): void {
	if (job.endedAt === undefined) return;
	job.status = 'IN_PROGRESS';
	job.output = progress;
	job.error = undefined;
	job.endedAt = undefined;
}
