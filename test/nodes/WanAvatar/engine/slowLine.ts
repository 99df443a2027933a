import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** A line to a server on which answers of more than a megabyte come slowly, but steadily. */
export interface SlowLine {
	url: string;
	/** Where it leads. */
	leadTo: (url: string) => void;
	/** How many large answers have come to their end. */
	ended: () => number;
	close: () => void;
}

const ALL_AT_ONCE_BYTES = 1_100_000;
const PIECES = 40;

/** A large answer takes so long. */
export async function startSlowLine(largeMs: number): Promise<SlowLine> {
	let target = '';
	let ended = 0;
	const pass = async (request: IncomingMessage, response: ServerResponse) => {
		const sent = await buffer(request);
		const { method = 'GET', headers, url = '' } = request;
		const { authorization = '' } = headers;
		const answer = await fetch(`${target}${url}`, {
			method,
			headers: { authorization, 'content-type': 'application/json' },
			...(method === 'POST' && { body: sent }),
		});
		const body = Buffer.from(await answer.arrayBuffer());
		response.writeHead(answer.status, { 'content-type': 'application/json' });
		response.write(body.subarray(0, ALL_AT_ONCE_BYTES));
		const rest = body.subarray(ALL_AT_ONCE_BYTES);
		const piece = Math.ceil(rest.length / PIECES);
		for (let at = 0; at < rest.length && !response.destroyed; at += piece) {
			await delay(largeMs / PIECES);
			response.write(rest.subarray(at, at + piece));
		}
		if (rest.length > 0 && !response.destroyed) ended += 1;
		response.end();
	};
	const server = createServer((request, response) => {
		// A line that is closed at the end of a test answers nobody.
		pass(request, response).catch(() => response.destroy());
	});
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	return {
		url: `http://127.0.0.1:${String(port)}`,
		leadTo: (url) => {
			target = url;
		},
		ended: () => ended,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}
