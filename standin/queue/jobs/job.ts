import { randomUUID } from 'node:crypto';
import type { JobEnd } from './jobEnd';
import type { JobOutcome } from './outcomes';
import type { Timer } from './timers';

export type JobStatus = 'IN_QUEUE' | 'IN_PROGRESS' | JobEnd['status'];

/** The policy as it was sent; both times in milliseconds. */
export interface JobPolicy {
	executionTimeout?: number;
	ttl?: number;
	lowPriority?: boolean;
}

/** What was submitted; `isSync` is true for /runsync. */
export interface JobRequest {
	readonly input: Readonly<Record<string, unknown>>;
	readonly policy: Readonly<JobPolicy>;
	readonly webhook: string | undefined;
	readonly isSync: boolean;
}

/** One run of a job on one worker; its end counts only while it is the job's current attempt. */
export interface Attempt {
	readonly workerId: string;
	readonly abort: AbortController;
	deadline?: Timer;
}

/** A job and what the queue keeps about it. All `…At` are milliseconds since 1970. */
export interface Job extends JobRequest {
	readonly id: string;
	readonly submittedAt: number;
	/** When it last was put into the queue by a caller; delayTime counts from here. */
	queuedAt: number;
	status: JobStatus;
	retries: number;
	startedAt?: number | undefined;
	endedAt?: number | undefined;
	workerId?: string | undefined;
	/** The progress while IN_PROGRESS, the result afterwards. */
	output?: unknown;
	error?: string | undefined;
	/** What a streaming handler gave and nobody has fetched yet. */
	chunks: unknown[];
	outcome?: JobOutcome | undefined;
	attempt?: Attempt | undefined;
	/** Deletes the job wherever it stands. */
	expiry?: Timer;
	/** Deletes the job some time after its end. */
	retention?: Timer;
}

/** A job as tests look at it; jobs that the API has forgotten are listed too. */
export interface JobRecord {
	readonly id: string;
	readonly status: JobStatus;
	readonly input: Readonly<Record<string, unknown>>;
	readonly policy: Readonly<JobPolicy>;
	readonly webhook: string | undefined;
	readonly retries: number;
	readonly submittedAt: number;
	readonly startedAt?: number;
	readonly endedAt?: number;
	readonly output?: unknown;
	readonly error?: string;
}

export function newJob(request: JobRequest): Job {
	const now = Date.now();
	return {
		...request,
		id: `${request.isSync ? 'sync-' : ''}${randomUUID()}-u1`,
		submittedAt: now,
		queuedAt: now,
		status: 'IN_QUEUE',
		retries: 0,
		chunks: [],
	};
}

export function hasEnded(job: Job): boolean {
	return job.status !== 'IN_QUEUE' && job.status !== 'IN_PROGRESS';
}

export function jobRecord(job: Job): JobRecord {
	const { id, status, input, policy, webhook, retries, submittedAt } = job;
	return {
		id,
		status,
		input,
		policy,
		webhook,
		retries,
		submittedAt,
		...(job.startedAt !== undefined && { startedAt: job.startedAt }),
		...(job.endedAt !== undefined && { endedAt: job.endedAt }),
		...(job.output !== undefined && { output: job.output }),
		...(job.error !== undefined && { error: job.error }),
	};
}
