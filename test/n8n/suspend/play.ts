import { expect } from '@jest/globals';
import { mapConcurrently } from '../../../lib/base/async/concurrency';
import { settle } from '../../../lib/base/errors/settled';
import { callRows } from './callbackRows';
import { endRows } from './endRows';
import { flows } from './flowRows';
import type { Row } from './row';
import {
	asleep,
	outcomeOf,
	startSleeper,
	type Outcome,
	type Sleeper,
	type SleepRig,
} from './sleepers';

/** So many rows at once keep n8n busy, and no callback waiting. */
const AT_ONCE = 6;

interface Played extends Outcome {
	name: string;
	answers: readonly number[] | undefined;
}

/** Those that the environment variable ROWS, a regular expression, names; default: all. */
function chosenOf<T extends { name: string }>(rows: readonly T[]): readonly T[] {
	const { ROWS: only } = process.env;
	return only ? rows.filter(({ name }) => new RegExp(only).test(name)) : rows;
}

/** Plays all rows of callbacks, and checks what came of each. */
export async function expectRows(rig: SleepRig): Promise<void> {
	const rows = chosenOf([...callRows, ...endRows]);
	const played = await play(rig, rows);
	console.log(tableOf(played));
	expect(played).toEqual(
		rows.map(({ name, answers, out, status = 'success', wentOn = 1, items, jobs = items }) => ({
			...{ name, answers, out, status, wentOn, jobs },
		})),
	);
}

/** Plays every kind of workflow around the node, and checks what came of each. */
export async function expectFlows(rig: SleepRig, mode: 'regular' | 'queue'): Promise<void> {
	const chosen = chosenOf(flows);
	const played = await mapConcurrently(chosen, AT_ONCE, async ({ name, play: playFlow }) => {
		const id = `flow${String(flows.findIndex((flow) => flow.name === name) + 10)}`;
		const end = await settle(playFlow(rig, id));
		const outcome =
			'value' in end ? end.value : { status: String(end.error), out: [], wentOn: -1, jobs: -1 };
		const out = outcome.out.map((line) => line.replaceAll(`${id}_`, ''));
		return { name, answers: undefined, ...outcome, out };
	});
	console.log(tableOf(played));
	expect(played).toEqual(
		chosen.map(({ name, expected, expectedInQueue = expected }) => ({
			...{ name, answers: undefined },
			...(mode === 'queue' ? expectedInQueue : expected),
		})),
	);
}

/** Starts all, kills n8n while they sleep, and lets the callbacks of each row come. */
async function play(rig: SleepRig, all: readonly Row[]): Promise<Played[]> {
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

function tableOf(played: readonly Played[]): string {
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
