import * as http from 'node:http';
import * as https from 'node:https';
import { onAbort } from '../../base/async/abortListener';
import type { AnswerMeter } from './answerLimit';
import type { ServerAddress, StorageSettings } from './minioCredential';

/** The code of an answer that no object store gives, such as a web page. */
export const NOT_AN_OBJECT_STORE = 'NOT_AN_OBJECT_STORE';
/** The code of an answer in plain words to HTTP on a port for HTTPS. */
export const NEEDS_HTTPS = 'NEEDS_HTTPS';
/** The code of a request in which nothing came and nothing was taken for too long; the message says how long. */
export const STORE_SILENT = 'STORE_SILENT';
/** The code of a request that was cut by its signal. */
const REQUEST_CUT = 'REQUEST_CUT';
/** The code of an answer of more than is read; the message says how much. */
export const ANSWER_TOO_LARGE = 'ANSWER_TOO_LARGE';

const IDLE_SOCKET_MS = 30_000;

type OnAnswer = (answer: http.IncomingMessage) => void;

/** What ends a request. */
export interface RequestWatch {
	/** Cuts it at any moment, to its last byte. */
	signal: AbortSignal;
	/** For the connection, the answer and each piece of it; what its reader has not taken yet is no silence. */
	silenceMs: number;
	/** For an answer of this HTTP status; nothing for one of any length. */
	meterOf: (status: number) => AnswerMeter | undefined;
	/** Hears the HTTP status. */
	onStatus?: (status: number) => void;
}

export interface Transport {
	transport: Pick<typeof http, 'request'>;
	transportAgent: http.Agent;
}

type TlsSettings = Pick<StorageSettings, 'caCertificate' | 'allowInsecureTls'>;

/** The way to the server: with the certificate of a private CA, limits, and an eye on who answers. */
export function createTransport(
	settings: ServerAddress & TlsSettings,
	watch: RequestWatch,
): Transport {
	const { useSSL } = settings;
	return {
		transport: { request: watched(useSSL ? https.request : http.request, useSSL, watch) },
		transportAgent: agentOf(settings),
	};
}

const agents = new Map<string, http.Agent>();

/** One for each server and way to trust it, so that connections outlast an execution. */
function agentOf(settings: ServerAddress & TlsSettings): http.Agent {
	const { endPoint, port, useSSL, caCertificate, allowInsecureTls } = settings;
	const name = JSON.stringify([endPoint, port, useSSL, caCertificate, allowInsecureTls]);
	const agent = agents.get(name) ?? createAgent(settings);
	agents.set(name, agent);
	return agent;
}

function createAgent({
	useSSL,
	caCertificate,
	allowInsecureTls,
}: ServerAddress & TlsSettings): http.Agent {
	const options = { keepAlive: true, timeout: IDLE_SOCKET_MS };
	if (!useSSL) return new http.Agent(options);
	const trust = caCertificate === undefined ? {} : { ca: caCertificate };
	return new https.Agent({ ...options, rejectUnauthorized: !allowInsecureTls, ...trust });
}

/** The client takes whatever answers for an object store, loses what it said, and waits for it for ever. */
function watched(
	request: typeof http.request,
	useSSL: boolean,
	watch: RequestWatch,
): typeof http.request {
	return (
		target: http.RequestOptions | string | URL,
		second?: http.RequestOptions | OnAnswer,
		third?: OnAnswer,
	) => {
		const onAnswer = typeof second === 'function' ? second : third;
		const onChecked = (answer: http.IncomingMessage) => {
			watch.onStatus?.(answer.statusCode ?? 0);
			const fault = strangerFault(answer, sent, useSSL);
			if (!fault) {
				capAnswer(answer, watch);
				onAnswer?.(answer);
				return;
			}
			sent.emit('error', fault);
			answer.destroy();
		};
		const sent =
			typeof target === 'string' || target instanceof URL
				? request(target, typeof second === 'object' ? second : {}, onChecked)
				: request(target, onChecked);
		guard(sent, watch);
		return sent;
	};
}

/** Cuts the request, with its connection, when it is silent for too long or its signal is aborted. */
function guard(sent: http.ClientRequest, { signal, silenceMs }: RequestWatch): void {
	let answer: http.IncomingMessage | undefined;
	const cut = (fault: Error) => {
		answer?.destroy(fault);
		sent.destroy(fault);
	};
	sent.prependOnceListener('response', (it) => {
		answer = it;
	});
	sent.once('socket', (socket) => {
		let isReaderLate = false;
		const onSilence = () => {
			const wasReaderLate = isReaderLate;
			isReaderLate = answer !== undefined && answer.readableLength > 0;
			// A reader that is slower than the server; once it has caught up, the server has its whole time.
			if (isReaderLate || wasReaderLate) socket.setTimeout(silenceMs);
			else cut(faultOf(STORE_SILENT, `${String(silenceMs / 1000)} s`));
		};
		socket.setTimeout(silenceMs);
		socket.on('timeout', onSilence);
		sent.once('close', () => socket.off('timeout', onSilence));
	});
	const release = onAbort(signal, () => {
		cut(faultOf(REQUEST_CUT, 'The request was cut'));
	});
	sent.once('close', release);
}

/** The client reads an answer to its end, however long, before it looks at it. */
function capAnswer(answer: http.IncomingMessage, watch: RequestWatch): void {
	const meter = watch.meterOf(answer.statusCode ?? 0);
	if (!meter) return;
	const push = answer.push.bind(answer);
	let isCut = false;
	answer.push = (chunk: unknown, encoding?: BufferEncoding) => {
		// Nor may its end come through, which would make a whole answer of what was read.
		if (isCut) return false;
		const tooMuch = chunk instanceof Uint8Array ? meter.add(chunk) : undefined;
		if (tooMuch === undefined) return push(chunk, encoding);
		isCut = true;
		// The first bytes come before the client listens, which would never hear of the error.
		queueMicrotask(() => answer.destroy(faultOf(ANSWER_TOO_LARGE, tooMuch)));
		return false;
	};
}

function strangerFault(
	{ statusCode = 0, headers }: http.IncomingMessage,
	{ method, host }: http.ClientRequest,
	useSSL: boolean,
): Error | undefined {
	if (headers['x-amz-request-id'] !== undefined || headers.etag !== undefined) return undefined;
	const [type = ''] = (headers['content-type'] ?? '').split(';').map((part) => part.trim());
	if (!isStrange(statusCode, headers.location, type, method)) return undefined;
	const leadsToHttps = headers.location?.toLowerCase().startsWith(`https://${host}`) ?? false;
	const needsHttps = !useSSL && (statusCode === 400 || leadsToHttps);
	const said = [`HTTP ${String(statusCode)}`, ...(type === '' ? [] : [type])].join(', ');
	return faultOf(needsHttps ? NEEDS_HTTPS : NOT_AN_OBJECT_STORE, said);
}

/** A refusal of an object store has a body in XML, but for HEAD, and it redirects nobody without its own headers. */
function isStrange(
	status: number,
	location: string | undefined,
	type: string,
	method: string,
): boolean {
	if (/^(text\/(html|plain)|application\/json)$/i.test(type)) return true;
	if (location !== undefined && status >= 300 && status < 400) return true;
	return method !== 'HEAD' && REFUSALS.includes(status) && !/xml/i.test(type);
}

const REFUSALS: readonly number[] = [400, 401, 403, 404, 405];

function faultOf(code: string, message: string): Error {
	return Object.assign(new Error(message), { code });
}
