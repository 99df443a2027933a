import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openAccount, type Account } from '../fuzz/management/account';

let account: Account;

beforeEach(async () => {
	account = await openAccount({
		bindsTemplates: false,
		keepsUsedRegistries: false,
		pageSize: undefined,
		quota: undefined,
	});
});

afterEach(async () => {
	await account.close();
});

const endpoint = {
	name: 'mine',
	type: 'QUEUE',
	image: 'org/worker:1',
	gpu: { pools: ['AMPERE_80'] },
	scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
};

async function ask(method: string, path: string, body?: unknown) {
	const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
	const { status, body: told } = await account.send(method, `/v2/${path}`, { text });
	return { status, told: Object(told) as Record<string, unknown> };
}

async function madeEndpoint(more: object = {}) {
	const { told } = await ask('POST', 'serverless', { ...endpoint, ...more });
	return `serverless/${String(told.id)}`;
}

it('a template with a registry credential that is not there is refused with a status of the file', async () => {
	const template = { name: 'a', image: 'b', registry: 'nowhere' };
	expect(await ask('POST', 'templates', template)).toMatchObject({
		status: 400,
		told: { detail: 'registry credential not found' },
	});
});

it('a template cannot take the name of another one later either, and keeps its own', async () => {
	await ask('POST', 'templates', { name: 'a', image: 'i' });
	const { told } = await ask('POST', 'templates', { name: 'b', image: 'i' });
	const path = `templates/${String(told.id)}`;
	expect((await ask('PATCH', path, { name: 'a' })).status).toBe(400);
	expect((await ask('PATCH', path, { name: 'b', image: 'j' })).status).toBe(200);
	expect((await ask('GET', path)).told).toMatchObject({ name: 'b', image: 'j' });
});

it.each([
	['POST', { max: 1_000_000_000, min: 1_000_000_000 }],
	['POST', { min: 1e300 }],
	['PATCH', { max: 1_000_000_000 }],
])('%s of more workers than an account has is refused: %j', async (method, workers) => {
	const answer =
		method === 'POST'
			? await ask('POST', 'serverless', { ...endpoint, workers })
			: await ask('PATCH', await madeEndpoint(), { workers });
	expect(answer.status).toBe(400);
	expect(String(answer.told.detail)).toContain('workers');
});

it('pools of which every GPU is excluded are refused', async () => {
	const gpu = { pools: ['HOPPER_141'], excludedTypes: ['NVIDIA H200'] };
	expect((await ask('POST', 'serverless', { ...endpoint, gpu })).status).toBe(400);
	const path = await madeEndpoint();
	expect((await ask('PATCH', path, { gpu })).status).toBe(400);
	expect((await ask('GET', path)).told).toMatchObject({ gpu: { pools: ['AMPERE_80'] } });
});

it('a number beyond all numbers is none', async () => {
	const text = JSON.stringify(endpoint).replace('"queueDelay":4', '"queueDelay":1e400');
	expect((await ask('POST', 'serverless', text)).status).toBe(422);
});

it('the same CPU twice is refused, in whatever order its fields stand', async () => {
	const { gpu, ...rest } = endpoint;
	const cpu = [
		{ id: 'cpu5c', vcpuCount: 4 },
		{ vcpuCount: 4, id: 'cpu5c' },
	];
	expect((await ask('POST', 'serverless', { ...rest, cpu })).status).toBe(422);
});

it('a CPU has its memory told after a change too', async () => {
	const { gpu, ...rest } = endpoint;
	const { told } = await ask('POST', 'serverless', {
		...rest,
		cpu: [{ id: 'cpu5c', vcpuCount: 4 }],
	});
	const change = { cpu: [{ id: 'cpu5g', vcpuCount: 8 }] };
	expect((await ask('PATCH', `serverless/${String(told.id)}`, change)).told).toMatchObject({
		cpu: [{ id: 'cpu5g', vcpuCount: 8, memory: expect.any(Number) }],
	});
});

it('an idle timeout goes when a queue is scaled by the count of its requests, and comes back', async () => {
	const path = await madeEndpoint({ workers: { idleTimeout: 42 } });
	const scaling = { type: 'REQUEST_COUNT', requestCount: 2 };
	const byCount = await ask('PATCH', path, { scaling });
	expect(byCount).toMatchObject({ status: 200, told: { scaling } });
	expect(byCount.told.workers).toEqual({ min: 0, max: 3 });
	expect((await ask('PATCH', path, { workers: { idleTimeout: 5 } })).status).toBe(422);
	const back = await ask('PATCH', path, { scaling: endpoint.scaling });
	expect(back.told.workers).toEqual({ min: 0, max: 3, idleTimeout: 10 });
});

it('a load balancer keeps its idle timeout, and has the addresses of one', async () => {
	const scaling = { type: 'REQUEST_COUNT', requestCount: 2 };
	const { status, told } = await ask('POST', 'serverless', {
		...endpoint,
		type: 'LOAD_BALANCER',
		scaling,
	});
	expect(status).toBe(201);
	expect(told.workers).toEqual({ min: 0, max: 3, idleTimeout: 10 });
	expect(Object.keys(Object(told.requestUrls) as object)).toEqual(['base', 'health']);
});

it('what the schema refuses is refused before what is named is looked for', async () => {
	const body = { ...endpoint, type: 'LOAD_BALANCER', templateId: 'nowhere' };
	expect((await ask('POST', 'serverless', body)).status).toBe(422);
});

it.each([
	'lastN=1e30',
	`lastN=${'9'.repeat(400)}`,
	'lastN=100000000',
	'startTime=%2B275760-09-13T00:00:00.000Z&endTime=x',
	'endTime=%2B275760-09-13T00:00:00.000Z',
	'bucketSize=toString',
	'startTime=',
])('bills of a time that there is not are refused: %s', async (query) => {
	expect((await ask('GET', `billing/serverless?${query}`)).status).toBe(422);
});
