import { createServer, type ServerResponse } from 'node:http';

/** A server that takes every request and never answers, until it is told to. */
export interface SilentServer {
	url: string;
	/** Method and path of what came in. */
	requests: string[];
	/** Answers all that wait and all that come: yes to a cancel, which is repeated else, and 404 to all others. */
	wake: () => void;
	close: () => void;
}

export async function startSilentServer(): Promise<SilentServer> {
	const requests: string[] = [];
	const waiting = new Set<ServerResponse>();
	let isAwake = false;
	const answer = (response: ServerResponse) => {
		const isCancel = response.req.url?.includes('/cancel/') === true;
		response.writeHead(isCancel ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
	};
	const server = createServer(({ method = '', url = '' }, response) => {
		requests.push(`${method} ${url}`);
		if (isAwake) answer(response);
		else waiting.add(response);
	});
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const address = server.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	return {
		url: `http://127.0.0.1:${String(port)}`,
		requests,
		wake: () => {
			isAwake = true;
			for (const response of waiting) answer(response);
		},
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}
