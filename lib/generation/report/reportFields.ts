import * as z from 'zod/v4';
import { json } from '../../base/data/json';
import type { WorkerField } from '../../contract/jobOutput';

// A report that an earlier version wrote down lacks the fields that are new since.
const text = z.string().nullable().default(null);
const number = z.number().nullable().default(null);

/**
 * The fields of a job's report, once, in the order in which a person reads them: type, blank, reader and output schemas
 * (`npm run schemas`) come from here. Times in milliseconds, null = not known (yet).
 */
export const jobReport = z.object({
	job_id: z.string(),
	status: z.string(),
	minio_key: text,
	video_url: text,
	/** ISO 8601; null for a link that lasts or does not tell. */
	video_url_expires_at: text,
	thumbnail_key: text,
	thumbnail_url: text,
	thumbnail_url_expires_at: text,
	/** As the worker says; where it says nothing, as the file does. */
	fps: number,
	width: number,
	height: number,
	/** Of the stored file, with MinIO credentials. */
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
	/** ISO 8601. */
	submitted_at: text,
	delay_time_ms: number,
	execution_time_ms: number,
	worker_id: text,
	/** The GPU of its worker, with Include Cost. */
	gpu_type: text,
	/** What the job has cost at least and at most, at list prices. */
	cost_usd_min: number,
	cost_usd_max: number,
	/** Why the job has no video, in words; null while it may still get one. */
	failure_reason: text,
	/** What the worker says of its progress while it runs. */
	progress: json.default(null),
	/** What went less well than the result shows, in sentences; empty as a rule. */
	warnings: z.array(z.string()).default(() => []),
} satisfies Record<WorkerField, z.ZodType> & Record<string, z.ZodType>);

/** One job in any state, in the contract's names. */
export type JobReport = z.output<typeof jobReport>;

/** What is known of a job when it is submitted. */
export type JobReference = Pick<
	JobReport,
	| 'job_id'
	| 'endpoint_id'
	| 'user_id'
	| 'avatar_id'
	| 'output_video_key'
	| 'output_thumbnail_key'
	| 'submitted_at'
>;
