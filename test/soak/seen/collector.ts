import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod/v4';

const optionalText = z.string().nullish();
const details = z
	.looseObject({
		code: optionalText,
		remedy: optionalText,
		avatar_id: optionalText,
		job_id: optionalText,
		output_video_key: optionalText,
	})
	.optional();

/** An item as a workflow of the soak gave it. */
export const outItem = z.looseObject({
	avatar_id: optionalText,
	job_id: optionalText,
	status: optionalText,
	video_url: optionalText,
	minio_key: optionalText,
	output_video_key: optionalText,
	failure_reason: optionalText,
	error: optionalText,
	details,
});
export type OutItem = z.output<typeof outItem>;

const report = z.object({ executionId: z.string(), item: outItem });
const asked = z.object({ avatar_id: z.string() });
const beganReport = z.object({
	executionId: z.string(),
	item: z.looseObject({
		'Avatar ID': z.string().optional(),
		body: z.object({ requests: z.array(asked) }).optional(),
	}),
});

/** What the workflows tell, and ask for. */
export interface Listener {
	began: (ids: readonly string[], executionId: string) => void;
	submitted: (item: OutItem, executionId: string) => void;
	result: (item: OutItem, executionId: string) => void;
	/** The items of a scheduled run. */
	batch: (executionId: string) => Promise<object[]>;
}

export interface Collector {
	url: string;
	close: () => Promise<void>;
}

/** Listens on 127.0.0.1 to what the workflows tell. */
export async function startCollector(listener: Listener): Promise<Collector> {
	const server = createServer((request, response) => {
		answer(request, listener).then(
			(body) => {
				send(response, 200, body);
			},
			(error: unknown) => {
				send(response, 500, { error: String(error) });
			},
		);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	if (typeof address !== 'object' || !address) throw new Error('the collector has no port');
	return {
		url: `http://127.0.0.1:${String(address.port)}`,
		close: async () => {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}

async function answer(request: IncomingMessage, listener: Listener): Promise<unknown> {
	const [, kind = '', rest = ''] = (request.url ?? '').split('/');
	if (kind === 'batch') return await listener.batch(rest);
	const body: unknown = JSON.parse(await text(request));
	if (kind === 'began') {
		const { executionId, item } = beganReport.parse(body);
		listener.began(idsOf(item), executionId);
	} else {
		const { executionId, item } = report.parse(body);
		if (kind === 'submitted') listener.submitted(item, executionId);
		else listener.result(item, executionId);
	}
	return {};
}

function idsOf(item: z.output<typeof beganReport>['item']): string[] {
	const { body } = item;
	return body ? body.requests.map(({ avatar_id }) => avatar_id) : [item['Avatar ID'] ?? ''];
}

function send(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
