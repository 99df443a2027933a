import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { avatars, createChain, generateStep } from './avatarWorkflow';
import { until } from './rig';
import { lags, raceToSleep, statusRequests, timeOfAnother } from './suspend/figures';
import { expectFlows, expectRows } from './suspend/play';
import {
	asleep,
	goOnStep,
	outcomeOf,
	sleeperOf,
	startSleeper,
	startSleepRig,
	type SleepRig,
} from './suspend/sleepers';
import { callWebhook, webhookStart } from './webhookStart';

let rig: SleepRig;

beforeAll(async () => {
	// One production execution at a time: those that sleep must not count.
	rig = await startSleepRig({ N8N_CONCURRENCY_PRODUCTION_LIMIT: '1' });
});
afterAll(async () => {
	await rig.close();
});

it('takes callbacks however they come: each job is paid once, and the workflow goes on once', async () => {
	await expectRows(rig);
});

it('works in every kind of workflow', async () => {
	await expectFlows(rig, 'regular');
});

it('frees its slot, and outlives a kill: the results come in order', async () => {
	const ids = ['slot_0', 'slot_1', 'slot_2'];
	for (const id of ids) rig.hold(id);
	const sleep = generateStep({ waitMode: 'suspend' });
	const workflow = await createChain(rig, [avatars(...ids), sleep, goOnStep(rig, 'slot')], {
		start: webhookStart('slot'),
	});
	await rig.n8n.rest.activate(workflow);
	await callWebhook(rig, 'slot');
	const startedAtMs = Date.now();
	const states = async () => await rig.n8n.rest.executions(workflow.id);
	await until(async () => (await states())[0]?.status === 'waiting', 60_000);
	console.log(`three items asleep after ${String(Date.now() - startedAtMs)} ms`);
	const executionId = (await states())[0]?.id ?? '';
	console.log(`another execution, with one slot: ${String(await timeOfAnother(rig))} ms`);
	await rig.crash();
	for (const id of ids.toReversed()) rig.end(id);
	const sleeper = sleeperOf(rig, { name: 'slot', ids, workflow, executionId });
	expect(await outcomeOf(rig, sleeper)).toEqual({
		status: 'success',
		out: ids.map((id) => `${id} COMPLETED`),
		wentOn: 1,
		jobs: 3,
	});
	expect(await states()).toHaveLength(1);
});

it('sleeps with 50 items without a request and without a secret, and goes on once', async () => {
	const ids = Array.from({ length: 50 }, (_, item) => `many_${String(item)}`);
	const parameters = { limits: { maxJobs: 50 } };
	const sleeper = await startSleeper(rig, 'many', ids, { parameters });
	await asleep(sleeper);
	const saved = JSON.stringify(
		await rig.n8n.rest.request('GET', `/executions/${sleeper.executionId}`),
	);
	const { runpod, minio } = rig.standIn.address();
	for (const secret of [runpod.apiKey, minio.accessKey, minio.secretKey, 'X-Amz-'])
		expect(saved).not.toContain(secret);
	rig.standIn.queue.clearTraffic();
	await delay(2000);
	expect(statusRequests(rig)).toBe(0);
	const calledAtMs = Date.now();
	await sleeper.call(0, { body: '{}' });
	const firstMs = Date.now() - calledAtMs;
	await sleeper.call(0, { body: '{}' });
	const secondMs = Date.now() - calledAtMs - firstMs;
	for (const [index] of ids.entries()) sleeper.end(index);
	const endedAtMs = Date.now();
	const { out, ...outcome } = await outcomeOf(rig, sleeper);
	console.log(
		`50 items: ${String(Math.round(saved.length / 1024))} kB saved, a callback ${String(firstMs)} ms with a look at all, ` +
			`${String(secondMs)} ms with none; ${String(Date.now() - endedAtMs)} ms from the ends to the end; ` +
			`${String(statusRequests(rig))} status requests in all`,
	);
	expect(out).toEqual(ids.map((id) => `${id} COMPLETED`));
	expect(outcome).toEqual({ status: 'success', wentOn: 1, jobs: 50 });
});

it('loses no callback that comes while n8n puts the execution to sleep', async () => {
	const startedAtMs = Date.now();
	const { sleepers, refused } = await raceToSleep(rig, 100, 8);
	const wentOn = sleepers.map(({ name }) => rig.way.wentOn(name));
	console.log(
		`100 races in ${String(Date.now() - startedAtMs)} ms: ${String(refused)} callbacks came while n8n still wrote (409)`,
	);
	expect(wentOn).toEqual(sleepers.map(() => 1));
	expect(sleepers.map(({ ids }) => rig.jobsOf(ids[0] ?? '').length)).toEqual(wentOn);
});

it('goes on soon after the last job has ended', async () => {
	const found = await lags(rig, 9);
	const median = found[4] ?? NaN;
	console.log(`from the end of a job to the workflow going on: ${found.join(', ')} ms`);
	expect(median).toBeLessThan(20_000);
});
