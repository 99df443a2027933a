import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lags, raceToSleep, statusRequests } from '../suspend/figures';
import { expectFlows, expectRows } from '../suspend/play';
import { asleep, outcomeOf, startSleeper, type SleepRig } from '../suspend/sleepers';
import { missing, startQueueRig } from './queueRig';

/** A worker that finds its old log may call an execution crashed that main has just woken at its deadline. */
const NEW_EVENT_LOG = { N8N_EVENTBUS_LOGWRITER_LOGBASENAME: 'n8nEventLogAfterTheCrash' };

(missing === undefined ? describe : describe.skip)('queue mode', () => {
	let rig: SleepRig;

	beforeAll(async () => {
		const options = { workersMax: 1000, timeFactor: 0.1, fast: true, rateLimits: false };
		const queueRig = await startQueueRig(options, { workersDie: false });
		rig = {
			...queueRig,
			get n8n() {
				return queueRig.n8n;
			},
			crash: async (whileDown) => {
				await queueRig.crash(whileDown, NEW_EVENT_LOG);
			},
			startsBy: 'webhook',
		};
	});
	afterAll(async () => {
		await rig.close();
	});

	it('takes callbacks however they come: each job is paid once, and the workflow goes on once', async () => {
		await expectRows(rig);
	});

	it('works in every kind of workflow', async () => {
		const byHand: SleepRig = {
			...rig,
			get n8n() {
				return rig.n8n;
			},
			startsBy: 'hand',
		};
		await expectFlows(byHand, 'queue');
	});

	it('sleeps with 50 items without a request, and goes on once', async () => {
		const ids = Array.from({ length: 50 }, (_, item) => `many_${String(item)}`);
		const sleeper = await startSleeper(rig, 'many', ids, {
			parameters: { limits: { maxJobs: 50 } },
		});
		await asleep(sleeper);
		rig.standIn.queue.clearTraffic();
		await delay(2000);
		expect(statusRequests(rig)).toBe(0);
		for (const [index] of ids.entries()) sleeper.end(index);
		const endedAtMs = Date.now();
		const { out, ...outcome } = await outcomeOf(rig, sleeper);
		console.log(
			`50 items: ${String(Date.now() - endedAtMs)} ms from the ends to the end; ${String(statusRequests(rig))} status requests`,
		);
		expect(out).toEqual(ids.map((id) => `${id} COMPLETED`));
		expect(outcome).toEqual({ status: 'success', wentOn: 1, jobs: 50 });
	});

	it('loses no callback that comes while n8n puts the execution to sleep', async () => {
		const { sleepers, refused } = await raceToSleep(rig, 40, 8);
		const wentOn = sleepers.map(({ name }) => rig.way.wentOn(name));
		console.log(`40 races: ${String(refused)} callbacks came while n8n still wrote (409)`);
		expect(wentOn).toEqual(sleepers.map(() => 1));
		expect(sleepers.map(({ ids }) => rig.jobsOf(ids[0] ?? '').length)).toEqual(wentOn);
	});

	it('goes on soon after the last job has ended', async () => {
		const found = await lags(rig, 9);
		console.log(`from the end of a job to the workflow going on: ${found.join(', ')} ms`);
		expect(found[4]).toBeLessThan(20_000);
	});
});
