import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

const MAX_REDIRECTS = 5;
const SILENCE_MS = 30_000;

/** An answer whose body is still to come; whatever the server does then is an error of the stream. */
export interface Download {
	status: number;
	body: IncomingMessage;
}

/**
 * A GET that follows redirects. By node:http: Node's own fetch ends the whole process where a server closes while the
 * body waits to be read.
 */
export async function download(url: URL, signal: AbortSignal): Promise<Download> {
	let target = url;
	for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
		const body = await get(target, signal);
		const { statusCode: status = 0, headers } = body;
		const next = status >= 300 && status < 400 ? headers.location : undefined;
		if (next === undefined) return { status, body };
		body.destroy();
		target = new URL(next, target);
		if (!/^https?:$/.test(target.protocol)) throw new Error('it redirects elsewhere');
	}
	throw new Error('it redirects too often');
}

async function get(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
	const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
	return await new Promise((resolve, reject) => {
		// No agent, so that no idle connection keeps a server from closing.
		const sent = request(url, { agent: false, signal, headers: { 'accept-encoding': 'identity' } });
		sent.setTimeout(SILENCE_MS, () => sent.destroy(new Error('it is silent')));
		// Also once there is an answer: an error that nobody listens to would end the process.
		sent.on('error', reject);
		sent.on('response', (answer) => {
			answer.on('error', () => undefined);
			resolve(answer);
		});
		sent.end();
	});
}
