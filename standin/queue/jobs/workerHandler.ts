/** One job as a worker gets it from the queue. */
export interface WorkerJob {
	id: string;
	input: Readonly<Record<string, unknown>>;
	/** Aborted when the job is cancelled, runs out of time, or the queue closes. */
	signal: AbortSignal;
	/** Shows as `output` of the status answer while the job is IN_PROGRESS. */
	reportProgress: (progress: unknown) => void;
}

/** What a worker does with a job: the answer becomes `output`, a thrown error makes the job FAILED. */
export type WorkerHandler = (job: WorkerJob) => Promise<unknown>;
