import { type Answer, edgeAnswer, problem } from './answers';
import type { Route } from './target';

/**
 * What the next matching requests get instead of their answer. `after` lets so many through first, `times` (default 1)
 * is how many get it. With `accept` the request takes effect all the same: a POST /run queues its job.
 */
export type HttpFault<R extends string = Route> = {
	route: R;
	times?: number;
	after?: number;
	jobId?: string;
	accept?: boolean;
} & (
	| { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string }
	/** The connection is closed without an answer. */
	| { kind: 'cut' }
	/** No answer ever comes; the connection stays open. */
	| { kind: 'hang' }
);

/** The faults that tests asked for, in their order. */
export class Faults<R extends string = Route> {
	#faults: { fault: HttpFault<R>; skip: number; left: number }[] = [];

	add(fault: HttpFault<R>): void {
		this.#faults.push({ fault, skip: fault.after ?? 0, left: fault.times ?? 1 });
	}

	clear(): void {
		this.#faults = [];
	}

	/** The fault for this request, if there is one; it counts as used. */
	take(route: R, jobId?: string): HttpFault<R> | undefined {
		for (const entry of this.#faults.filter(({ fault }) => matches(fault, route, jobId))) {
			if (entry.skip > 0) {
				entry.skip -= 1;
			} else if (entry.left > 0) {
				entry.left -= 1;
				this.#faults = this.#faults.filter(({ left }) => left > 0);
				return entry.fault;
			}
		}
		return undefined;
	}
}

function matches<R extends string>(
	fault: HttpFault<R>,
	route: R,
	jobId: string | undefined,
): boolean {
	return fault.route === route && (fault.jobId === undefined || fault.jobId === jobId);
}

/** The scripted answer; without a body, what the real service or its edge sends with this status. */
export function faultAnswer(
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
