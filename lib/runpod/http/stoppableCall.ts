import { joinSignals, WaitEnded, waitUnlessAborted } from '../../base/async/abort';
import type { Clock } from '../../base/async/clock';
import { graceAfter } from '../../base/async/grace';
import { LIMITS } from '../../base/async/timeLimits';
import { ANSWER_TOO_SLOW, HttpFailure, type HttpAnswer, type HttpRequest, type Send } from './http';
import { withRetries, type Attempt, type Idempotency } from './retry';

export interface CallPorts {
	send: Send;
	clock: Clock;
	random: () => number;
	/** Aborted when the user stops. */
	signal?: AbortSignal | undefined;
}

/** What came of a call; stopped: the user stopped before it was answered. */
export type CallEnd =
	| (Attempt & {
			/** An earlier try may have taken effect, whatever the last one says. */
			isUnclear: boolean;
	  })
	| { stopped: true };

const MAX_TRIES = 5;

/**
 * Sends a request and repeats it where it may be, for a minute in all. A stop cuts what only reads; a change that is
 * on its way is waited for a moment longer, since cutting it undoes nothing.
 */
export async function stoppableCall(
	plan: HttpRequest,
	idempotency: Idempotency,
	{ send, clock, random, signal }: CallPorts,
): Promise<CallEnd> {
	const limit = clock.timeout(LIMITS.callMs);
	const patience = isReading(plan, idempotency)
		? joinSignals([signal])
		: graceAfter(signal, LIMITS.graceMs, clock);
	const cut = joinSignals([patience.signal, limit]);
	const noMore = joinSignals([signal, limit]);
	const effect = new EffectWatch(send);
	const tries = withRetries(
		async () => await effect.send({ ...plan, signal: cut.signal }),
		idempotency,
		{ clock, random },
		{ maxTries: MAX_TRIES, signal: noMore.signal },
	);
	try {
		// A connection that is being made is not cut by a signal.
		const attempt = await waitUnlessAborted(tries, cut.signal);
		if ('failure' in attempt && cut.signal.aborted) return cutEnd(signal);
		return { ...attempt, isUnclear: effect.isUnclear };
	} catch (error) {
		if (error instanceof WaitEnded) return cutEnd(signal);
		throw error;
	} finally {
		for (const joined of [patience, cut, noMore]) joined.release();
	}
}

/** Whether a request changes nothing: a GET, or a POST that is said to be one of them, as GraphQL has it. */
export function isReading({ method }: HttpRequest, idempotency: Idempotency): boolean {
	return method === 'GET' || idempotency === 'read';
}

function cutEnd(signal: AbortSignal | undefined): CallEnd {
	if (signal?.aborted) return { stopped: true };
	return { failure: new HttpFailure(ANSWER_TOO_SLOW, true), isUnclear: true };
}

/** Remembers whether a try before the last one may have taken effect. */
class EffectWatch {
	isUnclear = false;
	#isLastUnclear = false;

	constructor(private readonly next: Send) {}

	async send(plan: HttpRequest): Promise<HttpAnswer> {
		this.isUnclear ||= this.#isLastUnclear;
		this.#isLastUnclear = true;
		try {
			const answer = await this.next(plan);
			this.#isLastUnclear = isServerFault(answer);
			return answer;
		} catch (error) {
			this.#isLastUnclear = !(error instanceof HttpFailure) || error.sent;
			throw error;
		}
	}
}

/** An answer that does not tell whether the request took effect. */
export function isServerFault({ status }: HttpAnswer): boolean {
	return status >= 500 || status === 408;
}
