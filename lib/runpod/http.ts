import type { Dispatcher } from 'undici';
import { joinSignals } from '../contract/abort';
import { codeOf } from '../contract/foreignError';
import { LIMITS } from '../contract/limits';
import { version } from '../../package.json';
import { createAgent } from './agent';
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
	) {
		super(`The request failed (${code})`);
	}
}

/** The code of an answer of more bytes than are read (undici's own). */
export const ANSWER_TOO_LARGE = 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
/** The code of an answer that did not come to its end in time. */
export const ANSWER_TOO_SLOW = 'ANSWER_TOO_SLOW';
/** The code of a request that was cut by its own signal. */
export const REQUEST_CUT = 'REQUEST_CUT';

const USER_AGENT = `n8n-nodes-wan-avatar/${version}`;

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
		const tooSlow = AbortSignal.timeout(wholeMs);
		const joined = joinSignals([signal, tooSlow]);
		try {
			const answer = await undici.request(url, {
				method,
				headers: { 'user-agent': USER_AGENT, accept: 'application/json', ...headers },
				body,
				signal: joined.signal,
				dispatcher: watch.dispatcher,
			});
			const text = await answer.body.text();
			const retryAfter = answer.headers['retry-after'];
			const { statusCode: status } = answer;
			return typeof retryAfter === 'string' ? { status, text, retryAfter } : { status, text };
		} catch (error) {
			throw new HttpFailure(reasonOf(error, signal, tooSlow), watch.isSent);
		} finally {
			joined.release();
		}
	};
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
