import { jest } from '@jest/globals';
import {
	type QueueApi,
	type QueueApiOptions,
	startQueueApi,
} from '../../../standin/queue/queueApi';

// Longer than the waits below, which end early when all is well.
jest.setTimeout(40_000);

export const apiKey = 'rpa_test_key';
export const endpointId = 'wan-endpoint';

export interface Reply {
	status: number;
	headers: Headers;
	text: string;
	/** The body as JSON object; empty when it is none. */
	json: Record<string, unknown>;
}

/** Speaks HTTP to one stand-in as a well-behaved caller does. */
export class QueueClient {
	constructor(readonly api: QueueApi) {}

	/** `path` follows the endpoint id: `/run`. A string body is sent as it is. */
	async send(method: string, path: string, body?: unknown, headers = {}): Promise<Reply> {
		const response = await fetch(`${this.api.baseUrl}/${endpointId}${path}`, {
			method,
			headers: { ...callerHeaders, ...headers },
			...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
		});
		const text = await response.text();
		return { status: response.status, headers: response.headers, text, json: parse(text) };
	}

	post(path: string, body?: unknown, headers = {}): Promise<Reply> {
		return this.send('POST', path, body, headers);
	}

	get(path: string): Promise<Reply> {
		return this.send('GET', path);
	}

	/** Submits to /run and gives the job's id. */
	async submit(input: Record<string, unknown> = { prompt: 'wave' }, rest = {}): Promise<string> {
		const { json, text } = await this.post('/run', { input, ...rest });
		if (typeof json.id !== 'string') throw new Error(`not submitted: ${text}`);
		return json.id;
	}

	/** The `workers` part of /health. */
	async workers(): Promise<Record<string, unknown>> {
		const { workers } = (await this.get('/health')).json;
		return isObject(workers) ? workers : {};
	}

	status(id: string): Promise<Reply> {
		return this.get(`/status/${id}`);
	}

	/** Polls /status until the job is in this state. */
	async statusWhen(id: string, status: string): Promise<Record<string, unknown>> {
		let body: Record<string, unknown> = {};
		await until(async () => {
			body = (await this.status(id)).json;
			return body.status === status;
		});
		return body;
	}

	/** Polls /status until the job is gone. */
	async untilGone(id: string): Promise<void> {
		await until(async () => (await this.status(id)).status === 404);
	}
}

const callerHeaders = {
	authorization: `Bearer ${apiKey}`,
	'content-type': 'application/json',
	'user-agent': 'queue-test/1.0',
};

const opened: QueueApi[] = [];

/** Starts a stand-in that `closeQueues` closes. */
export async function openQueue(options: Partial<QueueApiOptions> = {}): Promise<QueueClient> {
	const handler = (): Promise<unknown> => Promise.resolve({ minio_key: 'a.mp4' });
	const api = await startQueueApi({ apiKey, endpointId, handler, ...options });
	opened.push(api);
	return new QueueClient(api);
}

export async function closeQueues(): Promise<void> {
	await Promise.all(opened.splice(0).map((api) => api.close()));
}

/** Polls until the condition holds, for at most 20 seconds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
	const deadline = Date.now() + 20_000;
	while (!(await condition())) {
		if (Date.now() > deadline) throw new Error('the condition never held');
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** A promise that the test resolves. */
export class Gate {
	readonly opened: Promise<void>;
	open: () => void = () => undefined;

	constructor() {
		this.opened = new Promise((resolve) => {
			this.open = resolve;
		});
	}
}

function parse(text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : {};
	} catch {
		return {};
	}
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
