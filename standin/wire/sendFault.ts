import { once } from 'node:events';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { blownUp, deepened } from './spoiledBody';
import type { WireFault } from './wireFault';

/** A right answer, ready to be spoiled. */
export interface WholeAnswer {
	status: number;
	headers: Readonly<Record<string, string>>;
	body: Buffer;
	/** The answer to HEAD announces a body and sends none. */
	isHead?: boolean;
}

const dripMs = 1000;
const page =
	'<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Welcome</h1></body></html>';

/**
 * Answers as the fault wants; `right` is the right answer, asked for only by those that spoil it.
 * Gives the status that the caller saw, 0 for none, before a slow answer is all sent.
 */
export async function sendFault(
	response: ServerResponse,
	fault: WireFault,
	right: () => Promise<WholeAnswer>,
): Promise<number> {
	switch (fault.kind) {
		case 'silent':
			return 0;
		case 'html':
			return sendWhole(response, pageAnswer(fault.status ?? 200));
		case 'redirect':
			return sendWhole(response, {
				status: fault.status ?? 302,
				headers: { location: fault.to },
				body: Buffer.alloc(0),
			});
		case 'large':
			return sendWhole(
				response,
				changed(await right(), (body) => blownUp(body, fault.sizeBytes)),
			);
		case 'deep':
			return sendWhole(
				response,
				changed(await right(), (body) => deepened(body, fault.levels)),
			);
		case 'edit':
			return sendWhole(
				response,
				changed(await right(), (body) => Buffer.from(fault.edit(String(body)))),
			);
		case 'cutMidBody':
			return cutMidBody(response, await right());
		case 'endsEarly':
			return endEarly(response, await right(), fault);
		case 'drip':
			return startDrip(response, await right(), fault);
	}
}

function pageAnswer(status: number): WholeAnswer {
	return {
		status,
		headers: { 'content-type': 'text/html; charset=UTF-8' },
		body: Buffer.from(page),
	};
}

function changed(answer: WholeAnswer, change: (body: Buffer) => Buffer): WholeAnswer {
	return answer.isHead === true || answer.body.length === 0
		? answer
		: { ...answer, body: change(answer.body) };
}

function sendWhole(response: ServerResponse, answer: WholeAnswer): number {
	const { status, body } = answer;
	response.writeHead(status, headersOf(answer)).end(body);
	return status;
}

function cutMidBody(response: ServerResponse, answer: WholeAnswer): number {
	const { status, body, isHead } = answer;
	const cut = (): void => {
		response.destroy();
	};
	response.writeHead(status, headersOf(answer));
	if (isHead === true || body.length === 0) cut();
	else response.write(body.subarray(0, Math.floor(body.length / 2)), cut);
	return status;
}

function endEarly(
	response: ServerResponse,
	answer: WholeAnswer,
	{ sizeBytes, framing = 'chunked' }: WireFault & { kind: 'endsEarly' },
): number {
	const { status, body, isHead } = answer;
	const sent = body.subarray(0, sizeBytes ?? Math.floor(body.length / 2));
	const { 'content-length': length, ...headers } = headersOf({ ...answer, body: sent });
	const isLengthSaid = framing === 'contentLength' || isHead === true;
	response.writeHead(
		status,
		isLengthSaid && length !== undefined ? { ...headers, 'content-length': length } : headers,
	);
	// Written before the end, so that Node does not find out the length by itself.
	if (isHead !== true && sent.length > 0) response.write(sent);
	response.end();
	return status;
}

function startDrip(
	response: ServerResponse,
	answer: WholeAnswer,
	{ from = 'body', everyMs = dripMs }: WireFault & { kind: 'drip' },
): number {
	const { socket } = response;
	if (!socket) return 0;
	if (from === 'statusLine') {
		void drip(socket, Buffer.concat([headOf(answer), bodyOf(answer)]), everyMs).then(() => {
			socket.destroy();
		});
		return 0;
	}
	response.writeHead(answer.status, headersOf(answer)).flushHeaders();
	void drip(response, bodyOf(answer), everyMs).then(() => {
		response.end();
	});
	return answer.status;
}

/** Ends early when the caller has gone, or the server closes. */
async function drip(to: Socket | ServerResponse, bytes: Buffer, everyMs: number): Promise<void> {
	const gone = new AbortController();
	void once(to, 'close', { signal: gone.signal }).then(
		() => {
			gone.abort();
		},
		() => undefined,
	);
	const isOpen = () => !gone.signal.aborted && to.writable;
	for (let at = 0; at < bytes.length && isOpen(); at++) {
		to.write(bytes.subarray(at, at + 1));
		await sleep(everyMs, undefined, { signal: gone.signal }).catch(() => undefined);
	}
	gone.abort();
}

function headOf(answer: WholeAnswer): Buffer {
	const { status } = answer;
	const lines = Object.entries({ ...headersOf(answer), connection: 'close' });
	return Buffer.from(
		[
			`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
			...lines.map(([name, value]) => `${name}: ${value}`),
			'\r\n',
		].join('\r\n'),
	);
}

function bodyOf({ body, isHead }: WholeAnswer): Buffer {
	return isHead === true ? Buffer.alloc(0) : body;
}

// HEAD keeps the length that GET would have; 204 and 304 have none.
function headersOf({ status, headers, body, isHead }: WholeAnswer): Record<string, string> {
	if (isHead === true || status === 204 || status === 304) return { ...headers };
	return { ...headers, 'content-length': String(body.length) };
}
