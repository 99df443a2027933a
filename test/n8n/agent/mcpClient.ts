import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/v4';

/** As much of an MCP client as calling a tool takes: JSON-RPC over streamable HTTP. */
export interface McpClient {
	/** What the tool says, as text. */
	call: (tool: string, values: object) => Promise<string>;
}

const called = z.looseObject({
	result: z.object({ content: z.array(z.looseObject({ text: z.string() })) }),
});

/** Just after its workflow was published, the address answers 404 for a moment. */
export async function connectMcp(url: string): Promise<McpClient> {
	let id = 0;
	const send = async (method: string, params: object, session?: string): Promise<Response> => {
		id += 1;
		return await fetch(url, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				accept: 'application/json, text/event-stream',
				...(session ? { 'mcp-session-id': session } : {}),
			},
			body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
		});
	};
	const hello = {
		protocolVersion: '2025-03-26',
		capabilities: {},
		clientInfo: { name: 'test', version: '1' },
	};
	let answer = await send('initialize', hello);
	for (let tries = 0; answer.status === 404 && tries < 50; tries++) {
		await delay(100);
		answer = await send('initialize', hello);
	}
	const session = answer.headers.get('mcp-session-id') ?? undefined;
	await answer.text();
	return {
		call: async (name, values) => {
			const text = await (await send('tools/call', { name, arguments: values }, session)).text();
			const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
			return called
				.parse(JSON.parse(data))
				.result.content.map((part) => part.text)
				.join('');
		},
	};
}
