import * as z from 'zod/v4';
import type { Json, JsonObject } from '../../base/data/json';
import { createJsonCopier, type JsonCopier } from '../../base/data/jsonCopy';
import type { InlineVideo } from '../../base/data/inlineText';
import type { JobOutput } from '../../contract/jobOutput';
import { cleanRemoteText } from '../../base/data/remoteText';
import { readWorkerOutput } from '../../contract/workerOutput';
import { faultText, readRecord } from '../http/answer';
import { reasonIn, wordsOfOutput, type Reading } from './failureReason';
import type { HttpAnswer } from '../http/http';
import { retryAfterMs } from '../http/retry';

/** What RunPod tells of a job beside its state; times in milliseconds. */
export interface JobFacts {
	jobId: string;
	/** RunPod's own word, in capitals. */
	status: string;
	delayTimeMs: number | null;
	executionTimeMs: number | null;
	workerId: string | null;
	/** How often RunPod started the job over on another worker. */
	retries: number;
}

/** One look at a job: each state with its own answer. */
export type JobState =
	| { tag: 'queued'; facts: JobFacts }
	/** Also every state that this package does not know. */
	| { tag: 'running'; facts: JobFacts; progress: Json }
	/** `video`: where it stands in the answer itself. */
	| { tag: 'completed'; facts: JobFacts; output: JobOutput; video?: InlineVideo }
	/** `words`: what the worker says, cleaned; empty where it says nothing. */
	| { tag: 'completedWithoutVideo'; facts: JobFacts; words: string }
	| { tag: 'failed'; facts: JobFacts; reason: string }
	| { tag: 'cancelled'; facts: JobFacts }
	| { tag: 'timedOut'; facts: JobFacts; reason: string }
	/** 404: not there yet, forgotten, or never there. */
	| { tag: 'missing'; jobId: string; reason: string }
	/** No news this time: a later look may have some. */
	| { tag: 'unreachable'; reason: string; retryAfterMs?: number }
	/** An answer of more bytes than are read: a later one will be no smaller. */
	| { tag: 'tooLarge'; reason: string }
	/** RunPod refuses to answer: a fault of the moment, or for good when it lasts. */
	| { tag: 'refused'; reason: string; status: number };

export type EndedJobState = Extract<
	JobState,
	{ tag: 'completed' | 'completedWithoutVideo' | 'failed' | 'cancelled' | 'timedOut' }
>;

/**
 * Reads any answer of `GET /status/<job>`: the one place where a job's state is made from the wire. No odd field costs a
 * result: what is needed is taken, the rest is copied within bounds. `secrets` are masked in all that others wrote.
 */
export function readJob(
	jobId: string,
	answer: HttpAnswer,
	nowMs: number,
	secrets: readonly string[] = [],
): JobState {
	const body = readRecord(answer.text);
	const status = httpStatus(answer, body);
	const said = () => faultText(answer, secrets);
	if (status === 404) return { tag: 'missing', jobId, reason: said() };
	if (status === 429 || status === 408 || status >= 500) return unreachable(answer, said(), nowMs);
	if (status < 200 || status >= 300) return { tag: 'refused', reason: said(), status };
	const { success, data } = wireJob.safeParse(body);
	if (!success) return unreachable(answer, said(), nowMs);
	if (data.id !== undefined && data.id !== jobId)
		return unreachable(answer, 'the answer is of another job', nowMs);
	return readState(jobId, data, { secrets, source: answer.text });
}

/** A problem body carries the HTTP status as the number `status`, also where the edge answers 200. */
function httpStatus({ status }: HttpAnswer, body: JsonObject | undefined): number {
	const said = body?.status;
	return status === 200 && typeof said === 'number' && said >= 400 && said < 600 ? said : status;
}

function unreachable({ retryAfter }: HttpAnswer, reason: string, nowMs: number): JobState {
	const askedMs = retryAfterMs(retryAfter, nowMs);
	const look = { tag: 'unreachable', reason } as const;
	return askedMs === undefined ? look : { ...look, retryAfterMs: askedMs };
}

const number = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER).nullish().catch(undefined);

const wireJob = z.object({
	id: z.string().trim().optional().catch(undefined),
	status: z.string().min(1),
	delayTime: number,
	executionTime: number,
	workerId: z.string().nullish().catch(undefined),
	retries: number,
	output: z.unknown(),
	error: z.unknown(),
});

type WireJob = z.output<typeof wireJob>;

function readState(jobId: string, job: WireJob, reading: Reading): JobState {
	const facts = factsOf(jobId, job, reading);
	const copier = createJsonCopier(reading);
	switch (facts.status) {
		case 'IN_QUEUE':
			return { tag: 'queued', facts };
		case 'COMPLETED':
			return readCompleted(facts, job, copier, reading);
		case 'FAILED':
			return { tag: 'failed', facts, reason: reasonIn(job, reading) };
		case 'CANCELLED':
			return { tag: 'cancelled', facts };
		case 'TIMED_OUT':
			return { tag: 'timedOut', facts, reason: reasonIn(job, reading) };
		default:
			return { tag: 'running', facts, progress: copier.copy(job.output) };
	}
}

function factsOf(jobId: string, job: WireJob, { secrets }: Reading): JobFacts {
	return {
		jobId,
		status: cleanRemoteText(job.status, secrets).toUpperCase(),
		delayTimeMs: job.delayTime ?? null,
		executionTimeMs: job.executionTime ?? null,
		workerId: job.workerId ? cleanRemoteText(job.workerId, secrets) : null,
		retries: job.retries ?? 0,
	};
}

function readCompleted(
	facts: JobFacts,
	job: WireJob,
	copier: JsonCopier,
	reading: Reading,
): JobState {
	const made = readWorkerOutput(job.output, copier);
	if (made) return { tag: 'completed', facts, ...made };
	return { tag: 'completedWithoutVideo', facts, words: wordsOfOutput(job.output, reading) };
}
