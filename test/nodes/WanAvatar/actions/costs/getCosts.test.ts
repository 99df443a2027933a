import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { schemaFaults } from '../../../../lib/deployment/openApi';
import { costForm, startCostRig, type CostRig } from './costRig';

let rig: CostRig;

beforeAll(async () => {
	rig = await startCostRig({ workersMax: 2, runMs: 200, idleTimeoutMs: 300 });
	await rig.run({ ...costForm, outputOptions: {} }, { items: [{ avatar: 'a' }, { avatar: 'b' }] });
	await sleep(500);
}, 60_000);

afterAll(async () => {
	await rig.close();
});

const getCosts = (fields: object = {}) => ({
	resource: 'endpoint',
	operation: 'getCosts',
	...fields,
});

const billed = () => [...rig.trueCosts().values()].reduce((sum, usd) => sum + usd, 0);

it.each([
	['the last days', {}],
	['the last hours', { bucketSize: 'hour', last: 3 }],
	[
		'a time until now',
		{ period: 'between', startTime: new Date(Date.now() - 864e5).toISOString() },
	],
])("%s: RunPod's own bill, in USD", async (_, fields) => {
	const { success } = await rig.run(getCosts(fields));

	const { endpointId } = rig.standIn.address().runpod;
	expect(success).toHaveLength(1);
	expect(success[0]?.json).toMatchObject({
		endpoint_id: endpointId,
		from: expect.stringMatching(/:00:00Z$/),
		total_usd: expect.closeTo(billed(), 6),
		gpu_usd: expect.closeTo(billed(), 6),
		cpu_usd: 0,
		disk_usd: 0,
		fee_usd: 0,
	});
});

it('a period without bills is no item', async () => {
	const fields = {
		period: 'between',
		startTime: '2026-01-01T00:00:00Z',
		endTime: '2026-01-02T00:00:00Z',
	};
	const { success, error } = await rig.run(getCosts(fields));
	expect(error).toBeUndefined();
	expect(success).toEqual([]);
});

it.each([
	[{ bucketSize: 'minute' }, /Costs By must be Hour/],
	[{ period: 'ever' }, /Period must be The Last/],
	[{ last: 'many' }, /How Many must be a number/],
	[{ period: 'between', startTime: 'soon' }, /Start Time must be a time/],
	[
		{ period: 'between', startTime: '2026-01-02', endTime: '2026-01-01' },
		/End Time must be after Start Time/,
	],
])('%j is refused before anything is asked', async (fields, message) => {
	rig.standIn.management.clearCalls();
	const { error } = await rig.run(getCosts(fields));
	expect(error?.message).toMatch(message);
	expect(rig.standIn.management.calls()).toEqual([]);
});

it('a key without that right is told so', async () => {
	rig.standIn.management.fault({ route: 'listServerlessBilling', kind: 'answer', status: 403 });
	const { error } = await rig.run(getCosts());
	expect(error?.message).toMatch(/did not read the bills of the endpoint: the API key may not/);
});

it('what is asked and answered is as the OpenAPI file says', async () => {
	await rig.run(getCosts());
	const calls = rig.standIn.management.calls().filter(({ status }) => status === 200);
	expect(calls.flatMap(schemaFaults)).toEqual([]);
	expect(calls.at(-1)?.path).toMatch(/^\/v2\/billing\/serverless\?serverlessId=\w+&bucketSize=day/);
});
