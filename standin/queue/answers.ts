import { STATUS_CODES } from 'node:http';
import type { Job } from './jobs/job';

/** One HTTP answer, ready to send. */
export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

/** Thrown by a check; its answer goes to the caller. */
export class RefusedRequest extends Error {
	constructor(readonly answer: Answer) {
		super(`refused with ${String(answer.status)}`);
	}
}

export function jsonAnswer(value: unknown): Answer {
	return { status: 200, headers: { 'content-type': 'application/json' }, body: toText(value) };
}

/** An error as the queue API words it: `status` is the HTTP status as a number. */
export function problem(status: number, detail: string, headers = {}): Answer {
	const title = STATUS_CODES[status] ?? 'Error';
	return {
		status,
		headers: { 'content-type': 'application/json', ...headers },
		body: toText({ status, title, detail }),
	};
}

/** The page that the edge in front of the API sends. */
export function edgeAnswer(status: number): Answer {
	const title = `${String(status)}: ${STATUS_CODES[status] ?? 'Error'}`;
	return {
		status,
		headers: { 'content-type': 'text/html; charset=UTF-8' },
		body: `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><p>cloudflare</p></body></html>`,
	};
}

/** The body of /status. */
export function statusBody(job: Job): Record<string, unknown> {
	const { id, status } = job;
	if (status === 'CANCELLED') return { id, status };
	return {
		...(job.startedAt !== undefined && { delayTime: job.startedAt - job.queuedAt }),
		...executionTime(job),
		id,
		status,
		...(job.workerId !== undefined && { workerId: job.workerId }),
		...(job.retries > 0 && { retries: job.retries }),
		...(job.output !== undefined && { output: job.output }),
		...(job.error !== undefined && { error: job.error }),
	};
}

// While a job runs, its time shows only beside its progress.
function executionTime(job: Job): { executionTime?: number } {
	if (job.startedAt === undefined) return {};
	if (job.endedAt !== undefined) return { executionTime: job.endedAt - job.startedAt };
	return job.output === undefined ? {} : { executionTime: Date.now() - job.startedAt };
}

/** The body of a webhook call: the status body with what was submitted. */
export function webhookBody(job: Job): Record<string, unknown> {
	return { ...statusBody(job), input: job.input, webhook: job.webhook };
}

function toText(value: unknown): string {
	return JSON.stringify(value);
}
