import { randomBytes } from 'node:crypto';
import type { JobEnd } from './jobEnd';
import type { WorkerHandler, WorkerJob } from './workerHandler';

/** Asks the handler and reads its answer as RunPod's worker library does. Never rejects. */
export async function askHandler(
	handler: WorkerHandler,
	job: WorkerJob,
	workerId: string,
	onChunk: (chunk: unknown) => void,
): Promise<JobEnd> {
	try {
		const answer = await handler(job);
		return endOf(asJson(isStream(answer) ? await drain(answer, onChunk) : answer));
	} catch (error) {
		return { status: 'FAILED', error: errorText(error, workerId) };
	}
}

/** The value as it looks after travelling as JSON; throws when it cannot travel. */
export function asJson(value: unknown): unknown {
	const text = jsonText(value);
	return text === undefined ? undefined : JSON.parse(text);
}

// JSON.stringify gives undefined for undefined and for functions, which its type does not say.
function jsonText(value: unknown): string | undefined {
	const text: unknown = JSON.stringify(value);
	return typeof text === 'string' ? text : undefined;
}

async function drain(
	stream: AsyncIterable<unknown>,
	onChunk: (chunk: unknown) => void,
): Promise<unknown[]> {
	const chunks: unknown[] = [];
	for await (const chunk of stream) {
		const sent = asJson(chunk);
		chunks.push(sent);
		onChunk(sent);
	}
	return chunks;
}

// Fields of an answer that speak to the worker library and are no output.
const workerFlags = ['error', 'refresh_worker'];

// An answer with `error` fails the job and keeps its other fields; an empty object is dropped.
function endOf(answer: unknown): JobEnd {
	if (!isObject(answer)) return { status: 'COMPLETED', output: answer };
	const { error } = answer;
	const rest = Object.entries(answer).filter(([name]) => !workerFlags.includes(name));
	const output = rest.length > 0 ? Object.fromEntries(rest) : undefined;
	if (!error) return { status: 'COMPLETED', output };
	return {
		status: 'FAILED',
		error: typeof error === 'string' ? error : JSON.stringify(error),
		output,
	};
}

// The worker library reports a raised error as JSON text, with its traceback and the worker's names.
function errorText(error: unknown, workerId: string): string {
	if (typeof error === 'string') return error;
	if (!(error instanceof Error)) return jsonText(error) ?? 'undefined';
	return JSON.stringify({
		error_type: `<class '${error.name}'>`,
		error_message: error.message,
		error_traceback: error.stack,
		hostname: `${workerId}-${randomBytes(4).toString('hex')}`,
		worker_id: workerId,
		runpod_version: '1.12.0',
	});
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
	return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
