import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { IDataObject } from 'n8n-workflow';
import * as z from 'zod/v4';
import type { Operation } from '../../../../../standin/management/managementApi';
import { costForm, startCostRig, type CostRig } from './costRig';

let rig: CostRig;

beforeAll(async () => {
	rig = await startCostRig({
		workersMax: 2,
		coldStartMs: 300,
		runMs: 300,
		idleTimeoutMs: 1000,
		gpuPools: ['AMPERE_80', 'ADA_80_PRO'],
	});
	rig.standIn.queue.script({ kind: 'failed', error: 'no face', when: isCalled('failed') });
	rig.standIn.queue.script({ kind: 'never', when: isCalled('never') });
}, 60_000);

afterEach(() => {
	rig.standIn.management.clearFaults();
	rig.standIn.management.clearCalls();
});

afterAll(async () => {
	await rig.close();
});

function isCalled(avatar: string) {
	return ({ avatar_id }: Readonly<Record<string, unknown>>) => avatar_id === avatar;
}

const told = z.object({
	job_id: z.string(),
	gpu_type: z.string().nullish(),
	cost_usd_min: z.number().nullish(),
	cost_usd_max: z.number().nullish(),
});

/** What an item tells, or its error. */
function costIn({ details, ...json }: IDataObject) {
	return told.parse(details ?? json);
}

/** Once no worker stands idle any more, the true cost of each job is known. */
async function expectTrue(items: readonly IDataObject[]): Promise<void> {
	await sleep(1200);
	const truth = rig.trueCosts();
	for (const { job_id, gpu_type, cost_usd_min, cost_usd_max } of items.map(costIn)) {
		expect(gpu_type ?? 'NVIDIA H100').toMatch(/^NVIDIA (A100|H100)/);
		expect(cost_usd_min).toBeLessThanOrEqual(truth.get(job_id) ?? -1);
		expect(cost_usd_max).toBeGreaterThanOrEqual(truth.get(job_id) ?? Infinity);
	}
}

const asked = (): Operation[] => rig.standIn.management.calls().map(({ operation }) => operation);

it('finished, failed and cancelled jobs tell what they have cost, and prices are asked once', async () => {
	const items = ['a', 'b', 'failed', 'never'].map((avatar) => ({ avatar }));
	const form = { ...costForm, waitingOptions: { timeoutMinutes: 0.05, pollIntervalSeconds: 1 } };

	const { success, failed, summary } = await rig.run(form, {
		items,
		onError: 'continueErrorOutput',
	});

	expect(success).toHaveLength(2);
	expect(failed).toHaveLength(2);
	expect(summary).toEqual([
		expect.stringMatching(/^2 of 4 videos made, 2 failed; about 0\.00–0\.0\d USD; \d s of GPU$/),
	]);
	expect(asked().filter((one) => one === 'listGpuTypes')).toHaveLength(1);
	expect(asked().filter((one) => one === 'getEndpoint')).toHaveLength(1);
	// One for each worker, and no more.
	expect(asked().filter((one) => one === 'listEndpointWorkers').length).toBeLessThanOrEqual(2);
	const told = [...success, ...failed].map(({ json }) => json);
	expect(told.map((json) => costIn(json).gpu_type)).not.toContain(undefined);
	await expectTrue(told);
});

it('without Include Cost nothing is asked, and nothing is told', async () => {
	const { success } = await rig.run({ ...costForm, outputOptions: {} });

	expect(asked()).toEqual([]);
	expect(success[0]?.json).toMatchObject({
		status: 'COMPLETED',
		gpu_type: null,
		cost_usd_min: null,
		cost_usd_max: null,
	});
});

it('Wait, Get Status and Cancel tell it too', async () => {
	const { success } = await rig.run(
		{ ...costForm, waitForCompletion: false },
		{ items: [{ avatar: 'w' }, { avatar: 'never' }] },
	);
	const [first = {}, second = {}] = success.map(({ json }) => json);
	expect(first).toMatchObject({ gpu_type: null, cost_usd_max: null });
	const job = (operation: string) => ({
		resource: 'job',
		operation,
		outputOptions: { includeCost: true },
	});

	const waited = await rig.run(job('wait'), { items: [first] });
	const running = await rig.run(job('getStatus'), { items: [second] });
	expect(running.success[0]?.json).toMatchObject({
		status: 'IN_PROGRESS',
		gpu_type: expect.stringContaining('NVIDIA'),
		cost_usd_max: null,
	});
	const cancelled = await rig.run(job('cancel'), { items: [second] });
	expect([waited, cancelled].map(({ success: [item] }) => item?.json.gpu_type)).not.toContain(null);
	const looked = await rig.run(job('getStatus'), { items: [first] });

	await expectTrue(
		[waited, cancelled, looked].flatMap((run) => run.success.map(({ json }) => json)),
	);
});

it('a job that RunPod has forgotten has the cost that its record tells', async () => {
	const key = 'user-avatars/user_1/kept/idle.mp4';
	const form = { ...costForm, outputVideoKey: key };
	const { success } = await rig.run(form, { items: [{ avatar: 'kept' }] });
	const [made = {}] = success.map(({ json }) => json);
	rig.standIn.queue.fault({ route: 'status', kind: 'answer', status: 404 });

	const found = await rig.run(
		{ resource: 'job', operation: 'getStatus', outputOptions: { includeCost: true } },
		{ items: [{ ...made, submitted_at: '2026-01-01T00:00:00.000Z' }] },
	);

	expect(found.success[0]?.json).toMatchObject({
		status: 'COMPLETED',
		execution_time_ms: made.execution_time_ms,
		gpu_type: made.gpu_type,
		cost_usd_min: made.cost_usd_min,
		cost_usd_max: made.cost_usd_max,
	});
});

it.each<[string, Operation, { status: number; body?: string }]>([
	['may not read the price list', 'listGpuTypes', { status: 403 }],
	['may not read the endpoint', 'getEndpoint', { status: 401 }],
	['gets a page for people', 'listGpuTypes', { status: 200, body: '<html></html>' }],
	['gets no list', 'listGpuTypes', { status: 200, body: '{"gpus":"none"}' }],
])('who %s gets the video, no cost, and is told why', async (_, route, fault) => {
	rig.standIn.management.fault({ kind: 'answer', ...fault, route, times: Infinity });

	const { success, hints } = await rig.run(costForm, { items: [{ avatar: `x ${route}` }] });

	expect(success[0]?.json).toMatchObject({ status: 'COMPLETED', cost_usd_min: null });
	expect(hints).toEqual([expect.stringMatching(/^Costs are not known: RunPod .+/)]);
});

it('a worker that nobody may ask for has one of the GPUs of its endpoint', async () => {
	rig.standIn.management.fault({
		route: 'listEndpointWorkers',
		kind: 'answer',
		status: 403,
		times: Infinity,
	});

	const { success, hints } = await rig.run(costForm, { items: [{ avatar: 'unseen' }] });

	const [{ job_id, gpu_type, cost_usd_min, cost_usd_max }] = [costIn(success[0]?.json ?? {})];
	expect(gpu_type).toBeNull();
	await sleep(1200);
	expect(cost_usd_min).toBeLessThanOrEqual(rig.trueCosts().get(job_id) ?? -1);
	// The dearest GPU of the pools.
	expect(cost_usd_max).toBeGreaterThanOrEqual((2 * 4.176) / 3600);
	expect(hints).toEqual([expect.stringMatching(/^The GPUs of workers are not known/)]);
});
