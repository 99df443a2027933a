import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createBucket, type Bucket } from '../../lib/storage/bucket';
import { parseStorageSettings } from '../../lib/storage/settings';
import { clock } from '../storage/clock';

const MEGABYTE = 1024 * 1024;
const SILENCE_MS = 300;
const WHOLE_MS = 900;

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let handler: Handler;
let bucket: Bucket;
/** Requests that are neither answered nor cut. */
let open = 0;
let connections = 0;

beforeAll(async () => {
	server = createServer((request, response) => {
		open++;
		response.once('close', () => open--);
		handler(request, response);
	});
	server.on('connection', () => connections++);
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	bucket = bucketWith({});
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});
beforeEach(() => {
	connections = 0;
});

function portOf(one: { address: () => AddressInfo | string | null }): number {
	const address = one.address();
	return typeof address === 'object' && address ? address.port : 0;
}

function bucketWith({
	signal,
	silenceMs = SILENCE_MS,
}: {
	signal?: AbortSignal;
	silenceMs?: number;
}): Bucket {
	const settings = parseStorageSettings({
		endpoint: `http://127.0.0.1:${String(portOf(server))}`,
		accessKey: 'access',
		secretKey: 'secret-key',
		bucket: 'avatars',
	});
	const limits = { silenceMs, wholeMs: WHOLE_MS, perMegabyteMs: 100 };
	return createBucket(settings, clock, { signal, limits });
}

const facts = { etag: '"abc"', 'last-modified': new Date(0).toUTCString() };

/** A HEAD that is answered, and what comes of a GET. */
function objectOf(sizeBytes: number, get: Handler): Handler {
	return (request, response) => {
		if (request.method === 'GET') get(request, response);
		else response.writeHead(200, { ...facts, 'content-length': sizeBytes }).end();
	};
}

const silent: Handler = () => undefined;
/** One byte after the other, which is no silence. */
const dripping: Handler = (_request, response) => {
	response.writeHead(200, { ...facts, 'content-type': 'application/xml' });
	const timer = setInterval(() => response.write(' '), 50);
	response.once('close', () => {
		clearInterval(timer);
	});
};

const zeros = (sizeBytes: number) => Readable.from([Buffer.alloc(sizeBytes)]);

const deeds: [string, (bucket: Bucket) => Promise<unknown>][] = [
	['list', async ({ listPage }) => await listPage()],
	['stat', async ({ stat }) => await stat('a')],
	['getText', async ({ getText }) => await getText('a')],
	['getRange', async ({ getRange }) => await getRange('a', 0, 100)],
	['getStream', async ({ getStream }) => await getStream('a')],
	['putText', async ({ putText }) => await putText('a', '{}', 'application/json')],
	['remove', async ({ remove }) => await remove('a')],
	['check', async ({ check }) => await check()],
	[
		'put',
		async ({ put }) => {
			await put('a', zeros(10), 10, 'video/mp4');
		},
	],
	[
		'put in parts',
		async ({ put }) => {
			await put('a', zeros(6 * MEGABYTE), 6 * MEGABYTE, 'video/mp4');
		},
	],
];
const withAnswer = deeds.filter(([name]) => name !== 'stat' && name !== 'getStream');

async function timed<T>(work: Promise<T>): Promise<{ error: unknown; tookMs: number }> {
	const startMs = performance.now();
	const error: unknown = await work.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	return { error, tookMs: performance.now() - startMs };
}

async function untilClosed(): Promise<void> {
	for (let tries = 0; tries < 100 && open > 0; tries++) await delay(10);
	expect(open).toBe(0);
}

describe('a server that', () => {
	it.each(deeds)('never answers is given up, and its connection closed (%s)', async (_, deed) => {
		handler = silent;
		const { error, tookMs } = await timed(deed(bucket));

		expect(error).toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/^The object store at 127\.0\.0\.1:\d+ was silent for 0\.3 s/),
			remedy: expect.stringMatching(/Endpoint and port in the MinIO API credential/),
		});
		expect(tookMs).toBeLessThan(WHOLE_MS + 1000);
		await untilClosed();
	});

	it.each(withAnswer)('drips one byte after the other is given up, too (%s)', async (_, deed) => {
		handler = dripping;
		const { error, tookMs } = await timed(deed(bucket));

		expect(error).toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/took more than \d\.?\d* s to/),
		});
		expect(tookMs).toBeLessThan(WHOLE_MS * 3 + 1000);
		await untilClosed();
	});

	it('never reads an upload is given up', async () => {
		const unread: Socket[] = [];
		handler = ({ method, url, socket }, response) => {
			if (method === 'PUT') unread.push(socket.pause());
			else if (url?.includes('uploads'))
				response.end(
					'<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>',
				);
			else response.writeHead(204).end();
		};
		const size = 6 * MEGABYTE;
		const { error } = await timed(bucket.put('a', zeros(size), size, 'video/mp4'));
		expect(error).toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/was silent|took more than/),
		});
		// Who does not read does not hear of the end either.
		for (const socket of unread) socket.destroy();
		await untilClosed();
	});

	it('answers with 20 MB is cut', async () => {
		let sentBytes = 0;
		handler = (_request, response) => {
			response.writeHead(200, facts);
			const chunk = Buffer.alloc(64 * 1024, 'a');
			const more = () => {
				while (sentBytes < 20 * MEGABYTE && response.write(chunk)) sentBytes += chunk.length;
				response.once('drain', more);
			};
			more();
		};
		await expect(bucket.listPage()).rejects.toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/answered with more than 4096 kB/),
		});
		expect(sentBytes).toBeLessThan(12 * MEGABYTE);
		await untilClosed();
	});

	it('closes a connection just as it is asked is asked once more, for reads alone', async () => {
		const cutFirst = (): Handler => {
			let requests = 0;
			return ({ socket }, response) => {
				if (++requests === 1) socket.destroy();
				else response.writeHead(200, { ...facts, 'content-length': 0 }).end();
			};
		};
		handler = cutFirst();
		expect(await bucket.stat('a')).toMatchObject({ tag: 'there' });
		handler = cutFirst();
		await expect(bucket.putText('a', 'b', 'text/plain')).rejects.toMatchObject({ code: 'STORAGE' });
	});
});

describe('Stop', () => {
	it.each(deeds)('cuts what is under way (%s)', async (_, deed) => {
		handler = silent;
		const stop = new AbortController();
		const running = timed(deed(bucketWith({ signal: stop.signal })));
		await delay(50);
		const stoppedMs = performance.now();
		stop.abort();
		const { error } = await running;

		expect(performance.now() - stoppedMs).toBeLessThan(200);
		expect(error).toMatchObject({
			code: 'STOPPED',
			message: expect.stringMatching(/^Stopped before the object store answered/),
		});
		await untilClosed();
	});

	it('starts nothing once it has come, and ends a pause before a repetition', async () => {
		let requests = 0;
		handler = (_request, response) => {
			requests++;
			response.writeHead(503).end();
		};
		const over = AbortSignal.abort();
		await expect(bucket.within(over).stat('a')).rejects.toMatchObject({ code: 'STOPPED' });
		expect(requests).toBe(0);

		const stop = new AbortController();
		const running = timed(bucket.within(stop.signal).stat('a'));
		await delay(100);
		stop.abort();
		const { error, tookMs } = await running;
		expect(error).toMatchObject({ code: 'STOPPED' });
		expect(tookMs).toBeLessThan(280);
		expect(requests).toBe(1);
	});

	it('is not the end of a view with a signal of its own', async () => {
		handler = (_request, response) => response.writeHead(200, facts).end();
		const stopped = bucketWith({ signal: AbortSignal.abort() });
		const note = new AbortController();
		expect(await stopped.within(note.signal).putText('a', '{}', 'application/json')).toBe(
			'written',
		);
		await expect(stopped.putText('a', '{}', 'application/json')).rejects.toMatchObject({
			code: 'STOPPED',
		});
	});
});

describe('many requests at once', () => {
	it('wait for their turn: 32 at a time, whatever bucket and view they come from', async () => {
		let underway = 0;
		let most = 0;
		handler = (_request, response) => {
			most = Math.max(most, ++underway);
			setTimeout(() => {
				underway--;
				response.writeHead(200, { ...facts, 'content-length': 1 }).end();
			}, 5);
		};
		// All of it runs in this one process, which so many keep busy.
		const patient = bucketWith({ silenceMs: 5000 });
		const view = patient.within(new AbortController().signal);
		const views = [patient, bucketWith({ silenceMs: 5000 }), view];
		const stats = Array.from({ length: 10_000 }, async (_, index) =>
			views[index % 3]?.stat(`a${String(index)}`),
		);
		for (const found of await Promise.all(stats)) expect(found?.tag).toBe('there');

		expect(most).toBe(32);
		expect(connections).toBeLessThanOrEqual(32);
	});

	it('are dropped at Stop while they wait, and their limits do not run before their turn', async () => {
		let requests = 0;
		handler = (_request, response) => {
			requests++;
			setTimeout(() => response.writeHead(200, { ...facts, 'content-length': 1 }).end(), 200);
		};
		const stop = new AbortController();
		const view = bucket.within(stop.signal);
		const dropped = Array.from({ length: 200 }, async () => await timed(view.stat('a')));
		const kept = Array.from({ length: 200 }, async () => await timed(bucket.stat('a')));
		await delay(100);
		stop.abort();

		for (const { error, tookMs } of await Promise.all(dropped)) {
			expect(error).toMatchObject({ code: 'STOPPED' });
			expect(tookMs).toBeLessThan(400);
		}
		const ends = await Promise.all(kept);
		expect(ends.filter(({ error }) => error !== undefined)).toEqual([]);
		expect(Math.max(...ends.map(({ tookMs }) => tookMs))).toBeGreaterThan(WHOLE_MS);
		expect(requests).toBe(232);
	});

	it('with files leave room for small ones', async () => {
		const held: ServerResponse[] = [];
		handler = objectOf(10, (_request, response) => {
			response.writeHead(200, { ...facts, 'content-length': 10 }).write('a');
			held.push(response);
		});
		const files = Array.from({ length: 40 }, async () => {
			const { content } = await bucket.getStream('a');
			return await buffer(content);
		});
		while (held.length < 24) await delay(5);
		expect(await bucket.stat('a')).toMatchObject({ tag: 'there' });
		expect(held).toHaveLength(24);
		handler = objectOf(10, (_request, response) =>
			response.writeHead(200, facts).end('abbbbbbbbb'),
		);
		for (const response of held) response.end('bbbbbbbbb');
		for (const file of await Promise.all(files)) expect(file.toString()).toBe('abbbbbbbbb');
	});
});

describe('a file that does not come whole is an error', () => {
	const read = async () => {
		const { content } = await bucket.getStream('a');
		return await buffer(content);
	};
	const gave = (bytes: string) => ({
		code: 'STORAGE',
		message: expect.stringMatching(new RegExp(`gave ${bytes} bytes of "a" and then ended$`)),
	});

	it.each<[string, Handler, unknown]>([
		[
			'that ends early, but cleanly',
			(_request, response) =>
				response.writeHead(200, { ...facts, 'content-length': 9000 }).end(Buffer.alloc(9000)),
			gave('9000 of 32848'),
		],
		[
			'that ends early without a length',
			(_request, response) => response.writeHead(200, facts).end(Buffer.alloc(9000)),
			gave('9000 of 32848'),
		],
		[
			'that is longer than it is',
			(_request, response) => response.writeHead(200, facts).end(Buffer.alloc(40_000)),
			gave('\\d+ of 32848'),
		],
		[
			'that is cut',
			(_request, response) => {
				response.writeHead(200, { ...facts, 'content-length': 32_848 });
				response.write(Buffer.alloc(9000), () => setTimeout(() => response.destroy(), 50));
			},
			gave('9000 of 32848'),
		],
		[
			'that stalls',
			(_request, response) =>
				response.writeHead(200, { ...facts, 'content-length': 32_848 }).write(Buffer.alloc(9000)),
			{ code: 'STORAGE', message: expect.stringMatching(/was silent for 0\.3 s/) },
		],
		[
			'that drips',
			(request, response) => {
				dripping(request, response);
			},
			{ code: 'STORAGE', message: expect.stringMatching(/took more than/) },
		],
	])('one %s', async (_what, get, expected) => {
		handler = objectOf(32_848, get);
		await expect(read()).rejects.toMatchObject(expected ?? {});
		await untilClosed();
	});

	it('but one that was put in its place since the look is not', async () => {
		handler = objectOf(32_848, (_request, response) =>
			response.writeHead(200, { ...facts, etag: '"new"' }).end('another one'),
		);
		expect((await read()).toString()).toBe('another one');
	});

	it('and a reader that is slower than the server has time', async () => {
		const bytes = Buffer.alloc(4 * MEGABYTE, 'wan avatar');
		handler = objectOf(bytes.length, (_request, response) =>
			response.writeHead(200, { ...facts, 'content-length': bytes.length }).end(bytes),
		);
		const { content } = await bucket.getStream('a');
		let readBytes = 0;
		for await (const chunk of content) {
			if (readBytes === 0) await delay(SILENCE_MS * 3);
			readBytes += Buffer.from(chunk).length;
		}
		expect(readBytes).toBe(bytes.length);
	});
});

describe('a conditional write', () => {
	const error = (code: string) => `<Error><Code>${code}</Code><Message>m</Message></Error>`;
	const answered = (status: number, body = ''): Handler => {
		return (request, response) => {
			request.resume();
			response.writeHead(status, { 'x-amz-request-id': '1' }).end(body);
		};
	};

	it.each<[string, Handler, string]>([
		['that is met', answered(200), 'written'],
		['that is not (412)', answered(412, error('PreconditionFailed')), 'changed'],
		['that is not, without a word', answered(412), 'changed'],
		['while another writes (409)', answered(409, error('ConditionalRequestConflict')), 'changed'],
		['over what is gone (404)', answered(404, error('NoSuchKey')), 'changed'],
		['that is not allowed', answered(403, error('AccessDenied')), 'denied'],
	])('%s', async (_what, answer, expected) => {
		handler = answer;
		const write = bucket.putText('a', '{}', 'application/json', { etag: 'abc' });
		expect(await write).toBe(expected);
	});

	it('names the ETag in quotes, or none at all', async () => {
		const headers: unknown[] = [];
		handler = (request, response) => {
			headers.push([request.headers['if-match'], request.headers['if-none-match']]);
			response.writeHead(200, facts).end();
		};
		const write = async (condition?: { etag: string | null }) =>
			await bucket.putText('a', '{}', 'application/json', condition);
		await write({ etag: 'abc' });
		await write({ etag: null });
		await write({ etag: '' });
		await write();
		expect(headers).toEqual([
			['"abc"', undefined],
			[undefined, '*'],
			[undefined, undefined],
			[undefined, undefined],
		]);
	});

	it('is made without the condition where the store says that it knows none (501)', async () => {
		const seen: unknown[] = [];
		handler = (request, response) => {
			const { 'if-match': match } = request.headers;
			seen.push(match);
			response.writeHead(match === undefined ? 200 : 501, { 'x-amz-request-id': '1' }).end();
		};
		const write = bucket.putText('a', '{}', 'application/json', { etag: 'abc' });
		expect(await write).toBe('written');
		expect(seen).toEqual(['"abc"', undefined]);
	});

	it('goes by the ETag that a read gave', async () => {
		for (const etag of ['"abc"', 'W/"abc"', 'abc']) {
			handler = (_request, response) => response.writeHead(200, { ...facts, etag }).end('{}');
			expect(await bucket.getText('a')).toMatchObject({ tag: 'there', text: '{}', etag: 'abc' });
		}
	});
});
