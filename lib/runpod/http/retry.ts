import { pause, type Clock } from '../../base/async/clock';
import { HttpFailure, type HttpAnswer } from './http';

/**
 * What a repetition does: nothing more (a PATCH, a DELETE), or the same again, such as one more job to pay for. `read` is a
 * request that changes nothing, whatever its method.
 */
export type Idempotency = 'idempotent' | 'once' | 'read';

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
const MAX_RETRY_AFTER_MS = 120_000;
const JITTER = 0.25;

/** What came of one attempt. */
export type Attempt = { answer: HttpAnswer } | { failure: HttpFailure };

/** What is idempotent is repeated after 429, 5xx and network faults; the rest only when it surely did not take effect. */
export function mayRepeat(idempotency: Idempotency, attempt: Attempt): boolean {
	const isRepeatable = idempotency !== 'once';
	if ('failure' in attempt) return isRepeatable || !attempt.failure.sent;
	const { status } = attempt.answer;
	return status === 429 || (isRepeatable && (status >= 500 || status === 408));
}

/** Milliseconds until the next attempt: what the host asks for, else doubling from 0.5 s to 30 s, give or take a quarter. */
export function retryDelayMs(
	attempt: Attempt,
	tries: number,
	nowMs: number,
	random: number,
): number {
	const asked = 'answer' in attempt ? retryAfterMs(attempt.answer.retryAfter, nowMs) : undefined;
	if (asked !== undefined) return asked;
	const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (tries - 1), MAX_DELAY_MS);
	return Math.round(delayMs * (1 - JITTER + 2 * JITTER * random));
}

/** Reads a `Retry-After` header, in seconds or as a date; capped at two minutes. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
	if (header === undefined || header.trim() === '') return undefined;
	const seconds = Number(header);
	const delayMs = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000;
	if (Number.isNaN(delayMs)) return undefined;
	return Math.min(Math.max(delayMs, 0), MAX_RETRY_AFTER_MS);
}

export interface RetryPorts {
	clock: Clock;
	random: () => number;
}

/** Repeats a request as often as it may be, at most `maxTries` times, and returns what came of the last attempt. */
export async function withRetries(
	send: () => Promise<HttpAnswer>,
	idempotency: Idempotency,
	{ clock, random }: RetryPorts,
	{ maxTries, signal }: { maxTries: number; signal?: AbortSignal | undefined },
): Promise<Attempt> {
	for (let tries = 1; ; tries++) {
		const attempt = await trySend(send);
		if (tries >= maxTries || signal?.aborted || !mayRepeat(idempotency, attempt)) return attempt;
		await pause(clock, retryDelayMs(attempt, tries, clock.now(), random()), signal);
		if (signal?.aborted) return attempt;
	}
}

export async function trySend(send: () => Promise<HttpAnswer>): Promise<Attempt> {
	try {
		return { answer: await send() };
	} catch (error) {
		if (error instanceof HttpFailure) return { failure: error };
		throw error;
	}
}
