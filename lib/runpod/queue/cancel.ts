import * as z from 'zod/v4';
import { pause, type Clock } from '../../base/async/clock';
import { LIMITS } from '../../base/async/timeLimits';
import { readRecord } from '../http/answer';
import type { HttpAnswer, HttpFailure } from '../http/http';
import { retryDelayMs, type Attempt } from '../http/retry';

export interface CancelPorts {
	/** One try, in its turn, at which the signal that cuts it is asked for. */
	send: (signal: () => AbortSignal) => Promise<Attempt>;
	clock: Clock;
	random: () => number;
}

/** What RunPod says of a job that is to be cancelled. */
export type CancelEnd =
	| { tag: 'cancelled' }
	/** It does not know the job, or not yet. */
	| { tag: 'gone' }
	| { tag: 'refused'; answer: HttpAnswer }
	| { tag: 'unanswered'; failure: HttpFailure };

/** After so many answers whoever waits is told; the cancel goes on by itself, since a refusal may be one of the moment. */
const TELL_AFTER_TRIES = 3;
const MAX_PAUSE_MS = 8000;

/**
 * Cancels a job: RunPod is asked again for a minute, whatever it answers, until it says that the job has ended. The minute
 * begins with the first try, not with the wait for its turn.
 */
export async function cancelPatiently(ports: CancelPorts): Promise<CancelEnd> {
	return await new Promise((tell, reject) => {
		askUntilEnded(ports, tell).then(tell, reject);
	});
}

async function askUntilEnded(
	{ send, clock, random }: CancelPorts,
	tell: (end: CancelEnd) => void,
): Promise<CancelEnd> {
	let endMs: number | undefined;
	for (let tries = 1; ; tries++) {
		const attempt = await send(() => clock.timeout(LIMITS.cancelTryMs));
		const end = endOf(attempt);
		endMs ??= clock.monotonic() + LIMITS.callMs;
		if (end.tag === 'cancelled' || clock.monotonic() >= endMs) return end;
		if (end.tag !== 'unanswered' && tries >= TELL_AFTER_TRIES) tell(end);
		const delayMs = retryDelayMs(attempt, tries, clock.now(), random());
		await pause(clock, Math.min(delayMs, MAX_PAUSE_MS));
	}
}

const ENDED = new Set(['CANCELLED', 'COMPLETED', 'FAILED', 'TIMED_OUT']);
const answered = z.object({ status: z.string().toUpperCase() });

function endOf(attempt: Attempt): CancelEnd {
	if ('failure' in attempt) return { tag: 'unanswered', failure: attempt.failure };
	const { answer } = attempt;
	if (answer.status === 404) return { tag: 'gone' };
	const { data } = answered.safeParse(readRecord(answer.text));
	const isOk = answer.status >= 200 && answer.status < 300;
	// A page of the edge, or a problem body, can come with 200 as well.
	return isOk && data && ENDED.has(data.status) ? { tag: 'cancelled' } : { tag: 'refused', answer };
}
