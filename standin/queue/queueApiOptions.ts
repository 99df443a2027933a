import type { WorkerHandler } from './jobs/workerHandler';

export interface QueueApiOptions {
	apiKey: string;
	endpointId: string;
	handler: WorkerHandler;
	/** Default 0: any free one. */
	port?: number;
	/** How many jobs run at once; default 1; with 0 they stay queued. */
	workersMax?: number;
	/** How long a worker that is not warm initializes; default 0. */
	coldStartMs?: number;
	/** The least time a job is IN_PROGRESS; default 0. */
	runMs?: number;
	/** How long an idle worker stays warm; default one minute. */
	idleTimeoutMs?: number;
	/** Multiplies coldStartMs, runMs, idleTimeoutMs and the waits between webhook tries; default 1. */
	timeFactor?: number;
	/** When ended jobs are forgotten; default 30 minutes; those of /runsync after one minute at the latest. */
	retentionMs?: number;
	/** For jobs whose policy does not say; default ten minutes. */
	executionTimeoutMs?: number;
	/** Answer 429 beyond RunPod's limits; default true. */
	rateLimits?: boolean;
	/** How many calls are kept for `calls`; default 10,000; with 0 none, which is quicker. */
	callsKept?: number;
}
