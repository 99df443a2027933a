import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../rig';
import type { Outcome, Sleeper, SleepOptions, SleepRig } from './sleepers';

/** One way for callbacks to come, or not, and what is to come of it. */
export interface Row {
	name: string;
	/** How many items. */
	items: number;
	options?: SleepOptions;
	/** While n8n is down, before everything else. */
	whileDown?: (sleeper: Sleeper, rig: SleepRig) => Promise<void>;
	/** Gives what n8n answered, where that counts. */
	act: (sleeper: Sleeper, rig: SleepRig) => Promise<readonly number[] | undefined>;
	answers?: readonly number[];
	/** Items by their place, as `0 COMPLETED`. */
	out: readonly unknown[];
	status?: Outcome['status'];
	wentOn?: number;
	jobs?: number;
}

export const CONTINUE: SleepOptions = { settings: { onError: 'continueRegularOutput' } };

export const endAll = (sleeper: Sleeper) => {
	for (const [index] of sleeper.ids.entries()) sleeper.end(index);
};

/** Sleeps on after this, until all its jobs end. */
export const sleepsOn =
	(call: (sleeper: Sleeper, rig: SleepRig) => Promise<readonly number[]>): Row['act'] =>
	async (sleeper, rig) => {
		const answers = await call(sleeper, rig);
		await delay(300);
		const isAsleep = await sleeper.isAsleep();
		endAll(sleeper);
		return isAsleep ? answers : [-1];
	};

/** Ends the first job and waits until n8n has answered as often as told. */
export async function endFirst(sleeper: Sleeper, answers: number): Promise<readonly number[]> {
	sleeper.end(0);
	await until(() => sleeper.answers().length >= answers);
	return sleeper.answers().slice(0, answers);
}

export const statusFault = (
	rig: SleepRig,
	sleeper: Sleeper,
	fault: { status: number; times: number; index?: number },
) => {
	const { status, times, index = 0 } = fault;
	const jobId = sleeper.job(index).id;
	rig.standIn.queue.fault({ route: 'status', jobId, kind: 'answer', status, times });
};

export const ended = (kind: 'cancelled' | 'timedOut' | 'completedWithoutOutput'): Row['act'] => {
	return (sleeper) => {
		sleeper.end(0, { kind });
		sleeper.end(1);
		return Promise.resolve(undefined);
	};
};

export const twoDone = ['0 COMPLETED', '1 COMPLETED'];

export function recordOf(sleeper: Sleeper, index: number): RegExp {
	return new RegExp(`${sleeper.ids[index] ?? ''}.*json$`);
}
