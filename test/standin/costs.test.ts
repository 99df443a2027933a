import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { trueCosts } from '../../standin/costs/serverlessBilling';
import { startStandIn, type StandIn } from '../../standin/standin';
import { schemaFaults } from '../lib/deployment/openApi';

let standIn: StandIn;

beforeAll(async () => {
	standIn = await startStandIn({
		fast: true,
		workersMax: 2,
		coldStartMs: 50,
		runMs: 100,
		idleTimeoutMs: 150,
		gpuPools: ['AMPERE_80', 'ADA_80_PRO'],
		gpuCount: 2,
	});
});

afterAll(async () => {
	await standIn.close();
});

async function get(path: string): Promise<{ status: number; body: unknown }> {
	const { managementBaseUrl, apiKey } = standIn.address().runpod;
	const answer = await fetch(`${managementBaseUrl}/${path}`, {
		headers: { authorization: `Bearer ${apiKey}` },
	});
	return { status: answer.status, body: await answer.json() };
}

async function submit(): Promise<void> {
	const { baseUrl, endpointId, apiKey } = standIn.address().runpod;
	const input = { user_id: 'u', avatar_id: 'a', image_minio_path: 'x.png', template_id: 't' };
	await fetch(`${baseUrl}/${endpointId}/run`, {
		method: 'POST',
		headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
		body: JSON.stringify({ input }),
	});
}

it('tells the GPU of each worker while it is there, and bills what they did', async () => {
	const { endpointId } = standIn.address().runpod;
	await Promise.all([submit(), submit(), submit()]);
	await sleep(100);
	const { body } = await get(`serverless/${endpointId}/workers`);
	expect(body).toMatchObject({
		workers: [
			{ gpuTypeId: 'NVIDIA A100 80GB PCIe', gpuCount: 2 },
			{ gpuTypeId: 'NVIDIA A100-SXM4-80GB', gpuCount: 2 },
		],
	});
	await sleep(600);
	expect((await get(`serverless/${endpointId}/workers`)).body).toMatchObject({ workers: [] });
	const spans = standIn.queue.own().queue.workers().spans;
	expect(spans.filter(({ activity }) => activity === 'start')).toHaveLength(2);
	expect(spans.filter(({ activity }) => activity === 'run')).toHaveLength(3);
	const costs = trueCosts({ gpuCount: 2, spans });
	expect([...costs.keys()].sort()).toEqual(
		standIn.queue
			.jobs()
			.map(({ id }) => id)
			.sort(),
	);
	const total = [...costs.values()].reduce((sum, one) => sum + one, 0);
	const bill = await get(`billing/serverless?bucketSize=hour&lastN=2&serverlessId=${endpointId}`);
	expect(bill.body).toMatchObject({
		metadata: { totals: { totalAmount: expect.closeTo(total, 9) } },
	});
	// Two starts, three runs and two idle times at least, each of one second and two GPUs.
	expect(total).toBeGreaterThanOrEqual((7 * 2 * 2.736) / 3600);
});

it.each([
	['catalog/gpus', 200],
	['billing/serverless', 200],
	['billing/serverless?serverlessId=none', 200],
	['billing/serverless?bucketSize=minute', 422],
	['billing/serverless?lastN=0', 422],
	['billing/serverless?lastN=1&startTime=2026-01-01T00:00:00Z', 422],
	['billing/serverless?startTime=2026-01-02T00:00:00Z&endTime=2026-01-01T00:00:00Z', 422],
	['billing/serverless?startTime=yesterday', 422],
	// Bills of RunPod's public endpoints, not of one's own.
	['billing/endpoints', 404],
])('%s is answered with %d', async (path, status) => {
	expect((await get(path)).status).toBe(status);
});

it('answers as the OpenAPI file says', () => {
	const own = standIn.management.calls().filter(({ operation }) => operation !== 'unknown');
	expect(own.flatMap(schemaFaults)).toEqual([]);
});
