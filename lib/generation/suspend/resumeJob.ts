import { isFinal, errorFrom, failureOf } from '../record/failure';
import { lastingOutput } from '../../contract/jobOutput';
import { settle } from '../../base/errors/settled';
import { LIMITS } from '../../base/async/timeLimits';
import { followToResult } from '../run/followToResult';
import { finished, remembered, type Result } from '../run/generate';
import { isSubmitted, type JobContext, type SubmittedRecord } from '../run/jobContext';

/**
 * The result of a job that was submitted before its execution slept: from RunPod, or from what was noted meanwhile.
 * @throws WanAvatarError with the job's facts in `details` where there is none
 */
export async function resumeJob(submitted: SubmittedRecord, context: JobContext): Promise<Result> {
	const record = await lastNoted(submitted, context);
	if (record.failure) throw errorFrom(record.failure);
	const isOurs = record.execution_id === context.ports.executionId;
	const found = await followToResult(record, isOurs ? 'ours' : "another's", context);
	return remembered(finished(found), context);
}

/** What a callback has noted in the bucket of the same job, where it did. */
async function lastNoted(
	submitted: SubmittedRecord,
	{ book, optional }: JobContext,
): Promise<SubmittedRecord> {
	const standing = await optional.attempt(
		'The record of the job could not be read',
		async (bucket) => await book.read(bucket),
	);
	if (standing?.tag !== 'ours' || !isSubmitted(standing.record)) return submitted;
	return standing.record.job_id === submitted.job_id ? standing.record : submitted;
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
			return (await hasEnded(record, context)) ? 'ended' : 'pending';
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
	const { state, failure } = await lastNoted(record, context);
	if (state === 'finished' || failure) return 'ended';
	const end = await settle(resumeJob(record, context));
	const last = 'value' in end ? finishedRecord(record, end.value) : failedRecord(record, end.error);
	// A fault that may pass is no end: whoever wakes the execution meets it again, or not.
	if (!last) return 'ended';
	const noted = await context.optional.attempt(
		'The end of the job could not be noted',
		async (bucket) => await context.book.advance(last, bucket),
	);
	return noted === undefined ? 'unnoted' : 'ended';
}

function finishedRecord(record: SubmittedRecord, { report }: Result): SubmittedRecord {
	return { ...record, state: 'finished', output: lastingOutput(report) };
}

function failedRecord(record: SubmittedRecord, error: unknown): SubmittedRecord | undefined {
	return isFinal(error) ? { ...record, failure: failureOf(error) } : undefined;
}
