import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeQueues, openQueue, until } from './queueClient';

let receiver: Server;
let url: string;
let received: { body: unknown; headers: IncomingHttpHeaders; at: number }[];
/** The statuses that the receiver answers, in turn; 200 when there are no more. */
let answers: number[];

beforeEach(async () => {
	received = [];
	answers = [];
	receiver = createServer((request, response) => {
		let text = '';
		request.setEncoding('utf8');
		request.on('data', (chunk: string) => (text += chunk));
		request.on('end', () => {
			received.push({ body: JSON.parse(text), headers: request.headers, at: Date.now() });
			response.writeHead(answers.shift() ?? 200).end();
		});
	});
	await new Promise<void>((resolve) => {
		receiver.listen(0, '127.0.0.1', resolve);
	});
	const address = receiver.address();
	url = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}/hook/secret`;
});

afterEach(async () => {
	await closeQueues();
	await new Promise((resolve) => receiver.close(resolve));
});

describe('a webhook', () => {
	it('gets the status body with the input and its own URL', async () => {
		const client = await openQueue();
		const id = await client.submit({ prompt: 'wave' }, { webhook: url });
		await until(() => received.length === 1);
		const status = (await client.status(id)).json;
		expect(received[0]?.body).toEqual({ ...status, input: { prompt: 'wave' }, webhook: url });
		expect(received[0]?.headers).toMatchObject({
			'content-type': 'application/json',
			'user-agent': 'Go-http-client/2.0',
			traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
		});
	});

	it.each([
		[{ kind: 'failed', error: 'no' }, 'FAILED'],
		[{ kind: 'timedOut' }, 'TIMED_OUT'],
		[{ kind: 'cancelled' }, 'CANCELLED'],
	] as const)('is called for every end: %j', async (outcome, status) => {
		const client = await openQueue();
		client.api.script(outcome);
		const id = await client.submit({ prompt: 'wave' }, { webhook: url });
		await until(() => received.length === 1);
		expect(received[0]?.body).toMatchObject({ id, status });
	});

	it('is called twice more when it is not answered with 2xx, and the job stays as it is', async () => {
		answers = [500, 302, 404, 200];
		const client = await openQueue({ timeFactor: 0.02 });
		const id = await client.submit({ prompt: 'wave' }, { webhook: url });
		await until(() => received.length === 3);
		const [first, second, third] = received.map(({ at }) => at);
		expect(Number(second) - Number(first)).toBeGreaterThanOrEqual(95);
		expect(Number(third) - Number(second)).toBeGreaterThanOrEqual(290);
		await new Promise((resolve) => setTimeout(resolve, 500));
		expect(received).toHaveLength(3);
		expect((await client.status(id)).json.status).toBe('COMPLETED');
	});

	it('is called no more once it took the call', async () => {
		answers = [503, 204];
		const client = await openQueue({ timeFactor: 0.001 });
		await client.submit({ prompt: 'wave' }, { webhook: url });
		await until(() => received.length === 2);
		await new Promise((resolve) => setTimeout(resolve, 200));
		expect(received).toHaveLength(2);
	});

	it('is not called for a job that is lost, nor after the queue was closed', async () => {
		const client = await openQueue({ timeFactor: 0.2 });
		client.api.script({ kind: 'lost', times: 1 });
		await client.untilGone(await client.submit({ prompt: 'lost' }, { webhook: url }));
		answers = [500];
		await client.submit({ prompt: 'kept' }, { webhook: url });
		await until(() => received.length === 1);
		await client.api.close();
		await new Promise((resolve) => setTimeout(resolve, 1300));
		expect(received).toMatchObject([{ body: { input: { prompt: 'kept' } } }]);
	});
});
