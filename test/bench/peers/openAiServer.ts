import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import * as z from 'zod/v4';

export interface OpenAiServer {
	/** What the credential's Base URL is set to. */
	baseUrl: string;
	close: () => void;
}

const VIDEO = 'examples/media/driving-video.mp4';

/** The three calls of OpenAI's video API that n8n's node makes, where each job takes equally long and none waits for another. */
export async function startOpenAiServer(runMs: number): Promise<OpenAiServer> {
	const endsAtMs = new Map<string, number>();

	const answer = (request: IncomingMessage, response: ServerResponse) => {
		const [, id = '', rest] = /^\/v1\/videos\/([\w-]+)(\/content)?$/.exec(request.url ?? '') ?? [];
		const endMs = endsAtMs.get(id);
		if (request.method === 'POST' && request.url === '/v1/videos') {
			const made = randomUUID();
			endsAtMs.set(made, performance.now() + runMs);
			send(response, 200, { id: made, object: 'video', status: 'queued' });
		} else if (request.method !== 'GET' || endMs === undefined) {
			send(response, 404, { error: { message: 'There is no such video' } });
		} else if (rest !== undefined) {
			response.writeHead(200, { 'content-type': 'video/mp4' });
			createReadStream(VIDEO).pipe(response);
		} else {
			const status = performance.now() < endMs ? 'in_progress' : 'completed';
			send(response, 200, { id, object: 'video', status });
		}
	};
	const server = createServer((request, response) => {
		// A body is read to its end before the answer, as a real server does.
		request.on('end', () => {
			answer(request, response);
		});
		request.resume();
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = z.object({ port: z.number() }).parse(server.address());
	return {
		baseUrl: `http://127.0.0.1:${String(port)}/v1`,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}

function send(response: ServerResponse, status: number, body: object): void {
	response.writeHead(status, { 'content-type': 'application/json' });
	response.end(JSON.stringify(body));
}
