import type { Dispatcher } from 'undici';
import { codeOf } from '../contract/foreignError';
import { version } from '../../package.json';
import { createAgent, PROXY_REFUSED } from './agent';

export interface HttpRequest {
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	url: string;
	headers: Record<string, string>;
	body?: string;
	signal?: AbortSignal;
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

const USER_AGENT = `n8n-nodes-wan-avatar/${version}`;
/** Codes of connections that were never made, so nothing was sent. */
const NEVER_CONNECTED = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'UND_ERR_CONNECT_TIMEOUT',
	PROXY_REFUSED,
]);

let sharedAgent: Dispatcher | undefined;

/**
 * The one egress to RunPod: keep-alive, time limits, a cap on the answer's size, the environment's proxy settings.
 * Redirects are answers, not followed: a key must not travel to another host. Tests pass a dispatcher of their own.
 * @throws HttpFailure when there is no answer
 */
export function createSend(dispatcher?: Dispatcher): Send {
	return async ({ url, method, headers, body = null, signal }) => {
		const undici = await loadUndici();
		sharedAgent ??= createAgent(undici);
		try {
			const answer = await undici.request(url, {
				method,
				headers: { 'user-agent': USER_AGENT, accept: 'application/json', ...headers },
				body,
				signal: signal ?? null,
				dispatcher: dispatcher ?? sharedAgent,
			});
			const text = await answer.body.text();
			const retryAfter = answer.headers['retry-after'];
			const { statusCode: status } = answer;
			return typeof retryAfter === 'string' ? { status, text, retryAfter } : { status, text };
		} catch (error) {
			const code = codeOf(error) ?? 'UNKNOWN';
			throw new HttpFailure(code, !NEVER_CONNECTED.has(code));
		}
	};
}

// Node's own fetch, once awake, owns the process-wide dispatcher, and undici then leaves it alone.
async function loadUndici(): Promise<typeof import('undici')> {
	Reflect.get(globalThis, 'Headers');
	return await import('undici');
}
