import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { INode } from 'n8n-workflow';
import type { Operation } from '../../../../../standin/management/managementApi';
import * as z from 'zod/v4';
import { workflowOf } from '../../engine/rig';
import { costForm, startCostRig, type CostRig } from './costRig';

let rig: CostRig;

beforeAll(async () => {
	rig = await startCostRig({ workersMax: 2, coldStartMs: 200, runMs: 200, idleTimeoutMs: 1000 });
}, 60_000);

afterEach(() => {
	rig.standIn.management.clearFaults();
	rig.standIn.management.clearCalls();
});

afterAll(async () => {
	await rig.close();
});

/** Two starts of at most 7 min with a run of 6 s, 15 s of overrun each, and 2 s of idle time, at 0.00076 USD a second. */
const MOST_USD = 0.672;
/** Room for one job at a time, and for three or so one after the other. */
const FEW_USD = 0.68;

const limited = (limits: object, more: object = {}) => ({
	...costForm,
	outputOptions: {},
	limits: { maxRunMinutes: 0.1, ...limits },
	...more,
});
/** The jobs of the avatars of one test. */
const jobsOf = (name: string) =>
	rig.standIn.queue.jobs().filter(({ input }) => String(input.avatar_id).startsWith(`${name}-`));
const avatars = (name: string, count: number) =>
	Array.from({ length: count }, (_, i) => ({ avatar: `${name}-${String(i)}` }));

describe('refused before anything is sent', () => {
	it.each<[string, object, RegExp]>([
		['a blank', { spendingLimit: '' }, /Spending Limit \(USD\) must be a number of USD/],
		['none at all', { spendingLimit: 0 }, /must be above 0 USD: remove it for no limit/],
		['a word', { spendingLimit: 'ten' }, /must be a number of USD/],
		[
			'no price',
			{ spendingLimit: 5, pricePerGpuSecond: -1 },
			/Price per GPU Second \(USD\) must not be below 0 USD a second/,
		],
		[
			'less than one job can cost',
			{ spendingLimit: 0.5 },
			/^Spending Limit \(USD\) is 0\.50 USD, but one job of this item can cost 0\.68 USD: 2\.74 USD an hour for 2 starts of at most 7 min with a run of at most 0\.1 min each, and 1 s of idle time/,
		],
	])('%s', async (_, limits, message) => {
		const { error } = await rig.run(limited(limits), { items: avatars('refused', 1) });
		expect(error?.message).toMatch(message);
		expect(jobsOf('refused')).toEqual([]);
	});

	it.each<[string, Operation, number]>([
		['a key without the right to the price list', 'listGpuTypes', 403],
		['a key without the right to the endpoint', 'getEndpoint', 401],
	])('%s, unless a price is given', async (_, route, status) => {
		rig.standIn.management.fault({ kind: 'answer', status, route, times: Infinity });
		const form = { spendingLimit: 5 };
		const refused = await rig.run(limited(form), { items: avatars(route, 2) });
		expect(refused.error?.message).toMatch(
			/^Spending Limit \(USD\) cannot be kept: RunPod tells no price .*\(Costs are not known: RunPod .+\)/,
		);
		expect(refused.error?.description).toContain('set Price per GPU Second');
		const each = await rig.run(limited(form), {
			items: avatars(route, 2),
			onError: 'continueErrorOutput',
		});
		expect(each.failed.map(({ json }) => json.details)).toEqual([
			expect.objectContaining({ code: 'INVALID_INPUT' }),
			expect.objectContaining({ code: 'INVALID_INPUT' }),
		]);
		expect(jobsOf(route)).toEqual([]);

		const priced = limited({ ...form, pricePerGpuSecond: 0.00076 });
		const { success } = await rig.run(priced, { items: avatars(route, 1) });
		expect(success[0]?.json.status).toBe('COMPLETED');
	});

	it('no bound for the run of a job', async () => {
		const { managementBaseUrl, endpointId, apiKey } = rig.standIn.address().runpod;
		const change = async (timeout: number) => {
			const answer = await fetch(`${managementBaseUrl}/serverless/${endpointId}`, {
				method: 'PATCH',
				headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
				body: JSON.stringify({ timeout }),
			});
			expect(answer.status).toBe(200);
		};
		await change(0);
		const form = limited({ spendingLimit: 50, maxRunMinutes: undefined });
		const { error } = await rig.run(form, { items: avatars('unbounded', 1) });
		await change(600_000);
		expect(error?.message).toMatch(/^Max Run Time \(Minutes\) is needed with Spending Limit/);
		expect(jobsOf('unbounded')).toEqual([]);
		const bounded = await rig.run(form, { items: avatars('bounded', 1) });
		expect(bounded.success[0]?.json.status).toBe('COMPLETED');
		expect(jobsOf('bounded')).toMatchObject([{ policy: { executionTimeout: 600_000 } }]);
	});
});

it('at the limit the rest are error items, and a run with them alone makes them', async () => {
	const items = avatars('many', 12);
	const before = new Set(rig.trueCosts().keys());
	const { success, failed } = await rig.run(limited({ spendingLimit: FEW_USD }), {
		items,
		onError: 'continueErrorOutput',
	});
	expect(success.length).toBeGreaterThan(0);
	expect(success.length + failed.length).toBe(12);
	for (const { json } of failed)
		expect(json).toMatchObject({
			error: expect.stringContaining('Spending Limit of 0.68 USD'),
			details: {
				code: 'BUDGET_REACHED',
				spending_limit_usd: FEW_USD,
				reserved_usd: 0,
				job_most_usd: expect.closeTo(MOST_USD, 2),
				avatar_id: expect.stringMatching(/^many-/),
				remedy: expect.stringContaining('Run the workflow again for the items that are left'),
			},
		});
	expect(jobsOf('many')).toHaveLength(success.length);
	// Once no worker stands idle any more, what each job has cost is known.
	await sleep(1300);
	const spent = [...rig.trueCosts()].reduce(
		(sum, [id, usd]) => sum + (before.has(id) ? 0 : usd),
		0,
	);
	expect(spent).toBeGreaterThan(0);
	expect(spent).toBeLessThanOrEqual(FEW_USD);

	const left = failed.map(({ json }) => ({ avatar: json.avatar }));
	const again = await rig.run(limited({ spendingLimit: 50 }), { items: left });
	expect(again.success).toHaveLength(left.length);
	expect(jobsOf('many')).toHaveLength(12);
});

it('without Continue On Fail one error ends it, names what is left, and the next run pays for no video again', async () => {
	const items = avatars('whole', 10);
	const { error } = await rig.run(limited({ spendingLimit: FEW_USD }), { items });
	expect(error?.message).toMatch(/^This item was not sent: its job can cost 0\.68 USD/);
	expect(error?.description).toMatch(
		/The other items:\n.*job .+ is COMPLETED; its video is stored/,
	);
	expect(jobsOf('whole').length).toBeLessThan(10);
	const again = await rig.run(limited({ spendingLimit: 50 }), { items, executionId: '2' });
	expect(again.success).toHaveLength(10);
	expect(jobsOf('whole')).toHaveLength(10);
});

/** The state of the job, or the code of the error. */
const outcome = z
	.object({ status: z.string().optional(), details: z.object({ code: z.string() }).optional() })
	.transform(({ status, details }) => status ?? details?.code);

/** Several runs of one node in one execution, as in a loop or as a tool that a model calls. */
async function turns(form: INode['parameters'], calls: object[], node: Partial<INode> = {}) {
	const workflow = workflowOf(form, { node, onError: 'continueRegularOutput' });
	const [start, wanAvatar] = workflow.nodes;
	if (!start || !wanAvatar) throw new Error('two nodes are missing');
	const each = calls.map((call, i) => ({
		...start,
		id: `turn${String(i)}`,
		name: `Turn ${String(i)}`,
		parameters: { items: JSON.stringify([call]) },
	}));
	const to = (name: string) => ({ node: name, type: 'main', index: 0 }) as const;
	const { runData } = await rig.engine.run({
		name: 'turns',
		nodes: [start, ...each, wanAvatar],
		connections: {
			Start: { main: [each.map(({ name }) => to(name))] },
			...Object.fromEntries(each.map(({ name }) => [name, { main: [[to('Wan Avatar')]] }])),
		},
	});
	const runs = runData['Wan Avatar'] ?? [];
	return runs.map(({ data }) => outcome.parse(data?.main?.[0]?.[0]?.json));
}

it('the turns of a loop share what the execution may spend', async () => {
	const told = await turns(limited({ spendingLimit: FEW_USD }), avatars('loop', 9));
	expect(told[0]).toBe('COMPLETED');
	expect(told.at(-1)).toBe('BUDGET_REACHED');
	const asked = rig.standIn.management.calls().map(({ operation }) => operation);
	expect(asked.filter((one) => one !== 'listEndpointWorkers').sort()).toEqual([
		'getEndpoint',
		'listGpuTypes',
	]);
	expect(jobsOf('loop')).toHaveLength(told.filter((one) => one === 'COMPLETED').length);
});

it('so do the calls of a tool', async () => {
	const form = limited({ spendingLimit: FEW_USD });
	const tool = { type: 'n8n-nodes-wan-avatar.wanAvatarTool' };
	const told = await turns(form, avatars('tool', 9), tool);
	expect(told[0]).toBe('COMPLETED');
	expect(told.at(-1)).toBe('BUDGET_REACHED');
});

it('tries of Retry On Fail share it too, and make nothing twice', async () => {
	const node = { retryOnFail: true, maxTries: 2, waitBetweenTries: 10 };
	const { error } = await rig.run(limited({ spendingLimit: FEW_USD }), {
		items: avatars('tries', 9),
		node,
	});
	expect(error?.message).toContain('This item was not sent');
	const jobs = jobsOf('tries');
	expect(new Set(jobs.map(({ input }) => input.avatar_id)).size).toBe(jobs.length);
	expect(jobs.length).toBeLessThan(9);
});
