import { STATUS_CODES } from 'node:http';
import { type Answer, RefusedRequest } from '../queue/answers';

/** An error as the management API words it. */
export function problem(
	status: number,
	detail: string,
	more: { errors?: readonly string[]; headers?: Readonly<Record<string, string>> } = {},
): Answer {
	const { errors, headers = {} } = more;
	const title = STATUS_CODES[status] ?? 'Error';
	return {
		status,
		headers: { 'content-type': 'application/problem+json', ...headers },
		body: JSON.stringify({ title, status, detail, ...(errors && { errors }) }),
	};
}

export function refuse(status: number, detail: string, errors?: readonly string[]): never {
	throw new RefusedRequest(problem(status, detail, errors ? { errors } : {}));
}

export function json(status: number, value: unknown): Answer {
	return {
		status,
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(value),
	};
}

export const noContent: Answer = { status: 204, headers: {}, body: '' };
