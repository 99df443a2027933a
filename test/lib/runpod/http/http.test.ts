import { execFileSync } from 'node:child_process';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSend, HttpFailure } from '../../../../lib/runpod/http/http';
import { version } from '../../../../package.json';
import { serverCertificate } from '../../../storage/server/certificates';

let server: Server | undefined;

afterEach(() => {
	server?.closeAllConnections();
	server?.close();
	server = undefined;
});

async function serve(listener: RequestListener): Promise<string> {
	const started = createServer(listener);
	server = started;
	await new Promise<void>((ready) => started.listen(0, '127.0.0.1', ready));
	const address = started.address();
	return `http://127.0.0.1:${String(typeof address === 'object' && address ? address.port : 0)}`;
}

describe('the one egress', () => {
	it('sends what it is given, under its own name', async () => {
		let seen: IncomingMessage['headers'] = {};
		let body = '';
		const url = await serve((request, response) => {
			seen = request.headers;
			request.on('data', (chunk) => (body += String(chunk)));
			request.on('end', () => response.setHeader('retry-after', '3').end('well'));
		});

		const headers = { authorization: 'Bearer key' };
		const answer = await createSend()({ method: 'POST', url, headers, body: '{}' });

		expect(answer).toEqual({ status: 200, text: 'well', retryAfter: '3' });
		expect(body).toBe('{}');
		expect(seen).toMatchObject({
			authorization: 'Bearer key',
			'user-agent': `n8n-nodes-wan-avatar/${version}`,
			'accept-encoding': 'identity',
		});
	});

	it('does not follow a redirect', async () => {
		let requests = 0;
		const url = await serve((_request, response) => {
			requests += 1;
			response.writeHead(302, { location: 'https://elsewhere.example.com/' }).end();
		});

		const answer = await createSend()({ method: 'GET', url, headers: {} });

		expect(answer.status).toBe(302);
		expect(requests).toBe(1);
	});

	it('keeps a connection for the next requests', async () => {
		let connections = 0;
		const url = await serve((_request, response) => response.end());
		server?.on('connection', () => (connections += 1));

		for (let i = 0; i < 9; i++) await createSend()({ method: 'GET', url, headers: {} });

		expect(connections).toBeLessThanOrEqual(2);
	});

	it('says that nothing was sent when there was no connection', async () => {
		const failure = await createSend()({
			method: 'POST',
			url: 'http://127.0.0.1:9',
			headers: {},
		}).catch((error: unknown) => error);

		expect(failure).toBeInstanceOf(HttpFailure);
		expect(failure).toMatchObject({ code: 'ECONNREFUSED', sent: false });
	});

	it('says that something may have been sent when the connection was cut', async () => {
		const url = await serve((request) => request.socket.destroy());

		const failure = await createSend()({ method: 'POST', url, headers: {}, body: '{}' }).catch(
			(error: unknown) => error,
		);

		expect(failure).toMatchObject({ sent: true });
	});

	it('reads no more than 20 MB of an answer', async () => {
		const url = await serve((_request, response) => {
			response.end(Buffer.alloc(21 * 1024 * 1024));
		});

		const failure = await createSend()({ method: 'GET', url, headers: {} }).catch(
			(error: unknown) => error,
		);

		expect(failure).toMatchObject({ code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
	});

	it.each<[string, string, Buffer, string]>([
		['gzip', 'gzip', gzipSync('wéll'), 'wéll'],
		['X-GZIP', 'X-GZIP', gzipSync('wéll'), 'wéll'],
		['deflate', 'deflate', deflateSync('wéll'), 'wéll'],
		['deflate without its header', 'deflate', deflateRawSync('wéll'), 'wéll'],
		['br', 'br', brotliCompressSync('wéll'), 'wéll'],
		['one in another', 'gzip, br', brotliCompressSync(gzipSync('wéll')), 'wéll'],
		['identity', 'identity', Buffer.from('wéll'), 'wéll'],
		['gzip without its end', 'gzip', gzipSync('wéll').subarray(0, -8), 'wéll'],
		['gzip that is none', 'gzip', Buffer.from('wéll'), ''],
		['an empty body', 'gzip', Buffer.alloc(0), ''],
		['a byte order mark', 'identity', Buffer.from('\ufeffwéll'), 'wéll'],
	])('reads a body that was sent as %s', async (_what, encoding, body, text) => {
		const url = await serve((_request, response) => {
			response.writeHead(201, { 'content-encoding': encoding }).end(body);
		});

		const answer = await createSend()({ method: 'GET', url, headers: {} });

		expect(answer).toEqual({ status: 201, text });
	});

	it.each([
		['gzip', gzipSync(Buffer.alloc(60 * 1024 * 1024))],
		['br', brotliCompressSync(Buffer.alloc(60 * 1024 * 1024), { params: { 1: 1 } })],
	])('unpacks no more than 20 MB of %s', async (encoding, body) => {
		const url = await serve((_request, response) => {
			response.writeHead(200, { 'content-encoding': encoding }).end(body);
		});

		const failure = await createSend()({ method: 'GET', url, headers: {} }).catch(
			(error: unknown) => error,
		);

		expect(failure).toMatchObject({ code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE', sent: true });
	});

	it.each<[string, RequestListener, string]>([
		[
			'never ends',
			(_request, response) => {
				response.writeHead(202, { 'retry-after': '3' }).write('{"id":1}');
			},
			'ANSWER_TOO_SLOW',
		],
		[
			'is cut by a close',
			({ socket }) => {
				const head = 'HTTP/1.1 202 Accepted\r\nretry-after: 3\r\ncontent-length: 500';
				socket.end(`${head}\r\n\r\n{"id":1}`);
			},
			'UND_ERR_SOCKET',
		],
		[
			'is cut, and packed',
			({ socket }) => {
				const head = 'HTTP/1.1 202 Accepted\r\nretry-after: 3\r\ncontent-encoding: gzip';
				socket.write(`${head}\r\ncontent-length: 500\r\n\r\n`);
				socket.end(gzipSync('{"id":1}'));
			},
			'UND_ERR_SOCKET',
		],
	])('keeps what came of a body that %s', async (_what, listener, code) => {
		const url = await serve(listener);

		const failure = await createSend({ wholeMs: 400 })({ method: 'POST', url, headers: {} }).catch(
			(error: unknown) => error,
		);

		const partial = { status: 202, text: '{"id":1}', retryAfter: '3' };
		expect(failure).toMatchObject({ code, sent: true, partial });
	});

	it.each<[string, RequestListener]>([
		[
			'drips its body',
			(_request, response) => {
				const drip = setInterval(() => response.write(' '), 50);
				response.on('close', () => {
					clearInterval(drip);
				});
			},
		],
		[
			'drips its status line',
			({ socket }) => {
				const line = Array.from('HTTP/1.1 200 OK well, well, well, well, well, well').values();
				const drip = setInterval(() => socket.write(String(line.next().value)), 50);
				socket.on('close', () => {
					clearInterval(drip);
				});
			},
		],
		['is silent', () => undefined],
	])('ends a request to a host that %s, within its limit', async (_what, listener) => {
		const url = await serve(listener);
		const startedAtMs = performance.now();

		const failure = await createSend({ wholeMs: 400 })({ method: 'POST', url, headers: {} }).catch(
			(error: unknown) => error,
		);

		expect(failure).toMatchObject({ code: 'ANSWER_TOO_SLOW', sent: true });
		expect(performance.now() - startedAtMs).toBeLessThan(3000);
	});

	it.each<[string, (socket: Socket) => void]>([
		['speaks no TLS', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
		['resets the connection in the handshake', (socket) => socket.resetAndDestroy()],
		['closes the connection in the handshake', (socket) => socket.destroy()],
	])('says that nothing was sent to a host that %s', async (_what, greet) => {
		const url = await serve(() => undefined);
		server?.on('connection', (socket: Socket) => {
			socket.on('error', () => undefined);
			socket.once('data', () => {
				greet(socket);
			});
		});

		const secure = url.replace('http:', 'https:');
		const failure = await createSend()({
			method: 'POST',
			url: secure,
			headers: {},
			body: '{}',
		}).catch((error: unknown) => error);

		expect(failure).toMatchObject({ sent: false });
	});

	it('says that nothing was sent to a host whose certificate is not trusted', async () => {
		const secure = createSecureServer(serverCertificate('self-signed'), (_request, response) =>
			response.end(),
		);
		await new Promise<void>((ready) => secure.listen(0, '127.0.0.1', ready));
		const address = secure.address();
		const port = typeof address === 'object' && address ? address.port : 0;

		const failure = await createSend()({
			method: 'POST',
			url: `https://127.0.0.1:${String(port)}`,
			headers: {},
			body: '{}',
		}).catch((error: unknown) => error);
		secure.closeAllConnections();
		secure.close();

		expect(failure).toMatchObject({ sent: false });
	});

	it('can be stopped', async () => {
		const url = await serve(() => undefined);
		const stop = new AbortController();
		const asked = createSend()({ method: 'GET', url, headers: {}, signal: stop.signal }).catch(
			(error: unknown) => error,
		);
		stop.abort();

		expect(await asked).toBeInstanceOf(HttpFailure);
	});
});

// Processes of their own: Jest's environment has another globalThis, and the proxy settings are read once.
describe('in a process of its own', () => {
	const run = (script: string, env: NodeJS.ProcessEnv = {}): unknown => {
		const options = { encoding: 'utf8', timeout: 20_000, env: { ...process.env, ...env } } as const;
		return JSON.parse(execFileSync(process.execPath, ['--import', 'tsx', '-e', script], options));
	};

	it("leaves Node's own fetch and its dispatcher alone", () => {
		const seen = run(`(async () => {
			const { createSend } = await import('./lib/runpod/http/http.ts');
			await createSend()({ method: 'GET', url: 'http://127.0.0.1:9', headers: {} }).catch(() => {});
			const { Agent } = await import('undici');
			const names = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'];
			const ours = names.filter((name) => globalThis[Symbol.for(name)] instanceof Agent);
			const answer = await fetch('data:,well');
			console.log(JSON.stringify({ ours, fetched: await answer.text() }));
		})()`);

		expect(seen).toEqual({ ours: [], fetched: 'well' });
	});

	/** Asks through a proxy that meets CONNECT so, and tells what came of it and what the proxy was asked. */
	const askThroughProxy = (connect: string) =>
		run(
			`(async () => {
				const { createServer } = await import('node:http');
				const asked = [];
				const proxy = createServer();
				proxy.on('connect', (request, socket) => {
					asked.push(request.url);
					${connect}
				});
				await new Promise((ready) => proxy.listen(0, '127.0.0.1', ready));
				process.env.http_proxy = process.env.https_proxy = 'http://127.0.0.1:' + proxy.address().port;
				const { createSend } = await import('./lib/runpod/http/http.ts');
				const request = { method: 'POST', url: 'http://runpod.example.com/v2', headers: {}, body: '{}' };
				const { status, text, code, sent } = await createSend()(request).catch((error) => error);
				console.log(JSON.stringify({ asked, status, text, code, sent }));
				process.exit();
			})()`,
			{ no_proxy: '', NO_PROXY: '' },
		);

	it("goes through the environment's proxy", () => {
		const tunnel = `
			socket.write('HTTP/1.1 200 OK\\r\\n\\r\\n');
			socket.once('data', () => socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 8\\r\\n\\r\\nby proxy'));`;

		expect(askThroughProxy(tunnel)).toEqual({
			asked: ['runpod.example.com:80'],
			status: 200,
			text: 'by proxy',
		});
	});

	it.each([
		['closes the connection', 'socket.destroy();'],
		['refuses', "socket.end('HTTP/1.1 403 Forbidden\\r\\n\\r\\n');"],
	])('fails, once, when the proxy %s', (_how, connect) => {
		expect(askThroughProxy(connect)).toEqual({
			asked: ['runpod.example.com:80'],
			code: 'PROXY_REFUSED',
			sent: false,
		});
	});
});
