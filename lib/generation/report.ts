import type { Json, JsonRecord } from '../contract/json';
import type { JobOutput } from '../contract/jobOutput';
import type { JobFacts, JobLook } from '../runpod/job';

/** What is known of a job when it is submitted; `submitted_at` is ISO 8601. */
export interface JobReference {
	job_id: string;
	endpoint_id: string;
	user_id: string | null;
	avatar_id: string | null;
	output_video_key: string | null;
	output_thumbnail_key: string | null;
	submitted_at: string | null;
}

/** One job in any state, in the contract's names; times in milliseconds, null = not known (yet). */
export interface JobReport extends JobReference {
	status: string;
	minio_key: string | null;
	video_url: string | null;
	thumbnail_key: string | null;
	thumbnail_url: string | null;
	fps: number | null;
	width: number | null;
	height: number | null;
	delay_time_ms: number | null;
	execution_time_ms: number | null;
	worker_id: string | null;
	/** Why the job has no video, in words; null while it may still get one. */
	failure_reason: string | null;
	/** What the worker says of its progress while it runs. */
	progress: Json;
}

const NOTHING: Omit<JobReport, keyof JobReference | 'status'> = {
	minio_key: null,
	video_url: null,
	thumbnail_key: null,
	thumbnail_url: null,
	fps: null,
	width: null,
	height: null,
	delay_time_ms: null,
	execution_time_ms: null,
	worker_id: null,
	failure_reason: null,
	progress: null,
};

/** A job that was submitted and not looked at yet. */
export function submittedReport(reference: JobReference): JobReport {
	return { ...NOTHING, ...reference, status: 'IN_QUEUE' };
}

/** What a look at a job says, in one shape for all states. */
export function reportOf(reference: JobReference, look: JobLook): JobReport {
	const known = { ...NOTHING, ...reference };
	switch (look.tag) {
		case 'queued':
			return { ...known, ...factsOf(look.facts) };
		case 'running':
			return { ...known, ...factsOf(look.facts), progress: look.progress };
		case 'completed':
			return { ...moreOf(look.output), ...known, ...factsOf(look.facts), ...outputOf(look.output) };
		case 'completedWithoutVideo':
			return { ...known, ...factsOf(look.facts), failure_reason: 'the job names no video' };
		case 'failed':
		case 'timedOut':
			return { ...known, ...factsOf(look.facts), failure_reason: look.reason };
		case 'cancelled':
			return { ...known, ...factsOf(look.facts), failure_reason: 'the job was cancelled' };
		case 'missing':
			return { ...known, status: 'NOT_FOUND', failure_reason: look.reason };
		case 'unreachable':
		case 'refused':
			return { ...known, status: 'UNKNOWN', failure_reason: look.reason };
	}
}

function factsOf(facts: JobFacts) {
	return {
		status: facts.status,
		delay_time_ms: facts.delayTimeMs,
		execution_time_ms: facts.executionTimeMs,
		worker_id: facts.workerId,
	};
}

function outputOf({ more, ...output }: JobOutput) {
	return output;
}

/** Fields of a newer worker. `error` would make n8n take the item for a failed one and run the node again. */
function moreOf({ more }: JobOutput): JsonRecord {
	const { error, ...fields } = more;
	return error === undefined ? fields : { ...fields, worker_error: error };
}
