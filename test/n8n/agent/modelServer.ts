import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import * as z from 'zod/v4';
import type { NewCredential } from '../../../demo/n8n/rest';

const text = z.union([
	z.string(),
	z
		.array(z.looseObject({ text: z.string().default('') }))
		.transform((parts) => parts.map((part) => part.text).join('')),
]);
const message = z.looseObject({ role: z.string(), content: text.nullish() });
const asked = z.looseObject({
	messages: z.array(message),
	tools: z
		.array(
			z.looseObject({
				function: z.looseObject({
					name: z.string(),
					description: z.string(),
					parameters: z.looseObject({ properties: z.record(z.string(), z.unknown()) }),
				}),
			}),
		)
		.default([]),
});

/** What n8n sends to a model: the talk so far, and the tools that it may call. */
export type Asked = z.infer<typeof asked>;

export interface Call {
	name: string;
	values: Readonly<Record<string, unknown>>;
}

/** What the model says: words for the user, or calls of tools. */
export type Said = string | readonly Call[];

/** A server with the Chat Completions API of OpenAI, whose model says what a test tells it to. */
export interface ModelServer {
	credential: NewCredential;
	/** What is said next, in this order; a function is given what it was asked. */
	script: (...said: readonly (Said | ((asked: Asked) => Said))[]) => void;
	/** Everything that it was asked since the last script. */
	asked: () => readonly Asked[];
	close: () => Promise<void>;
}

export async function startModelServer(): Promise<ModelServer> {
	let said: readonly (Said | ((asked: Asked) => Said))[] = [];
	let seen: Asked[] = [];
	const server = createServer((request, response) => {
		void (async () => {
			const question = asked.parse(JSON.parse(await bodyOf(request)));
			const next = said[seen.length];
			seen.push(question);
			const answer = typeof next === 'function' ? next(question) : next;
			response.writeHead(answer === undefined ? 400 : 200, { 'content-type': 'application/json' });
			response.end(JSON.stringify(completion(answer ?? 'nothing is scripted')));
		})();
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (typeof address !== 'object' || !address) throw new Error('the server has no port');
	const url = `http://127.0.0.1:${String(address.port)}/v1`;
	return {
		credential: {
			name: 'Scripted model',
			type: 'openAiApi',
			data: { apiKey: 'sk-of-the-test', url, header: false },
		},
		script: (...lines) => {
			said = lines;
			seen = [];
		},
		asked: () => seen,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	let body = '';
	for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
	return body;
}

function completion(said: Said): object {
	const isText = typeof said === 'string';
	const spoken = isText ? { content: said } : { content: null, tool_calls: said.map(toolCall) };
	return {
		id: 'chatcmpl-1',
		object: 'chat.completion',
		created: Math.floor(Date.now() / 1000),
		model: 'scripted',
		choices: [
			{
				index: 0,
				message: { role: 'assistant', ...spoken },
				finish_reason: isText ? 'stop' : 'tool_calls',
			},
		],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}

let calls = 0;

function toolCall({ name, values }: Call): object {
	calls += 1;
	return {
		id: `call_${String(calls)}`,
		type: 'function',
		function: { name, arguments: JSON.stringify(values) },
	};
}
