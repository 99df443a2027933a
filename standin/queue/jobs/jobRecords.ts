import { type Job, type JobRecord, jobRecord } from './job';

const forgottenJobsKept = 1000;

/** All jobs in the order of their submission; of the forgotten ones only the last thousand. */
export class JobRecords {
	readonly #recorded = new Set<Job>();
	readonly #forgotten: Job[] = [];

	add(job: Job): void {
		this.#recorded.add(job);
	}

	/** The queue no longer knows the job. */
	forget(job: Job): void {
		this.#forgotten.push(job);
		const excess = Math.max(0, this.#forgotten.length - forgottenJobsKept);
		for (const old of this.#forgotten.splice(0, excess)) this.#recorded.delete(old);
	}

	list(): JobRecord[] {
		return Array.from(this.#recorded, jobRecord);
	}
}
