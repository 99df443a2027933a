import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startStandIn, type StandIn } from '../../standin/standin';

let standIn: StandIn;

beforeEach(async () => {
	standIn = await startStandIn({ runMs: 0 });
});

afterEach(async () => {
	await standIn.close();
});

const writes = ['POST run', 'POST cancel/none', 'POST retry/none', 'POST purge-queue'];
const reads = ['GET health', 'GET status/none', 'POST status/none', 'GET stream/none?wait=1000'];

async function queueStatuses(asked: readonly string[], endpointId = standIn.queue.endpointId) {
	const { baseUrl, apiKey } = standIn.queue;
	const statuses: number[] = [];
	for (const one of asked) {
		const [method = '', path = ''] = one.split(' ');
		const answer = await fetch(`${baseUrl}/${endpointId}/${path}`, {
			method,
			headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
			...(path === 'run' && { body: '{"input":{"prompt":"wave"}}' }),
		});
		await answer.text();
		statuses.push(answer.status);
	}
	return statuses;
}

async function manage(method: string, path: string, body?: object) {
	const answer = await fetch(`${standIn.management.baseUrl}/${path}`, {
		method,
		headers: { authorization: `Bearer ${standIn.queue.apiKey}` },
		...(body && { body: JSON.stringify(body) }),
	});
	return { status: answer.status, text: await answer.text() };
}

describe('a key with rights by endpoint', () => {
	it('of none may do nothing there, and is told so with 403', async () => {
		standIn.queue.setKeyRights({ endpoints: { [standIn.queue.endpointId]: 'none' } });
		const statuses = await queueStatuses([...writes, ...reads]);
		expect(statuses).toEqual(statuses.map(() => 403));
		expect(standIn.queue.jobs()).toEqual([]);
	});

	it('that only reads sees jobs and health, and starts, cancels and removes nothing', async () => {
		standIn.queue.setKeyRights({ others: 'read' });
		expect(await queueStatuses(writes)).toEqual(writes.map(() => 403));
		expect(await queueStatuses(reads)).toEqual([200, 404, 404, 404]);
		expect(standIn.queue.jobs()).toEqual([]);
	});

	it('may do all with one endpoint and nothing with another', async () => {
		const template = await manage('POST', 'serverless', {
			name: 'other',
			type: 'QUEUE',
			image: 'org/worker:1',
			gpu: { pools: ['AMPERE_80'] },
			scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
		});
		const [, other = ''] = /"id":"(\w+)"/.exec(template.text) ?? [];
		standIn.queue.setKeyRights({ endpoints: { [other]: 'none' } });
		expect(await queueStatuses(['POST run', 'GET health'])).toEqual([200, 200]);
		await new Promise((opened) => setTimeout(opened, 300));
		expect(await queueStatuses(['POST run', 'GET health'], other)).toEqual([403, 403]);
		standIn.queue.setKeyRights({});
		expect(await queueStatuses(['GET health'], other)).toEqual([200]);
	});
});

describe('a key for the management API', () => {
	const body = { name: 'a', image: 'b' };

	it('that only reads changes nothing', async () => {
		standIn.management.setKeyRight('read');
		expect((await manage('GET', 'templates')).status).toBe(200);
		const refused = await manage('POST', 'templates', body);
		expect(refused.status).toBe(403);
		expect(refused.text).toContain('access denied');
		expect(standIn.management.contents().templates).toEqual([]);
	});

	it('without any right reads nothing either, until it gets one', async () => {
		standIn.management.setKeyRight('none');
		expect((await manage('GET', 'templates')).status).toBe(403);
		standIn.management.setKeyRight('write');
		expect((await manage('POST', 'templates', body)).status).toBe(201);
	});
});
