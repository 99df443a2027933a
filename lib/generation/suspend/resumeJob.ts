import { jsonRecord } from '../../base/data/json';
import type { WanAvatarError } from '../../base/errors/errors';
import { isFinal, errorFrom, failureOf, type NotedFailure } from '../record/failure';
import { lastingOutput, readJobOutput } from '../../contract/jobOutput';
import type { JobResult } from '../report/jobResult';
import { submittedReport } from '../report/report';
import { runFactsOf } from '../record/runFacts';
import { isSealed, sealOf } from './seal';
import { costed, costedError } from '../cost/costed';
import { settle } from '../../base/errors/settled';
import { LIMITS } from '../../base/async/timeLimits';
import { followToResult, ready } from '../run/followToResult';
import { finished, remembered, type Result } from '../run/generate';
import { isSubmitted, referenceOf, type JobContext, type SubmittedRecord } from '../run/jobContext';

/**
 * The result of a job that was submitted before its execution slept: from RunPod, or from what was noted meanwhile.
 * @throws WanAvatarError with the job's facts in `details` where there is none
 */
export async function resumeJob(submitted: SubmittedRecord, context: JobContext): Promise<Result> {
	const record = await lastNoted(submitted, context);
	if (record.failure && !(await isStartedOver(record, context)))
		throw notedError(record.failure, record, context);
	const noted = notedResult(record, context);
	if (noted && (await isForgotten(record, context)))
		return remembered(finished({ record, ...(await ready(noted, record, context)) }), context);
	const isOurs = record.execution_id === context.ports.executionId;
	const found = await followToResult(record, isOurs ? 'ours' : "another's", context);
	return remembered(finished(found), context);
}

/** Whose job it is stands in what n8n has kept, whatever somebody has noted in the bucket. */
function notedError(
	failure: NotedFailure,
	record: SubmittedRecord,
	context: JobContext,
): WanAvatarError {
	const own = jsonRecord.parse(referenceOf(record, context));
	return errorFrom({ ...failure, details: { ...failure.details, ...own } });
}

/** What was noted of a job that ended well: RunPod may have forgotten it since. */
function notedResult(record: SubmittedRecord, context: JobContext): JobResult | undefined {
	const said = record.state === 'finished' ? readJobOutput(record.output) : undefined;
	if (!said) return undefined;
	const { more, ...fields } = said;
	return {
		report: {
			...submittedReport(referenceOf(record, context)),
			...more,
			...fields,
			...record.run,
			status: 'COMPLETED',
		},
	};
}

async function isForgotten(
	{ job_id }: SubmittedRecord,
	{ ports, signal }: JobContext,
): Promise<boolean> {
	return (await ports.queue.getStatus(job_id, signal)).tag === 'missing';
}

/** Somebody may have retried it on RunPod after its failure was noted: it is paid for again, and its video counts. */
async function isStartedOver(
	{ job_id }: SubmittedRecord,
	{ ports, signal }: JobContext,
): Promise<boolean> {
	const { tag } = await ports.queue.getStatus(job_id, signal);
	return tag === 'queued' || tag === 'running' || tag === 'completed';
}

/** With what a callback has noted in the bucket of the same job, where it did: anybody may write there, so no more is taken. */
async function lastNoted(
	submitted: SubmittedRecord,
	{ book, optional, ports }: JobContext,
): Promise<SubmittedRecord> {
	const standing = await optional.attempt(
		'The record of the job could not be read',
		async (bucket) => await book.read(bucket),
	);
	if (standing?.tag !== 'ours' || !isSubmitted(standing.record)) return submitted;
	const { job_id, state, failure, seal } = standing.record;
	if (job_id !== submitted.job_id) return submitted;
	const isOurs = ports.noteSecret !== undefined && isSealed(standing.record, ports.noteSecret);
	const { output, run } = isOurs ? standing.record : {};
	return { ...submitted, state, output, run, failure, ...(isOurs ? { seal } : {}) };
}

/**
 * How a job is. `unnoted`: it has ended, but that could not be noted, and RunPod forgets it after 30 minutes. `unknown`:
 * RunPod did not tell.
 */
export type JobLook = 'pending' | 'ended' | 'unnoted' | 'unknown';

/** Looks at a job once; where it has ended, that is noted in its record, with where its video lies. */
export async function lookAtJob(record: SubmittedRecord, context: JobContext): Promise<JobLook> {
	const look = await context.ports.queue.getStatus(record.job_id, context.signal);
	switch (look.tag) {
		case 'queued':
		case 'running':
			return 'pending';
		case 'unreachable':
		case 'refused':
			return 'unknown';
		case 'tooLarge':
			return 'ended';
		case 'missing':
			return (await hasEnded(record, context)) ? 'ended' : 'unknown';
		case 'completed':
		case 'completedWithoutVideo':
		case 'failed':
		case 'cancelled':
		case 'timedOut':
			return await noteEnd(record, context);
	}
}

/** RunPod may not know a young job yet; it forgets one 30 minutes after its end. */
async function hasEnded(record: SubmittedRecord, context: JobContext): Promise<boolean> {
	const { state, failure } = await lastNoted(record, context);
	if (state === 'finished' || failure) return true;
	const ageMs = context.ports.clock.now() - (record.submitted_at_ms ?? 0);
	return ageMs > LIMITS.missingMs || ageMs < 0;
}

async function noteEnd(record: SubmittedRecord, context: JobContext): Promise<JobLook> {
	const { state, output, failure } = await lastNoted(record, context);
	if ((state === 'finished' && output) || failure) return 'ended';
	const end = await settle(resumeJob(record, context));
	const last =
		'value' in end
			? finishedRecord(record, await costed(end.value, context), context)
			: failedRecord(record, await costedError(end.error, context));
	// A fault that may pass is no end: whoever wakes the execution meets it again, or not.
	if (!last) return 'ended';
	const noted = await context.optional.attempt(
		'The end of the job could not be noted',
		async (bucket) => await context.book.advance(last, bucket),
	);
	return noted === undefined ? 'unnoted' : 'ended';
}

function finishedRecord(
	record: SubmittedRecord,
	{ report }: Result,
	{ ports: { noteSecret } }: JobContext,
): SubmittedRecord {
	const { minio_key, video_url } = report;
	// A link of the worker is all there is of a video that lies in no bucket of ours.
	const where = minio_key === null ? { video_url } : { minio_key };
	const last = {
		...record,
		output: { ...lastingOutput(report), ...where },
		run: runFactsOf(report),
	};
	const seal = noteSecret === undefined ? {} : { seal: sealOf(last, noteSecret) };
	return { ...last, state: 'finished', ...seal };
}

function failedRecord(record: SubmittedRecord, error: unknown): SubmittedRecord | undefined {
	return isFinal(error) ? { ...record, failure: failureOf(error) } : undefined;
}
