import { setTimeout as delay } from 'node:timers/promises';
import { mapConcurrently } from '../../../lib/base/async/concurrency';
import { avatars, createChain } from '../avatarWorkflow';
import { until } from '../rig';
import { asleep, goOnStep, startSleeper, type Sleeper, type SleepRig } from './sleepers';
import { callWebhook, webhookStart } from '../webhookStart';

/** How long another execution, which wants the only slot, takes. */
export async function timeOfAnother(rig: SleepRig): Promise<number> {
	const name = 'another';
	const other = await createChain(rig, [avatars('x'), goOnStep(rig, name)], {
		start: webhookStart(name),
	});
	await rig.n8n.rest.activate(other);
	const startedAtMs = Date.now();
	await callWebhook(rig, name);
	await until(() => rig.way.wentOn(name) === 1);
	return Date.now() - startedAtMs;
}

/** Executions whose only job ends while n8n puts them to sleep, or a little before or after. */
export async function raceToSleep(
	rig: SleepRig,
	count: number,
	atOnce: number,
): Promise<{ sleepers: Sleeper[]; refused: number }> {
	const races = Array.from({ length: count }, (_, index) => index);
	const sleepers = await mapConcurrently(races, atOnce, async (index) => {
		const id = `race${String(index)}`;
		const sleeper = await startSleeper(rig, id, [id], {
			before: [],
			parameters: { avatarId: id },
		});
		await until(() => rig.jobsOf(id).length === 1);
		await delay(10 * (index % 40));
		sleeper.end(0);
		await rig.ended(sleeper.executionId);
		return sleeper;
	});
	const answers = sleepers.flatMap((sleeper) => sleeper.answers());
	return { sleepers, refused: answers.filter((status) => status === 409).length };
}

/** From the end of a job to the moment at which its workflow has gone on, in milliseconds. */
export async function lags(rig: SleepRig, count: number): Promise<number[]> {
	const found: number[] = [];
	for (let index = 0; index < count; index++) {
		const id = `lag${String(index)}`;
		const options = { before: [], parameters: { avatarId: id } };
		const sleeper = await startSleeper(rig, id, [id], options);
		await asleep(sleeper);
		sleeper.end(0);
		await until(() => rig.way.wentOn(id) === 1);
		found.push((rig.way.wentOnAtMs(id) ?? NaN) - (sleeper.job(0).endedAt ?? NaN));
	}
	return found.sort((one, other) => one - other);
}

export function statusRequests({ standIn }: SleepRig): number {
	const { queue } = standIn.traffic();
	return Object.entries(queue).reduce(
		(sum, [name, { total }]) => (name.endsWith(' status') ? sum + total : sum),
		0,
	);
}
