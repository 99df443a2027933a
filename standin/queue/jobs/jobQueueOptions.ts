import type { Job } from './job';
import type { WorkerHandler } from './workerHandler';
import type { WorkerCounts } from './workerPool';

/** All times in milliseconds, as they are to pass. */
export interface JobQueueOptions {
	handler: WorkerHandler;
	workersMax: number;
	coldStartMs: number;
	/** The least time a job is IN_PROGRESS. */
	runMs: number;
	idleTimeoutMs: number;
	retentionMs: number;
	syncRetentionMs: number;
	executionTimeoutMs: number;
	/** Called once each time a job ends, unless it is deleted before. */
	onEnd: (job: Job) => void;
}

/** The body of /health. */
export interface QueueHealth {
	jobs: {
		completed: number;
		failed: number;
		inProgress: number;
		inQueue: number;
		retried: number;
	};
	workers: WorkerCounts;
}
