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

/** All fields in the order in which a person reads them, for a job of which nothing is known yet. */
function blank(job: JobReference, status: string): JobReport {
	return {
		job_id: job.job_id,
		status,
		minio_key: null,
		video_url: null,
		thumbnail_key: null,
		thumbnail_url: null,
		fps: null,
		width: null,
		height: null,
		user_id: job.user_id,
		avatar_id: job.avatar_id,
		output_video_key: job.output_video_key,
		output_thumbnail_key: job.output_thumbnail_key,
		endpoint_id: job.endpoint_id,
		submitted_at: job.submitted_at,
		delay_time_ms: null,
		execution_time_ms: null,
		worker_id: null,
		failure_reason: null,
		progress: null,
	};
}

/** A job that was submitted and not looked at yet. */
export function submittedReport(job: JobReference): JobReport {
	return blank(job, 'IN_QUEUE');
}

/** What a look at a job says, in one shape for all states. */
export function reportOf(job: JobReference, look: JobLook): JobReport {
	switch (look.tag) {
		case 'queued':
			return known(job, look.facts);
		case 'running':
			return { ...known(job, look.facts), progress: look.progress };
		case 'completed':
			return completed(job, look.facts, look.output);
		case 'completedWithoutVideo':
			return { ...known(job, look.facts), failure_reason: 'the job names no video' };
		case 'failed':
		case 'timedOut':
			return { ...known(job, look.facts), failure_reason: look.reason };
		case 'cancelled':
			return { ...known(job, look.facts), failure_reason: 'the job was cancelled' };
		case 'missing':
			return { ...blank(job, 'NOT_FOUND'), failure_reason: look.reason };
		case 'unreachable':
		case 'refused':
			return { ...blank(job, 'UNKNOWN'), failure_reason: look.reason };
	}
}

function known(job: JobReference, facts: JobFacts): JobReport {
	return {
		...blank(job, facts.status),
		delay_time_ms: facts.delayTimeMs,
		execution_time_ms: facts.executionTimeMs,
		worker_id: facts.workerId,
	};
}

/** Fields of a newer worker come last, and never in the place of one of ours. */
function completed(job: JobReference, facts: JobFacts, { more, ...output }: JobOutput): JobReport {
	const report = { ...known(job, facts), ...output };
	return { ...report, ...withoutError(more), ...report };
}

/** A top-level `error` would make n8n take the item for a failed one and run the node again. */
function withoutError({ error, ...fields }: JsonRecord): JsonRecord {
	return error === undefined ? fields : { ...fields, worker_error: error };
}
