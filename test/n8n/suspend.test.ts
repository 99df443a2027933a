import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mapConcurrently } from '../../lib/base/async/concurrency';
import { settle } from '../../lib/base/errors/settled';
import { rows, type Row } from './suspend/callbackRows';
import {
	asleep,
	outcomeOf,
	startSleeper,
	startSleepRig,
	type Outcome,
	type Sleeper,
	type SleepRig,
} from './suspend/sleepers';

let rig: SleepRig;

beforeAll(async () => {
	rig = await startSleepRig();
});
afterAll(async () => {
	await rig.close();
});

/** So many rows at once keep n8n busy, and no callback waiting. */
const AT_ONCE = 6;

interface Played extends Outcome {
	name: string;
	answers: readonly number[] | undefined;
}

/** Starts all, kills n8n while they sleep, and lets the callbacks of each row come. */
async function play(all: readonly Row[]): Promise<Played[]> {
	const sleepers = await Promise.all(
		all.map(async ({ items, options }, row) => {
			const ids = Array.from({ length: items }, (_, item) => `row${String(row)}_${String(item)}`);
			return await startSleeper(rig, `row${String(row)}`, ids, options);
		}),
	);
	const pairs = all.flatMap((row, index) => {
		const sleeper = sleepers[index];
		return sleeper ? [{ row, sleeper }] : [];
	});
	await Promise.all(
		pairs.map(async ({ row, sleeper }) => {
			if (row.options?.isFree) await rig.ended(sleeper.executionId);
			else await asleep(sleeper);
		}),
	);
	await rig.crash(async () => {
		await Promise.all(pairs.map(async ({ row, sleeper }) => row.whileDown?.(sleeper, rig)));
	});
	return await mapConcurrently(pairs, AT_ONCE, async ({ row, sleeper }) => {
		const acted = await settle(row.act(sleeper, rig));
		// What did not come as it should must not keep the others waiting.
		if ('error' in acted) await rig.n8n.rest.stop(sleeper.executionId).catch(() => undefined);
		const answers = 'value' in acted ? acted.value : [...sleeper.answers(), -1];
		return { name: row.name, answers, ...told(await outcomeOf(rig, sleeper), sleeper) };
	});
}

/** Items by their place. */
function told(outcome: Outcome, { ids }: Sleeper): Outcome {
	const placed = (line: string) =>
		ids.reduce((text, id, index) => text.replaceAll(id, String(index)), line);
	return { ...outcome, out: outcome.out.map(placed) };
}

function table(played: readonly Played[]): string {
	const lines = played.map(({ name, answers, out, status, wentOn, jobs }) =>
		[
			name.padEnd(58),
			(answers ?? []).join(' ').padEnd(12),
			status.padEnd(9),
			`went on ${String(wentOn)}`,
			`jobs ${String(jobs)}`,
			out.join(' · '),
		].join(' | '),
	);
	return lines.join('\n');
}

it('takes callbacks however they come: each job is paid once, and the workflow goes on once', async () => {
	const only = process.env.ROWS;
	const chosen = only ? rows.filter(({ name }) => new RegExp(only).test(name)) : rows;
	const played = await play(chosen);
	console.log(table(played));
	expect(played).toEqual(
		chosen.map(({ name, answers, out, status = 'success', wentOn = 1, items, jobs = items }) => ({
			...{ name, answers, out, status, wentOn, jobs },
		})),
	);
});
