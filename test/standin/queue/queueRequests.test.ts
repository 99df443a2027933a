import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { apiKey, closeQueues, endpointId, openQueue } from './queueClient';

afterEach(closeQueues);

const input = { prompt: 'wave' };

describe('the caller', () => {
	it('is let in with the key after Bearer and with the raw key', async () => {
		const client = await openQueue();
		for (const authorization of [`Bearer ${apiKey}`, apiKey]) {
			const reply = await client.send('GET', '/health', undefined, { authorization });
			expect(reply.status).toBe(200);
		}
	});

	it('is turned away without a key and with a wrong one', async () => {
		const client = await openQueue();
		const without = await client.post('/run', { input }, { authorization: '' });
		const wrong = await client.post('/run', { input }, { authorization: 'Bearer other' });
		expect([without.status, without.json]).toEqual([
			401,
			{ status: 401, title: 'Unauthorized', detail: 'no token provided' },
		]);
		expect([wrong.status, wrong.json]).toEqual([
			401,
			{ status: 401, title: 'Unauthorized', detail: 'invalid api key' },
		]);
		expect(client.api.jobs()).toEqual([]);
	});

	it('is turned away by the edge when it does not name itself', async () => {
		const { api } = await openQueue();
		const url = `${api.baseUrl}/${endpointId}/health`;
		const status = await new Promise((resolve, reject) => {
			const headers = { authorization: apiKey };
			request(url, { headers, agent: false }, (response) => {
				response.resume();
				resolve(response.statusCode);
			})
				.on('error', reject)
				.end();
		});
		expect(status).toBe(403);
		expect(api.calls('health')[0]).toMatchObject({ status: 403 });
	});
});

describe('the path', () => {
	it('must name the endpoint', async () => {
		const { api } = await openQueue();
		const response = await fetch(`${api.baseUrl}/other/health`, {
			headers: { authorization: apiKey },
		});
		expect(response.status).toBe(404);
		expect(await response.json()).toEqual({
			status: 404,
			title: 'Not Found',
			detail: 'endpoint not found',
		});
	});

	it.each(['/status-sync', '/status', '/run/x', '/nothing', '/openai/v1/models'])(
		'%s is no route, and is recorded as unknown',
		async (path) => {
			const client = await openQueue();
			expect((await client.get(path)).status).toBe(404);
			expect(client.api.calls('unknown')).toMatchObject([{ status: 404, method: 'GET' }]);
		},
	);

	it('takes only the methods of its route', async () => {
		const client = await openQueue();
		const reply = await client.get('/run');
		expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST']);
		expect(client.api.calls('unknown')).toHaveLength(1);
	});

	it('takes only the query fields of its route', async () => {
		const client = await openQueue();
		expect((await client.get('/health?verbose=1')).status).toBe(400);
	});

	it('of a job that never was answers that the job is not found', async () => {
		const client = await openQueue();
		const body = { status: 404, title: 'Not Found', detail: 'job not found' };
		expect((await client.get('/status/no-such-job')).json).toEqual(body);
		expect((await client.post('/cancel/no-such-job')).json).toEqual(body);
		expect((await client.post('/retry/no-such-job')).json).toEqual(body);
		expect((await client.get('/stream/no-such-job')).json).toEqual(body);
		expect((await client.get('/status-sync/no-such-job')).json).toEqual(body);
	});
});

describe('the body of /run', () => {
	it('may hold every field of the contract, and gets an id', async () => {
		const client = await openQueue();
		const reply = await client.post('/run', {
			input: {
				user_id: 'u',
				avatar_id: 'a',
				image_minio_path: 'p',
				image_url: 'p',
				image_base64: 'p',
				driving_video_path: 'd',
				driving_video_url: 'd',
				driving_video_base64: 'd',
				template_id: 't',
				output_video_key: 'v',
				output_thumbnail_key: 't',
				prompt: 'p',
				negative_prompt: 'n',
			},
			webhook: 'http://127.0.0.1:9/hook',
			policy: { executionTimeout: 5000, ttl: 10_000, lowPriority: false },
			s3Config: { accessId: '', accessSecret: '', bucketName: '', endpointUrl: '' },
		});
		expect(reply.status).toBe(200);
		expect(reply.json).toEqual({
			id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-u1$/),
			status: 'IN_QUEUE',
		});
	});

	it.each([
		['no JSON', '{"input":', 'not valid JSON'],
		['no object', [1], 'body must be an object'],
		['no input', {}, 'input must be an object'],
		['an input that is a list', { input: [1] }, 'input must be an object'],
		['an unknown top-level field', { input, webhookV2: 'x' }, 'in body: webhookV2'],
		['an unknown policy field', { input, policy: { priority: 1 } }, 'in policy: priority'],
		['an unknown s3Config field', { input, s3Config: { key: 'x' } }, 'in s3Config: key'],
		['a short execution timeout', { input, policy: { executionTimeout: 4999 } }, '5000'],
		[
			'a broken execution timeout',
			{ input, policy: { executionTimeout: '5000' } },
			'executionTimeout',
		],
		['a short ttl', { input, policy: { ttl: 9999 } }, '10000'],
		['a long ttl', { input, policy: { ttl: 604_800_001 } }, '604800000'],
		['a priority that is no boolean', { input, policy: { lowPriority: 1 } }, 'lowPriority'],
		['a webhook that is no URL', { input, webhook: 'hook' }, 'webhook'],
	])('is refused with %s', async (_, body, detail) => {
		const client = await openQueue();
		const reply = await client.post('/run', body);
		expect(reply.status).toBe(400);
		expect(reply.json).toMatchObject({ status: 400, title: 'Bad Request' });
		expect(reply.json.detail).toContain(detail);
		expect(client.api.jobs()).toEqual([]);
	});

	it('may hold an input that no worker knows: the worker decides', async () => {
		const client = await openQueue({ handler: ({ input }) => Promise.resolve({ input }) });
		const id = await client.submit({ steps: 7 });
		expect((await client.statusWhen(id, 'COMPLETED')).output).toEqual({ input: { steps: 7 } });
	});

	it('may hold an empty input, which the worker never answers', async () => {
		const client = await openQueue();
		const id = await client.submit({});
		expect(await client.statusWhen(id, 'FAILED')).toMatchObject({
			error: 'job timed out after 1 retries',
			retries: 1,
		});
		expect((await client.get('/health')).json.jobs).toMatchObject({ failed: 1, retried: 1 });
	});

	it('must be called JSON', async () => {
		const client = await openQueue();
		const text = await client.post('/run', { input }, { 'content-type': 'text/plain' });
		const json = await client.post(
			'/run',
			{ input },
			{ 'content-type': 'application/json; charset=utf-8' },
		);
		expect([text.status, json.status]).toEqual([415, 200]);
	});

	it('may be 10 MiB long and no byte longer, and 20 MiB for /runsync', async () => {
		const client = await openQueue();
		const mebibytes = (count: number, extraBytes: number): string => {
			const frame = JSON.stringify({ input: { image_base64: '' } });
			const fill = 'A'.repeat(count * 1024 * 1024 + extraBytes - frame.length);
			return frame.replace('""', `"${fill}"`);
		};
		expect((await client.post('/run', mebibytes(10, 0))).status).toBe(200);
		const tooLarge = await client.post('/run', mebibytes(10, 1));
		expect(tooLarge.status).toBe(413);
		expect(tooLarge.json).toMatchObject({ status: 413 });
		expect((await client.post('/runsync', mebibytes(20, 0))).status).toBe(200);
		expect((await client.post('/runsync', mebibytes(20, 1))).status).toBe(413);
	});
});

describe('the record of calls', () => {
	it('keeps route, job, path, body, headers and status, until it is cleared', async () => {
		const client = await openQueue();
		const id = await client.submit();
		await client.get(`/status/${id}?ttl=60000`);
		expect(client.api.calls()).toMatchObject([
			{
				method: 'POST',
				route: 'run',
				path: `/v2/${endpointId}/run`,
				body: { input },
				headers: { authorization: `Bearer ${apiKey}`, 'user-agent': 'queue-test/1.0' },
				status: 200,
			},
			{ method: 'GET', route: 'status', jobId: id, body: undefined, status: 200 },
		]);
		expect(client.api.calls('status')[0]?.path).toBe(`/v2/${endpointId}/status/${id}?ttl=60000`);
		client.api.clearCalls();
		expect(client.api.calls()).toEqual([]);
	});
});

describe('the rate limit', () => {
	it('answers 429 with Retry-After to the third purge within ten seconds', async () => {
		const client = await openQueue();
		const replies = [];
		for (let sent = 0; sent < 3; sent++) replies.push(await client.post('/purge-queue'));
		expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
		expect(Number(replies[2]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
		expect(Number(replies[2]?.headers.get('retry-after'))).toBeLessThanOrEqual(10);
	});

	it('counts each operation for itself', async () => {
		const client = await openQueue();
		for (let sent = 0; sent < 3; sent++) await client.post('/purge-queue');
		expect((await client.post('/run', { input })).status).toBe(200);
	});

	it('holds back the 21st cancel that comes while twenty are under way, or the 101st in ten seconds', async () => {
		const client = await openQueue();
		const cancels = Array.from({ length: 101 }, () => client.post('/cancel/none'));
		const statuses = (await Promise.all(cancels)).map(({ status }) => status);
		expect(statuses).toContain(404);
		expect(statuses).toContain(429);
	});

	it('can be turned off', async () => {
		const client = await openQueue({ rateLimits: false });
		const replies = [];
		for (let sent = 0; sent < 5; sent++) replies.push(await client.post('/purge-queue'));
		expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
	});
});
