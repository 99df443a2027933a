import type { Dispatcher } from 'undici';
import type { AnswerSlot } from '../../contract/answerSlot';
import { sharedTimeouts } from '../../base/async/clock';
import { codeOf } from '../../base/errors/foreignError';
import { LIMITS } from '../../base/async/timeLimits';
import { version } from '../../../package.json';
import { ANY_SIZE, createAgent } from './agent';
import { BodyCut, readBody } from './answerBody';
import { REQUEST_CUT, RequestLimits, type TimeLimits } from './requestLimits';
import { SentWatch } from './sentWatch';

export interface HttpRequest {
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	url: string;
	headers: Record<string, string>;
	body?: string;
	/** Cuts the request. */
	signal?: AbortSignal;
	/** For an answer that may be large: taken once it proves to be, and from then on what cuts it is the slot's signal. */
	slot?: AnswerSlot;
	/** Has connections of its own, so that it does not wait behind all others: a cancel. */
	isUrgent?: boolean;
}

export interface HttpAnswer {
	status: number;
	text: string;
	retryAfter?: string;
	/** What a registry asks for that wants a login. */
	wwwAuthenticate?: string;
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
export { ANSWER_TOO_SLOW, ANSWER_WAITS, REQUEST_CUT } from './requestLimits';

const OWN_HEADERS = {
	'user-agent': `n8n-nodes-wan-avatar/${version}`,
	accept: 'application/json',
	'accept-encoding': 'identity',
};

const monotonic = () => performance.now();
const clock = { monotonic, timeout: sharedTimeouts(monotonic) };

const sharedAgents: Partial<Record<'usual' | 'urgent' | 'files', Dispatcher>> = {};

export interface SendOptions extends Partial<TimeLimits> {
	/** Tests pass one of their own. */
	dispatcher?: Dispatcher;
}

/**
 * The one egress to RunPod: keep-alive, limits for silence and for the whole, a cap on the answer's size, the
 * environment's proxy settings. Redirects are answers, not followed: a key must not travel to another host.
 * @throws HttpFailure when there is no answer
 */
export function createSend({
	dispatcher,
	wholeMs = LIMITS.wholeMs,
	perMegabyteMs = LIMITS.perMegabyteMs,
}: SendOptions = {}): Send {
	return async ({ url, method, headers, body = null, signal, slot, isUrgent = false }) => {
		const undici = await loadUndici();
		const agent = (sharedAgents[isUrgent ? 'urgent' : 'usual'] ??= createAgent(undici));
		const watch = new SentWatch(dispatcher ?? agent);
		const limits = new RequestLimits(signal, slot, { wholeMs, perMegabyteMs }, clock);
		let head: Omit<HttpAnswer, 'text'> | undefined;
		try {
			const answer = await undici.request(url, {
				method,
				headers: { ...OWN_HEADERS, ...headers },
				body,
				signal: limits.signal,
				dispatcher: watch.dispatcher,
			});
			head = headOf(answer);
			const text = await readBody(answer.body, answer.headers['content-encoding'], (bytes) => {
				limits.received(bytes);
			});
			return { ...head, text };
		} catch (error) {
			const isCut = error instanceof BodyCut;
			const reason = limits.code ?? codeOf(isCut ? error.cause : error) ?? 'UNKNOWN';
			const partial = head && isCut ? { ...head, text: error.part } : undefined;
			throw new HttpFailure(reason, watch.isSent, partial);
		} finally {
			limits.release();
		}
	};
}

/** A file on its way; whoever asks has to read or destroy its content. */
export interface Download {
	status: number;
	content: Dispatcher.ResponseData['body'];
}

/**
 * Opens a file at an address that needs no key, such as a presigned link, of any size. A redirect is an answer.
 * @throws HttpFailure when there is no answer; the content ends with an error where it is cut off or silent
 */
export async function openDownload(url: string, signal: AbortSignal): Promise<Download> {
	const undici = await loadUndici();
	const dispatcher = (sharedAgents.files ??= createAgent(undici, ANY_SIZE));
	const headers = { 'user-agent': OWN_HEADERS['user-agent'], 'accept-encoding': 'identity' };
	try {
		const { statusCode, body } = await undici.request(url, { headers, signal, dispatcher });
		return { status: statusCode, content: body };
	} catch (error) {
		throw new HttpFailure(signal.aborted ? REQUEST_CUT : (codeOf(error) ?? 'UNKNOWN'), true);
	}
}

function headOf({ statusCode, headers }: Dispatcher.ResponseData): Omit<HttpAnswer, 'text'> {
	const { 'retry-after': retryAfter, 'www-authenticate': wwwAuthenticate } = headers;
	return {
		status: statusCode,
		...(typeof retryAfter === 'string' && { retryAfter }),
		...(wwwAuthenticate !== undefined && { wwwAuthenticate: String(wwwAuthenticate) }),
	};
}

let loading: Promise<typeof import('undici')> | undefined;

// Node's own fetch, once awake, owns the process-wide dispatcher, and undici then leaves it alone.
async function loadUndici(): Promise<typeof import('undici')> {
	Reflect.get(globalThis, 'Headers');
	return await (loading ??= import('undici'));
}
