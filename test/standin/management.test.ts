import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
	type ManagementApi,
	type ManagementApiOptions,
	startManagementApi,
} from '../../standin/management/managementApi';
import { type QueueApi, startQueueApi } from '../../standin/queue/queueApi';
import { until } from './queue/queueClient';

jest.setTimeout(40_000);

const apiKey = 'rpa_test_key';
const container = { image: 'org/worker:1', env: { MODEL: 'wan', HF_TOKEN: 'hf_secret' } };
const gpu = { pools: ['AMPERE_80'] };
const scaling = { type: 'QUEUE_DELAY', queueDelay: 4 };
const endpointBody = {
	name: 'mine',
	type: 'QUEUE',
	...container,
	gpu,
	scaling,
	workers: { max: 1 },
};

let queue: QueueApi;
let management: ManagementApi;

beforeEach(async () => {
	await open();
});

afterEach(async () => {
	await close();
});

describe('a body', () => {
	it.each([
		['registries', { name: 'a', username: 'u' }, "$: missing property 'password'"],
		[
			'registries',
			{ name: 'a', username: 'u', password: '', registry: 'x' },
			"$: additional properties 'registry' not allowed",
		],
		['templates', { name: 'a' }, "$: missing property 'image'"],
		[
			'templates',
			{ name: 'a', image: 'b', volumeInGb: 20 },
			"$: additional properties 'volumeInGb' not allowed",
		],
		['templates', { name: 'a', image: 'b', disk: 0 }, '$.disk: minimum: got 0, want 1'],
		['serverless', { name: 'a', type: 'QUEUE', gpu, scaling }, "$: missing property 'image'"],
		[
			'serverless',
			{ ...endpointBody, executionTimeoutMs: 1 },
			"$: additional properties 'executionTimeoutMs' not allowed",
		],
		[
			'serverless',
			{ ...endpointBody, flashboot: true },
			"$.flashboot: value must be one of 'OFF', 'FLASHBOOT', 'PRIORITY_FLASHBOOT'",
		],
		['serverless', { ...endpointBody, gpu: { ids: [] } }, "$.gpu: missing property 'pools'"],
		[
			'serverless',
			{ ...endpointBody, workers: { min: 0, idleTimeout: 4000 } },
			'$.workers.idleTimeout: maximum: got 4000, want 3600',
		],
	])(
		'of POST /%s that is not as the file has it gets 422 that says why',
		async (path, body, error) => {
			const { status, headers, json } = await send('POST', `/${path}`, body);
			expect(status).toBe(422);
			expect(headers.get('content-type')).toBe('application/problem+json');
			expect(json).toMatchObject({ title: 'Unprocessable Entity', status: 422 });
			expect(json.errors).toContain(error);
		},
	);

	it.each([
		[{ ...endpointBody, gpu: { pools: ['AMPERE_8'] } }, 400, 'unknown GPU pool: AMPERE_8'],
		[
			{ ...endpointBody, cpu: [{ id: 'cpu5c', vcpuCount: 2 }] },
			400,
			'exactly one of gpu or cpu must be set',
		],
		[{ ...endpointBody, templateId: 'nowhere' }, 404, 'template not found'],
		[{ ...endpointBody, registry: 'nowhere' }, 404, 'registry credential not found'],
	])('that breaks a rule between fields is refused: %j', async (body, status, detail) => {
		expect(await send('POST', '/serverless', body)).toMatchObject({ status, json: { detail } });
		expect(management.contents().endpoints).toEqual([]);
	});
});

describe('the caller', () => {
	it('needs the key, and is told the limits on every answer', async () => {
		const wrong = await send('GET', '/templates', undefined, { authorization: 'Bearer other' });
		expect(wrong).toMatchObject({ status: 401, json: { detail: 'invalid api key' } });
		const { headers } = await send('GET', '/templates');
		expect(headers.get('ratelimit')).toMatch(/^"minute";r=59;t=\d+, "hour";r=2999;t=\d+, "day"/);
		expect(headers.get('ratelimit-policy')).toContain('"minute";q=60;w=60');
		expect(headers.get('x-request-id')).not.toBeNull();
	});

	it('gets 429 with Retry-After beyond the quota', async () => {
		await close();
		await open({ quotas: { minute: 1, hour: 10, day: 10 } });
		await send('GET', '/templates');
		const { status, headers } = await send('GET', '/templates');
		expect(status).toBe(429);
		expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
	});

	it('gets 405 with Allow for a method that a path does not take', async () => {
		const { status, headers } = await send('PATCH', '/registries/abc', {});
		expect([status, headers.get('allow')]).toEqual([405, 'GET, DELETE']);
	});
});

describe('names and secrets', () => {
	it('of registry auths are unique, and their secrets are never given out', async () => {
		const body = { name: 'hub', username: 'someone', password: 'secret' };
		const { json } = await send('POST', '/registries', body);
		expect(json).toEqual({ id: expect.any(String), name: 'hub' });
		expect((await send('GET', `/registries/${String(json.id)}`)).json).toEqual(json);
		expect(await send('POST', '/registries', body)).toMatchObject({ status: 400 });
		expect(management.contents().registries).toMatchObject([{ password: 'secret' }]);
	});

	it('of templates are unique, those of endpoints are not', async () => {
		await send('POST', '/templates', { name: 'a', image: 'b' });
		expect(await send('POST', '/templates', { name: 'a', image: 'b' })).toMatchObject({
			status: 400,
		});
		await send('POST', '/serverless', endpointBody);
		expect(await send('POST', '/serverless', endpointBody)).toMatchObject({ status: 201 });
	});

	it('of a registry auth that goes are lost to its templates', async () => {
		const body = { name: 'hub', username: 'someone', password: 'secret' };
		const { json } = await send('POST', '/registries', body);
		await send('POST', '/templates', { name: 'a', image: 'b', registry: json.id });
		expect((await send('DELETE', `/registries/${String(json.id)}`)).status).toBe(204);
		expect(management.contents().templates).toMatchObject([{ registry: null }]);
	});
});

describe('a template', () => {
	it('is applied once: what changes in it later does not reach the endpoint', async () => {
		const template = await send('POST', '/templates', {
			name: 'a',
			serverless: true,
			...container,
		});
		const { image, ...rest } = endpointBody;
		const body = { ...rest, env: { MODEL: 'other' }, templateId: template.json.id };
		const { json } = await send('POST', '/serverless', body);
		expect(json).toMatchObject({ image, env: { MODEL: 'other', HF_TOKEN: 'hf_secret' } });
		await send('PATCH', `/templates/${String(template.json.id)}`, { image: 'org/worker:2' });
		expect((await send('GET', `/serverless/${String(json.id)}`)).json.image).toBe('org/worker:1');
	});

	it('for pods is refused for an endpoint', async () => {
		const { json } = await send('POST', '/templates', { name: 'a', image: 'b' });
		const body = { ...endpointBody, templateId: json.id };
		expect((await send('POST', '/serverless', body)).status).toBe(422);
	});
});

describe('an endpoint', () => {
	it('is served by the queue API: unknown at first, then cold, then at work', async () => {
		await close();
		await open({ opensAfterMs: 300 });
		const { json } = await send('POST', '/serverless', endpointBody);
		const base = `${queue.baseUrl}/${String(json.id)}`;
		expect(await ask('GET', `${base}/health`)).toMatchObject({
			status: 404,
			json: { detail: 'endpoint not found' },
		});
		await until(async () => (await ask('GET', `${base}/health`)).status === 200);
		expect((await ask('GET', `${base}/health`)).json).toMatchObject({ workers: { ready: 0 } });
		expect(await finished(base)).toMatchObject({
			output: {
				minio_key: 'a.mp4',
				worker_image: 'org/worker:1',
				worker_env: { MODEL: 'wan', HF_TOKEN: '•••' },
			},
		});
	});

	it('rolls a new image out: the next job runs on it, and no worker is stale', async () => {
		const { json } = await send('POST', '/serverless', endpointBody);
		const base = `${queue.baseUrl}/${String(json.id)}`;
		await finished(base);
		await send('PATCH', `/serverless/${String(json.id)}`, { image: 'org/worker:2' });
		expect(await finished(base)).toMatchObject({ output: { worker_image: 'org/worker:2' } });
		const { json: workers } = await send('GET', `/serverless/${String(json.id)}/workers`);
		expect(workers).toMatchObject({
			endpointVersion: 2,
			summary: { total: 1 },
			workers: [{ image: 'org/worker:2', isStale: false }],
		});
	});

	it('keeps as many workers warm as it is told', async () => {
		const { json } = await send('POST', '/serverless', endpointBody);
		const base = `${queue.baseUrl}/${String(json.id)}`;
		await send('PATCH', `/serverless/${String(json.id)}`, { workers: { min: 1 } });
		await until(async () => {
			const { workers } = (await ask('GET', `${base}/health`)).json;
			return JSON.stringify(workers).includes('"ready":1');
		});
	});

	it('that is deleted is unknown to both APIs', async () => {
		const { json } = await send('POST', '/serverless', endpointBody);
		expect((await send('DELETE', `/serverless/${String(json.id)}`)).status).toBe(204);
		expect((await send('GET', `/serverless/${String(json.id)}`)).status).toBe(404);
		expect((await ask('GET', `${queue.baseUrl}/${String(json.id)}/health`)).status).toBe(404);
	});

	it('takes its template with it where templates are bound', async () => {
		await close();
		await open({ bindsTemplates: true });
		const template = await send('POST', '/templates', {
			name: 'a',
			serverless: true,
			...container,
		});
		const path = `/templates/${String(template.json.id)}`;
		const { json } = await send('POST', '/serverless', {
			...endpointBody,
			templateId: template.json.id,
		});
		expect((await send('DELETE', path)).status).toBe(400);
		await send('DELETE', `/serverless/${String(json.id)}`);
		expect((await send('GET', path)).status).toBe(404);
	});
});

describe('lists', () => {
	it('come newest first, and in pages where so set', async () => {
		await close();
		await open({ pageSize: 2 });
		for (const name of ['a', 'b', 'c']) await send('POST', '/templates', { name, image: 'i' });
		const first = (await send('GET', '/templates')).json;
		expect(first).toMatchObject({
			templates: [{ name: 'c' }, { name: 'b' }],
			pagination: { hasNextPage: true, nextCursor: '2' },
		});
		expect((await send('GET', '/templates?cursor=2')).json).toMatchObject({
			templates: [{ name: 'a' }],
			pagination: { hasNextPage: false, nextCursor: null },
		});
	});
});

async function open(options: Partial<ManagementApiOptions> = {}): Promise<void> {
	const handler = async () => Promise.resolve({ minio_key: 'a.mp4' });
	queue = await startQueueApi({ apiKey, endpointId: 'other', handler });
	management = await startManagementApi({
		apiKey,
		queue,
		handlerFor: () => handler,
		opensAfterMs: 0,
		...options,
	});
}

async function close(): Promise<void> {
	await Promise.all([management.close(), queue.close()]);
}

interface Reply {
	status: number;
	headers: Headers;
	json: Record<string, unknown>;
}

async function send(method: string, path: string, body?: object, headers = {}): Promise<Reply> {
	return await ask(method, `${management.baseUrl}${path}`, body, headers);
}

async function ask(method: string, url: string, body?: object, headers = {}): Promise<Reply> {
	const response = await fetch(url, {
		method,
		headers: {
			authorization: `Bearer ${apiKey}`,
			'content-type': 'application/json',
			...headers,
		},
		...(body && { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	const json: unknown = text === '' ? {} : JSON.parse(text);
	if (typeof json !== 'object' || json === null) throw new Error(`not an object: ${text}`);
	return { status: response.status, headers: response.headers, json: { ...json } };
}

/** Submits a job and polls it to its end. */
async function finished(base: string): Promise<Record<string, unknown>> {
	const { json } = await ask('POST', `${base}/run`, { input: { prompt: 'wave' } });
	let job: Record<string, unknown> = {};
	await until(async () => {
		job = (await ask('GET', `${base}/status/${String(json.id)}`)).json;
		return job.status === 'COMPLETED';
	});
	return job;
}
