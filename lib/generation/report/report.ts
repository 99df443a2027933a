import * as z from 'zod/v4';
import { json, jsonRecord, type Json, type JsonRecord } from '../../base/data/json';
import { readJobOutput, type JobOutput } from '../../contract/jobOutput';
import type { JobFacts, JobState } from '../../runpod/queue/job';

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
	/** ISO 8601; null for a link that lasts or does not tell. */
	video_url_expires_at: string | null;
	thumbnail_key: string | null;
	thumbnail_url: string | null;
	thumbnail_url_expires_at: string | null;
	/** As the worker says; where it says nothing, as the file does. */
	fps: number | null;
	width: number | null;
	height: number | null;
	/** Of the stored file, with MinIO credentials. */
	size_bytes: number | null;
	duration_seconds: number | null;
	measured_fps: number | null;
	measured_width: number | null;
	measured_height: number | null;
	delay_time_ms: number | null;
	execution_time_ms: number | null;
	worker_id: string | null;
	/** Why the job has no video, in words; null while it may still get one. */
	failure_reason: string | null;
	/** What the worker says of its progress while it runs. */
	progress: Json;
	/** What went less well than the result shows, in sentences; empty as a rule. */
	warnings: string[];
}

/** All fields in the order in which a person reads them, for a job of which nothing is known yet. */
function blank(job: JobReference, status: string): JobReport {
	return {
		job_id: job.job_id,
		status,
		minio_key: null,
		video_url: null,
		video_url_expires_at: null,
		thumbnail_key: null,
		thumbnail_url: null,
		thumbnail_url_expires_at: null,
		fps: null,
		width: null,
		height: null,
		size_bytes: null,
		duration_seconds: null,
		measured_fps: null,
		measured_width: null,
		measured_height: null,
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
		warnings: [],
	};
}

/** A job that was submitted and not looked at yet. */
export function submittedReport(job: JobReference): JobReport {
	return blank(job, 'IN_QUEUE');
}

/** What a workflow's error branch can use; what is not known is left out. */
export function knownFacts({ progress, warnings, ...report }: JobReport): Record<string, unknown> {
	return Object.fromEntries(Object.entries(report).filter(([, value]) => value !== null));
}

/** What a look at a job says, in one shape for all states. */
export function reportOf(job: JobReference, look: JobState): JobReport {
	switch (look.tag) {
		case 'queued':
			return known(job, look.facts);
		case 'running':
			return { ...known(job, look.facts), progress: look.progress };
		case 'completed':
			return completed(job, look.facts, look.output);
		case 'completedWithoutVideo':
			return { ...known(job, look.facts), failure_reason: `the job ${noVideoReason(look.words)}` };
		case 'failed':
		case 'timedOut':
			return { ...known(job, look.facts), failure_reason: look.reason };
		case 'cancelled':
			return { ...known(job, look.facts), failure_reason: 'the job was cancelled' };
		case 'missing':
			return { ...blank(job, 'NOT_FOUND'), failure_reason: look.reason };
		case 'unreachable':
		case 'tooLarge':
		case 'refused':
			return { ...blank(job, 'UNKNOWN'), failure_reason: look.reason };
	}
}

/** Goes on from "the job". */
export function noVideoReason(words: string): string {
	return `is completed on the worker, but its output names no video${words === '' ? '' : `: ${words}`}`;
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

/** A result that was found in the bucket; what the worker said of it is known only if somebody wrote it down. */
export function completedFromStore(
	job: JobReference,
	said: JsonRecord | undefined,
	keys: { minio_key: string; thumbnail_key: string | null },
): JobReport {
	const output = readJobOutput({ ...said, ...keys });
	const report = blank(job, 'COMPLETED');
	if (!output) return { ...report, ...keys };
	const { more, ...fields } = output;
	return { ...report, ...fields, ...keys, video_url: null, thumbnail_url: null };
}

/** A top-level `error` would make n8n take the item for a failed one and run the node again. */
function withoutError({ error, ...fields }: JsonRecord): JsonRecord {
	return error === undefined ? fields : { ...fields, worker_error: error };
}

const text = z.string().nullable();
const number = z.number().nullable();

const jobReport = z.object({
	job_id: z.string(),
	status: z.string(),
	minio_key: text,
	video_url: text,
	video_url_expires_at: text,
	thumbnail_key: text,
	thumbnail_url: text,
	thumbnail_url_expires_at: text,
	fps: number,
	width: number,
	height: number,
	size_bytes: number,
	duration_seconds: number,
	measured_fps: number,
	measured_width: number,
	measured_height: number,
	user_id: text,
	avatar_id: text,
	output_video_key: text,
	output_thumbnail_key: text,
	endpoint_id: z.string(),
	submitted_at: text,
	delay_time_ms: number,
	execution_time_ms: number,
	worker_id: text,
	failure_reason: text,
	progress: json,
	warnings: z.array(z.string()).default([]),
});

/** Reads a report that was written down; nothing when it is none. */
export function reportFrom(noted: JsonRecord): JobReport | undefined {
	const { data } = jobReport.safeParse(noted);
	// Fields of a newer worker stay what they are.
	return data && { ...jsonRecord.parse(noted), ...data };
}
