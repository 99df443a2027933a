import * as z from 'zod/v4';
import { json, jsonRecord, type Json, type JsonRecord } from '../contract/json';
import { readJobOutput, type JobOutput } from '../contract/jobOutput';
import { cleanRemoteText } from '../contract/remoteText';
import { faultText, readRecord } from './answer';
import type { HttpAnswer } from './http';
import { retryAfterMs } from './retry';

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
export type JobLook =
	| { tag: 'queued'; facts: JobFacts }
	/** Also every state that this package does not know. */
	| { tag: 'running'; facts: JobFacts; progress: Json }
	| { tag: 'completed'; facts: JobFacts; output: JobOutput }
	| { tag: 'completedWithoutVideo'; facts: JobFacts; output: Json }
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

export type EndedLook = Extract<
	JobLook,
	{ tag: 'completed' | 'completedWithoutVideo' | 'failed' | 'cancelled' | 'timedOut' }
>;

export function isEnded(look: JobLook): look is EndedLook {
	switch (look.tag) {
		case 'completed':
		case 'completedWithoutVideo':
		case 'failed':
		case 'cancelled':
		case 'timedOut':
			return true;
		case 'queued':
		case 'running':
		case 'missing':
		case 'unreachable':
		case 'tooLarge':
		case 'refused':
			return false;
	}
}

/** Reads any answer of `GET /status/<job>`: the one place where a job's state is made from the wire. */
export function readJob(jobId: string, answer: HttpAnswer, nowMs: number): JobLook {
	const body = readRecord(answer.text);
	const status = httpStatus(answer, body);
	if (status === 404) return { tag: 'missing', jobId, reason: faultText(answer) };
	if (status === 429 || status === 408 || status >= 500) return unreachable(answer, nowMs);
	if (status < 200 || status >= 300) return { tag: 'refused', reason: faultText(answer), status };
	const { success, data } = wireJob.safeParse(body);
	return success ? readState(jobId, data) : unreachable(answer, nowMs);
}

/** A problem body carries the HTTP status as the number `status`, also where the edge answers 200. */
function httpStatus({ status }: HttpAnswer, body: JsonRecord | undefined): number {
	return status === 200 && typeof body?.status === 'number' ? body.status : status;
}

function unreachable(answer: HttpAnswer, nowMs: number): JobLook {
	const look = { tag: 'unreachable', reason: faultText(answer) } as const;
	const askedMs = retryAfterMs(answer.retryAfter, nowMs);
	return askedMs === undefined ? look : { ...look, retryAfterMs: askedMs };
}

const number = z.number().nonnegative().nullish().catch(undefined);

const wireJob = z
	.object({
		status: z.string().min(1).toUpperCase(),
		delayTime: number,
		executionTime: number,
		workerId: z.string().nullish().catch(undefined),
		retries: number,
	})
	.catchall(json);

type WireJob = z.output<typeof wireJob>;

function readState(jobId: string, job: WireJob): JobLook {
	const facts = factsOf(jobId, job);
	switch (job.status) {
		case 'IN_QUEUE':
			return { tag: 'queued', facts };
		case 'COMPLETED':
			return readCompleted(facts, job);
		case 'FAILED':
			return { tag: 'failed', facts, reason: readReason(job) };
		case 'CANCELLED':
			return { tag: 'cancelled', facts };
		case 'TIMED_OUT':
			return { tag: 'timedOut', facts, reason: readReason(job) };
		default:
			return { tag: 'running', facts, progress: job.output ?? null };
	}
}

function factsOf(jobId: string, job: WireJob): JobFacts {
	return {
		jobId,
		status: job.status,
		delayTimeMs: job.delayTime ?? null,
		executionTimeMs: job.executionTime ?? null,
		workerId: job.workerId ?? null,
		retries: job.retries ?? 0,
	};
}

function readCompleted(facts: JobFacts, job: WireJob): JobLook {
	const output = readJobOutput(job.output);
	if (output) return { tag: 'completed', facts, output };
	return { tag: 'completedWithoutVideo', facts, output: job.output ?? null };
}

/** The worker's words for a failure: `error` as text, as JSON text, or as an object; else words in `output`. */
function readReason(job: WireJob): string {
	const reason = wordsIn(job.error) ?? wordsIn(job.output);
	return reason ? cleanRemoteText(reason) : 'no reason given';
}

const REASON_FIELDS = ['error_message', 'message', 'error', 'detail'] as const;

function wordsIn(value: unknown): string | undefined {
	if (typeof value === 'string') return wordsInText(value);
	const { success, data } = jsonRecord.safeParse(value);
	if (!success) return undefined;
	const words = REASON_FIELDS.map((name) => wordsIn(data[name])).find((text) => text !== undefined);
	return words ?? JSON.stringify(data);
}

function wordsInText(text: string): string | undefined {
	if (text.trim() === '') return undefined;
	const body = readRecord(text);
	return body ? wordsIn(body) : text;
}
