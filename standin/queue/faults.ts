import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { sendFault, type WholeAnswer } from '../wire/sendFault';
import { type Often, PlantedFaults, spoilsAnswer, type WireFault } from '../wire/wireFault';
import { type Answer, edgeAnswer, problem } from './answers';
import type { Route } from './target';

/**
 * What the next matching requests get instead of their answer. `after` lets so many through first, `times` (default 1,
 * Infinity until cleared) is how many get it. With `accept` the request takes effect all the same: a POST /run queues
 * its job. A fault that spoils the right answer always lets it take effect.
 */
export type HttpFault<R extends string = Route> = Often & {
	/** Absent, every route matches. */
	route?: R;
	method?: string;
	jobId?: string;
	/** Of the path without its query, such as `/v2/serverless`. */
	path?: RegExp;
	accept?: boolean;
} & (
		| WireFault
		| { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string }
		/** The connection is closed without an answer. */
		| { kind: 'cut' }
		/** The same as silent. */
		| { kind: 'hang' }
	);

/** What a request is matched by. */
export interface FaultTarget<R extends string = Route> {
	route: R;
	method: string;
	jobId?: string | undefined;
	/** With its query. */
	path: string;
}

/** The faults that tests asked for, in their order. */
export class Faults<R extends string = Route> {
	readonly #faults = new PlantedFaults<HttpFault<R>>();

	add(fault: HttpFault<R>): void {
		this.#faults.plant(fault);
	}

	clear(): void {
		this.#faults.clear();
	}

	/** The fault for this request, if there is one; it counts as used. */
	take({ route, method, jobId, path }: FaultTarget<R>): HttpFault<R> | undefined {
		const [pathname = ''] = path.split('?', 1);
		return this.#faults.take(
			(fault) =>
				(fault.route ?? route) === route &&
				(fault.method ?? method) === method &&
				(fault.jobId ?? jobId) === jobId &&
				(fault.path?.test(pathname) ?? true),
		);
	}
}

/** Whether the request takes effect. */
export function takesEffect(fault: HttpFault<string> | undefined): boolean {
	return fault === undefined || fault.accept === true || spoilsAnswer(fault);
}

/** What of a server is its own when it plays a fault. */
export interface FaultStage {
	response: ServerResponse;
	/** The right answer, where the request took effect. */
	answer: Answer | undefined;
	/** What it sends with a status when the fault has no body. */
	usual?: (status: number) => Answer;
}

/** Plays the fault and gives the status that the caller saw; 0 is none. */
export async function playFault(
	fault: HttpFault<string>,
	{ response, answer, usual }: FaultStage,
): Promise<number> {
	switch (fault.kind) {
		case 'cut':
			response.destroy();
			return 0;
		case 'hang':
			return 0;
		case 'answer': {
			const { status, headers, body } = faultAnswer(fault, usual);
			response.writeHead(status, { ...headers, 'x-request-id': randomUUID() }).end(body);
			return status;
		}
		default:
			return await sendFault(response, fault, () => Promise.resolve(wholeAnswer(answer)));
	}
}

function wholeAnswer({ status, headers, body }: Answer = nothing): WholeAnswer {
	const withId = { ...headers, 'x-request-id': randomUUID() };
	return { status, headers: withId, body: Buffer.from(body) };
}

const nothing: Answer = { status: 500, headers: {}, body: '' };

/** The scripted answer; without a body, what the real service or its edge sends with this status. */
function faultAnswer(
	fault: HttpFault<string> & { kind: 'answer' },
	usualOf: (status: number) => Answer = usualAnswer,
): Answer {
	const usual = usualOf(fault.status);
	const body = fault.body ?? usual.body;
	const type = fault.body === undefined ? usual.headers : { 'content-type': typeOf(fault.body) };
	return { status: fault.status, headers: { ...type, ...lowerCased(fault.headers) }, body };
}

function usualAnswer(status: number): Answer {
	if (status >= 500) return edgeAnswer(status);
	// The service has been seen to send 429 with no body at all.
	if (status === 429) return { status, headers: {}, body: '' };
	return problem(status, 'scripted fault');
}

function typeOf(body: string): string {
	return /^\s*[[{]/.test(body) ? 'application/json' : 'text/html; charset=UTF-8';
}

function lowerCased(headers: Record<string, string> = {}): Record<string, string> {
	return Object.fromEntries(
		Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
	);
}
