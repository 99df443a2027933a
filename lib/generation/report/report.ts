import { jsonRecord, type JsonRecord } from '../../base/data/json';
import { readJobOutput, type JobOutput } from '../../contract/jobOutput';
import type { JobFacts, JobState } from '../../runpod/queue/job';
import { jobReport, type JobReference, type JobReport } from './reportFields';

export type { JobReference, JobReport };

/** All fields, for a job of which nothing is known yet. */
function blank(job: JobReference, status: string): JobReport {
	return jobReport.parse({ ...job, status });
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

/** Reads a report that was written down; nothing when it is none. A field that this version reads otherwise is blank. */
export function reportFrom(noted: JsonRecord): JobReport | undefined {
	const read = readable(noted);
	const { data } = jobReport.safeParse(read);
	// Fields of a newer worker stay what they are.
	return data && { ...jsonRecord.parse(read), ...data };
}

function readable(noted: JsonRecord): JsonRecord {
	const { error } = jobReport.safeParse(noted);
	const unread = new Set(error?.issues.map(({ path: [field] }) => field));
	return Object.fromEntries(Object.entries(noted).filter(([field]) => !unread.has(field)));
}
