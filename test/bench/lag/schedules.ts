import { fixedSchedule, learningSchedule, type Schedule } from '../../../lib/following/schedule';

/** A way to look at jobs, as a run of the bench knows it. */
export interface Way {
	name: string;
	schedule: () => Schedule;
	/** It gives a result out so much later than it has seen it. */
	afterMs?: number;
}

/** This package's. */
export const ours: Way = { name: 'ours', schedule: learningSchedule };

export const others: readonly Way[] = [
	{ name: 'every 5 s', schedule: () => fixedSchedule(5000) },
	{ name: 'every 10 s', schedule: () => fixedSchedule(10_000) },
	{
		name: "n8n's OpenAI video operation (10 s, and once more after the end)",
		schedule: () => fixedSchedule(10_000),
		afterMs: 10_000,
	},
	{ name: 'backoff (1 s, by half up to 30 s)', schedule: () => backoff(1.5, 30_000) },
];

/** The most that RunPod's own clients ask: its client for Python. */
export const everySecond: Way = {
	name: "RunPod's client for Python (every 1 s)",
	schedule: () => fixedSchedule(1000),
};

function backoff(growth: number, maxMs: number): Schedule {
	return {
		nextIntervalMs: ({ lastIntervalMs }) => Math.min(lastIntervalMs * growth, maxMs),
		learn: () => undefined,
	};
}
