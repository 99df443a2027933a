import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** What stands between RunPod and n8n: callbacks pass, get lost or are kept, and what n8n answers is noted. */
export interface Way {
	/** n8n's public address. */
	url: string;
	/** Where n8n really is, each time. */
	leadsTo: (n8nUrl: () => string) => void;
	/** What RunPod got for the callbacks of an execution, in their order; 0 is no answer. */
	answers: (executionId: string) => readonly number[];
	/** From now on callbacks of this execution are taken and kept. */
	hold: (executionId: string) => void;
	/** Sends on what was kept, all at once. */
	release: (executionId: string) => Promise<number[]>;
	/** How often a workflow went on behind the node; it asks for `<url>/went-on/<name>` there. */
	wentOn: (name: string) => number;
	/** When it first did, in milliseconds since the epoch. */
	wentOnAtMs: (name: string) => number | undefined;
	close: () => Promise<void>;
}

interface Sent {
	method: string;
	path: string;
	body: Buffer;
}

/** Starts it on 127.0.0.1. */
export async function startWay(): Promise<Way> {
	const answers = new Map<string, number[]>();
	const kept = new Map<string, Sent[]>();
	const visits = new Map<string, number[]>();
	let n8nUrl = () => '';

	const pass = async ({ method, path, body }: Sent): Promise<number> => {
		try {
			const hasBody = method === 'POST' && body.length > 0;
			const answer = await fetch(`${n8nUrl()}${path}`, {
				method,
				headers: { 'content-type': 'application/json' },
				...(hasBody ? { body: new Uint8Array(body) } : {}),
			});
			await answer.arrayBuffer();
			return answer.status;
		} catch {
			return 0;
		}
	};

	const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
		const { method = '', url: path = '' } = request;
		const body = await buffer(request);
		const [, kind = '', name = ''] = /^\/([\w-]+)\/([^/?]+)/.exec(path) ?? [];
		if (kind === 'went-on') {
			visits.set(name, [...(visits.get(name) ?? []), Date.now()]);
			response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
			return;
		}
		const waiting = kept.get(name);
		if (waiting) {
			waiting.push({ method, path, body });
			response.writeHead(200).end();
			return;
		}
		const status = await pass({ method, path, body });
		answers.set(name, [...(answers.get(name) ?? []), status]);
		if (status === 0) response.destroy();
		else response.writeHead(status).end();
	};

	const server = createServer((request, response) => {
		serve(request, response).catch(() => response.destroy());
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (typeof address !== 'object' || !address) throw new Error('the way has no port');
	return {
		url: `http://127.0.0.1:${String(address.port)}`,
		leadsTo: (url) => {
			n8nUrl = url;
		},
		answers: (executionId) => answers.get(executionId) ?? [],
		hold: (executionId) => {
			kept.set(executionId, []);
		},
		release: async (executionId) => {
			const all = kept.get(executionId) ?? [];
			kept.delete(executionId);
			return await Promise.all(all.map(pass));
		},
		wentOn: (name) => visits.get(name)?.length ?? 0,
		wentOnAtMs: (name) => visits.get(name)?.[0],
		close: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}
