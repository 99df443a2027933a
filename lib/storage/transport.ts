import * as http from 'node:http';
import * as https from 'node:https';
import type { StorageSettings } from './settings';

/** The code of an answer that no object store gives, such as a web page. */
export const NOT_AN_OBJECT_STORE = 'NOT_AN_OBJECT_STORE';
/** The code of an answer in plain words to HTTP on a port for HTTPS. */
export const NEEDS_HTTPS = 'NEEDS_HTTPS';

type OnAnswer = (answer: http.IncomingMessage) => void;

export interface Transport {
	transport: Pick<typeof http, 'request'>;
	transportAgent: http.Agent;
}

/** The way to the server: with the certificate of a private CA, and with an eye on who answers. */
export function createTransport({
	useSSL,
	caCertificate,
	allowInsecureTls,
}: Pick<StorageSettings, 'useSSL' | 'caCertificate' | 'allowInsecureTls'>): Transport {
	return {
		transport: { request: useSSL ? watched(https.request, useSSL) : watched(http.request, useSSL) },
		transportAgent: useSSL
			? new https.Agent({
					keepAlive: true,
					rejectUnauthorized: !allowInsecureTls,
					...(caCertificate === undefined ? {} : { ca: caCertificate }),
				})
			: new http.Agent({ keepAlive: true }),
	};
}

/** The client takes whatever answers for an object store, and loses what it said. */
function watched(request: typeof http.request, useSSL: boolean): typeof http.request {
	return (
		target: http.RequestOptions | string | URL,
		second?: http.RequestOptions | OnAnswer,
		third?: OnAnswer,
	) => {
		const onAnswer = typeof second === 'function' ? second : third;
		const onChecked = (answer: http.IncomingMessage) => {
			const fault = strangerFault(answer, useSSL);
			if (!fault) {
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
		return sent;
	};
}

function strangerFault(
	{ statusCode = 0, headers }: http.IncomingMessage,
	useSSL: boolean,
): Error | undefined {
	const isStore = headers['x-amz-request-id'] !== undefined || headers.etag !== undefined;
	const [type = ''] = (headers['content-type'] ?? '').split(';');
	if (isStore || !/^text\/(html|plain)$/i.test(type.trim())) return undefined;
	const code = !useSSL && statusCode === 400 ? NEEDS_HTTPS : NOT_AN_OBJECT_STORE;
	return Object.assign(new Error(`HTTP ${String(statusCode)}, ${type.trim()}`), { code });
}
