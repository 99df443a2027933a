import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { costForm, startCostRig, type CostRig } from './costRig';

let rig: CostRig;

beforeAll(async () => {
	rig = await startCostRig({ workersMax: 2, runMs: 200, gpuPools: ['AMPERE_80', 'ADA_80_PRO'] });
}, 60_000);

afterAll(async () => {
	await rig.close();
});

const form = (limits: Record<string, number>) => ({
	...costForm,
	outputVideoKey: '=user-avatars/user_1/{{ $json.avatar }}/idle.mp4',
	outputOptions: { includeCost: true, checkOnly: true },
	limits,
});

it('Check Only gives an estimate beside each request, and learns from earlier jobs', async () => {
	const items = [{ avatar: 'a' }, { avatar: 'b' }];
	const limits = { maxRunMinutes: 5, maxRestarts: 0 };
	const before = await rig.run(form(limits), { items });
	await rig.run({ ...form({}), outputOptions: {} }, { items });

	const after = await rig.run(form(limits), { items });

	// A start of 420 s, 315 s of run and 61 s of idle time on an H100.
	const cost_usd_max = 0.92336;
	expect(before.success.map(({ json }) => json.estimate)).toEqual(
		Array(2).fill({ cost_usd_min: null, cost_usd_max, learned_from_jobs: 0 }),
	);
	expect(after.success.map(({ json }) => json.estimate)).toEqual(
		Array(2).fill({ cost_usd_min: 0.00076, cost_usd_max, learned_from_jobs: 2 }),
	);
	expect(after.summary).toEqual([
		'Nothing was sent; the cost of these 2 requests: about 0.00–1.85 USD',
	]);
	expect(rig.standIn.queue.jobs()).toHaveLength(2);
});

it('prices that cannot be had are not guessed', async () => {
	rig.standIn.management.fault({ route: 'listGpuTypes', kind: 'answer', status: 403 });
	const { success, hints } = await rig.run(form({ maxRunMinutes: 5 }), {
		items: [{ avatar: 'c' }],
	});
	expect(success[0]?.json.estimate).toMatchObject({ cost_usd_min: null, cost_usd_max: null });
	expect(hints).toEqual([expect.stringMatching(/^Costs are not known/)]);
});

it('without Include Cost there is none', async () => {
	const { success } = await rig.run({ ...costForm, outputOptions: { checkOnly: true } });
	expect(success[0]?.json).not.toHaveProperty('estimate');
});
