import type { Dispatcher } from 'undici';
import { joinSignals } from '../contract/abort';
import { sharedTimeouts } from '../contract/clock';
import { codeOf } from '../contract/foreignError';
import { LIMITS } from '../contract/limits';
import { version } from '../../package.json';
import { createAgent } from './agent';
import { BodyCut, readBody } from './answerBody';
import { SentWatch } from './sentWatch';

export interface HttpRequest {
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	url: string;
	headers: Record<string, string>;
	body?: string;
	/** Cuts the request. */
	signal?: AbortSignal;
	/** Has connections of its own, so that it does not wait behind all others: a cancel. */
	isUrgent?: boolean;
}

export interface HttpAnswer {
	status: number;
	text: string;
	retryAfter?: string;
}

export type Send = (request: HttpRequest) => Promise<HttpAnswer>;

/** A request without an answer. `sent` is false only when nothing can have reached the host. */
export class HttpFailure extends Error {
	override readonly name = 'HttpFailure';

	constructor(
		readonly code: string,
		readonly sent: boolean,
		/** What came of the answer before it was cut off: its text may be complete all the same. */
		readonly partial?: HttpAnswer,
	) {
		super(`The request failed (${code})`);
	}
}

export { ANSWER_TOO_LARGE } from './answerBody';
/** The code of an answer that did not come to its end in time. */
export const ANSWER_TOO_SLOW = 'ANSWER_TOO_SLOW';
/** The code of a request that was cut by its own signal. */
export const REQUEST_CUT = 'REQUEST_CUT';

const OWN_HEADERS = {
	'user-agent': `n8n-nodes-wan-avatar/${version}`,
	accept: 'application/json',
	'accept-encoding': 'identity',
};

const timeout = sharedTimeouts(() => performance.now());

const sharedAgents: Partial<Record<'usual' | 'urgent', Dispatcher>> = {};

export interface SendOptions {
	/** Tests pass one of their own. */
	dispatcher?: Dispatcher;
	/** For one request and its whole answer. */
	wholeMs?: number;
}

/**
 * The one egress to RunPod: keep-alive, limits for silence and for the whole, a cap on the answer's size, the
 * environment's proxy settings. Redirects are answers, not followed: a key must not travel to another host.
 * @throws HttpFailure when there is no answer
 */
export function createSend({ dispatcher, wholeMs = LIMITS.wholeMs }: SendOptions = {}): Send {
	return async ({ url, method, headers, body = null, signal, isUrgent = false }) => {
		const undici = await loadUndici();
		const agent = (sharedAgents[isUrgent ? 'urgent' : 'usual'] ??= createAgent(undici));
		const watch = new SentWatch(dispatcher ?? agent);
		const tooSlow = timeout(wholeMs);
		const joined = joinSignals([signal, tooSlow]);
		let head: Omit<HttpAnswer, 'text'> | undefined;
		try {
			const answer = await undici.request(url, {
				method,
				headers: { ...OWN_HEADERS, ...headers },
				body,
				signal: joined.signal,
				dispatcher: watch.dispatcher,
			});
			head = headOf(answer);
			return { ...head, text: await readBody(answer.body, answer.headers['content-encoding']) };
		} catch (error) {
			const isCut = error instanceof BodyCut;
			const reason = reasonOf(isCut ? error.cause : error, signal, tooSlow);
			const partial = head && isCut ? { ...head, text: error.part } : undefined;
			throw new HttpFailure(reason, watch.isSent, partial);
		} finally {
			joined.release();
		}
	};
}

function headOf({ statusCode, headers }: Dispatcher.ResponseData): Omit<HttpAnswer, 'text'> {
	const retryAfter = headers['retry-after'];
	return typeof retryAfter === 'string'
		? { status: statusCode, retryAfter }
		: { status: statusCode };
}

function reasonOf(error: unknown, signal: AbortSignal | undefined, tooSlow: AbortSignal): string {
	if (signal?.aborted) return REQUEST_CUT;
	return tooSlow.aborted ? ANSWER_TOO_SLOW : (codeOf(error) ?? 'UNKNOWN');
}

let loading: Promise<typeof import('undici')> | undefined;

// Node's own fetch, once awake, owns the process-wide dispatcher, and undici then leaves it alone.
async function loadUndici(): Promise<typeof import('undici')> {
	Reflect.get(globalThis, 'Headers');
	return await (loading ??= import('undici'));
}
