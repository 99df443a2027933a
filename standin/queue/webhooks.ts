import { randomBytes } from 'node:crypto';
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Timers } from './jobs/timers';

const attemptTimeoutMs = 10_000;

/** Calls webhooks: a POST of JSON, repeated after each delay until one is answered with 2xx. */
export class Webhooks {
	readonly #timers = new Timers();
	readonly #requests = new Set<ClientRequest>();
	readonly #retryDelaysMs: readonly number[];
	#isClosed = false;

	constructor(retryDelaysMs: readonly number[]) {
		this.#retryDelaysMs = retryDelaysMs;
	}

	notify(url: string, body: unknown): void {
		if (!this.#isClosed) this.#attempt(url, JSON.stringify(body), this.#retryDelaysMs);
	}

	/** Breaks off calls that are under way and makes none from then on. */
	close(): void {
		this.#isClosed = true;
		this.#timers.close();
		for (const request of this.#requests) request.destroy();
	}

	#attempt(url: string, text: string, delaysLeftMs: readonly number[]): void {
		this.#post(url, text, (isTaken) => {
			const [delayMs, ...laterDelaysMs] = delaysLeftMs;
			if (isTaken || delayMs === undefined) return;
			this.#timers.after(delayMs, () => {
				this.#attempt(url, text, laterDelaysMs);
			});
		});
	}

	#post(url: string, text: string, onDone: (isTaken: boolean) => void): void {
		const post = url.startsWith('https:') ? httpsRequest : httpRequest;
		// No agent, so that no idle connection keeps the receiver from closing.
		const request = post(url, { method: 'POST', agent: false, headers: headersFor(text) });
		let isTaken = false;
		request.on('response', (response: IncomingMessage) => {
			const { statusCode = 0 } = response;
			isTaken = statusCode >= 200 && statusCode < 300;
			response.resume();
		});
		request.setTimeout(attemptTimeoutMs, () => request.destroy());
		// An error is followed by 'close', where the attempt is judged.
		request.on('error', () => undefined);
		request.on('close', () => {
			this.#requests.delete(request);
			onDone(isTaken);
		});
		this.#requests.add(request);
		request.end(text);
	}
}

function headersFor(text: string): Record<string, string | number> {
	return {
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(text),
		'user-agent': 'Go-http-client/2.0',
		traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
	};
}
