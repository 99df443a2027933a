import type { JobReport } from './reportFields';

/** What a model has no use for: bookkeeping, and what it gave itself. */
const LEFT_OUT: ReadonlySet<string> = new Set<keyof JobReport>([
	'thumbnail_url_expires_at',
	'measured_fps',
	'measured_width',
	'measured_height',
	'user_id',
	'avatar_id',
	'output_thumbnail_key',
	'endpoint_id',
	'submitted_at',
	'delay_time_ms',
	'execution_time_ms',
	'worker_id',
]);

/** So long until the next look: what most videos take. */
const NEXT_LOOK_MINUTES = 3;

type Fields<V = unknown> = Readonly<Record<string, V>>;

/**
 * An item as a model is told it: small, with nothing that is empty, and for a job what to do next. Each field costs the
 * talk, and an empty one invites guesses.
 */
export function modelAnswer<V>(item: Fields<V>): Record<string, V | string | object> {
	const filled = withoutEmpty(item);
	const { job_id, status, details } = filled;
	if (isRecord(details)) return { ...filled, details: factsFor(withoutEmpty(details)) };
	if (typeof job_id !== 'string' || typeof status !== 'string') return filled;
	return { ...withoutBookkeeping(filled), next_step: nextStep(job_id, filled) };
}

/** Of an error; one that is of no job, but of an endpoint, names it. */
function factsFor(details: Fields): Fields {
	return typeof details.job_id === 'string' ? withoutBookkeeping(details) : details;
}

function withoutEmpty<V>(fields: Fields<V>): Record<string, V> {
	return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

function withoutBookkeeping<V>(fields: Fields<V>): Record<string, V> {
	return Object.fromEntries(Object.entries(fields).filter(([name]) => !isLeftOut(name, fields)));
}

/** Where the video lies is said once: where it will be, until it is there. */
function isLeftOut(name: string, { minio_key }: Fields): boolean {
	return LEFT_OUT.has(name) || (name === 'output_video_key' && minio_key !== undefined);
}

function isRecord(value: unknown): value is Fields {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
	if (value === null || value === undefined || value === '') return true;
	return Array.isArray(value) && value.length === 0;
}

const ENDED: ReadonlySet<string> = new Set(['FAILED', 'CANCELLED', 'TIMED_OUT']);

function nextStep(jobId: string, { status, ...found }: Fields): string {
	const { video_url, minio_key, failure_reason } = found;
	if (video_url !== undefined) return 'The video is ready: give video_url to the user, unchanged.';
	if (minio_key !== undefined) return 'The video is ready: it is stored under minio_key.';
	if (status === 'COMPLETED' && failure_reason === undefined)
		return "The video came in the worker's own answer, which no model can be given: tell the user that the worker has to store it in MinIO.";
	if (status === 'COMPLETED' || (typeof status === 'string' && ENDED.has(status)))
		return 'The job has ended without a video: tell the user why (failure_reason).';
	if (status === 'NOT_FOUND' && failure_reason !== undefined)
		return `RunPod does not know job ${jobId}: check job_id. It forgets a job 30 minutes after its end.`;
	return `The video is not finished; it takes some minutes. Tell the user so, and ask Get Status with this job_id (${jobId}) in about ${String(NEXT_LOOK_MINUTES)} minutes. Do not call Generate for it again.`;
}
