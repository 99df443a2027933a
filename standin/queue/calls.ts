import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { KeptCalls } from '../wire/keptCalls';
import { parseTarget, type Route, type Target } from './target';

/** One request as the server got it; `status` is 0 while it is unanswered and when it was cut. */
export interface QueueCall {
	method: string;
	route: Route;
	endpointId?: string;
	jobId?: string;
	/** With its query. */
	path: string;
	/** The parsed JSON, the text when it is not JSON, or undefined when there is none or it is too large. */
	body: unknown;
	headers: Record<string, string>;
	status: number;
	/** Milliseconds since 1970. */
	at: number;
}

/** A request with its whole body; `text` is undefined when it is over the limit. */
export interface ReceivedRequest {
	method: string;
	target: Target;
	headers: Record<string, string>;
	text: string | undefined;
}

const mebibyte = 1024 * 1024;
const callsKept = 10_000;

/** The longest body that a route takes, in bytes. */
export function bodyLimitBytes(route: Route): number {
	return (route === 'runsync' ? 20 : 10) * mebibyte;
}

/** Reads a request to its end; rejects when the caller goes away before. */
export async function receive(request: IncomingMessage): Promise<ReceivedRequest> {
	const { method = 'GET', url = '/' } = request;
	const target = parseTarget(method, url);
	const text = await readText(request, bodyLimitBytes(target.route));
	return { method, target, headers: flatten(request.headers), text };
}

// A body that is too large is read to its end and dropped, so that the caller can read the answer.
export function readText(
	request: IncomingMessage,
	limitBytes: number,
): Promise<string | undefined> {
	return new Promise((resolve, reject) => {
		let chunks: Buffer[] = [];
		let sizeBytes = 0;
		request.on('data', (chunk: Buffer) => {
			sizeBytes += chunk.length;
			if (sizeBytes <= limitBytes) chunks.push(chunk);
			else chunks = [];
		});
		request.on('end', () => {
			resolve(sizeBytes <= limitBytes ? Buffer.concat(chunks).toString() : undefined);
		});
		request.on('error', reject);
		request.on('close', () => {
			reject(new Error('the caller went away'));
		});
	});
}

export function flatten(headers: IncomingHttpHeaders): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]),
	);
}

/** The requests so far: the last ten thousand, or as many as told; with 0 none, and no body is parsed. */
export class CallLog {
	readonly #calls: KeptCalls<QueueCall>;
	readonly #keepsBodies: boolean;

	constructor(most = callsKept) {
		this.#calls = new KeptCalls(most);
		this.#keepsBodies = most > 0;
	}

	add({ method, target, headers, text }: ReceivedRequest): QueueCall {
		const { route, path, endpointId, jobId } = target;
		const call: QueueCall = {
			method,
			route,
			...(endpointId !== undefined && { endpointId }),
			...(jobId !== undefined && { jobId }),
			path,
			body: this.#keepsBodies ? parseBody(text) : undefined,
			headers,
			status: 0,
			at: Date.now(),
		};
		this.#calls.add(call);
		return call;
	}

	list(route?: Route): QueueCall[] {
		return this.#calls.list().filter((call) => route === undefined || call.route === route);
	}

	clear(): void {
		this.#calls.clear();
	}
}

export function parseBody(text: string | undefined): unknown {
	if (text === undefined || text === '') return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
