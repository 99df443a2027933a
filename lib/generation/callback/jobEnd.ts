import * as z from 'zod/v4';
import { InvalidInput } from '../../base/errors/invalidInput';
import type { JobState } from '../../runpod/queue/job';

/** The ways in which a job ends, as RunPod calls them. */
const jobEvent = z.enum(['completed', 'failed', 'timedOut', 'cancelled']);
export type JobEvent = z.output<typeof jobEvent>;

const number = z.number().nullable();

/** One end of a job, as far as RunPod tells; times in milliseconds. */
export const jobEnd = z.object({
	event: jobEvent,
	delay_time_ms: number,
	execution_time_ms: number,
});
export type JobEnd = z.output<typeof jobEnd>;

const chosen = z
	.array(jobEvent, { error: 'must be a list of events' })
	.min(1, 'is empty: choose at least one event, or turn the workflow off');

/** @throws InvalidInput */
export function parseEvents(raw: unknown): readonly JobEvent[] {
	const { success, data, error } = z.object({ events: chosen }).safeParse({ events: raw });
	if (!success) throw InvalidInput.from(error);
	return data.events;
}

/** How a job has ended; nothing while it goes on, or where RunPod does not tell. */
export function endIn(look: JobState): JobEnd | undefined {
	switch (look.tag) {
		case 'completed':
		case 'completedWithoutVideo':
			return { event: 'completed', ...timesOf(look) };
		case 'failed':
		case 'timedOut':
		case 'cancelled':
			return { event: look.tag, ...timesOf(look) };
		case 'queued':
		case 'running':
		case 'missing':
		case 'unreachable':
		case 'refused':
		case 'tooLarge':
			return undefined;
	}
}

type WithFacts = Extract<JobState, { facts: unknown }>;

function timesOf({ facts }: WithFacts): Omit<JobEnd, 'event'> {
	return { delay_time_ms: facts.delayTimeMs, execution_time_ms: facts.executionTimeMs };
}

/**
 * Whether two looks at one job tell of the same end. RunPod starts a job over that failed or timed out, under its old ID: it
 * then ends another way, or after other times. A time that only one of them tells says nothing.
 */
export function isSameEnd(earlier: JobEnd, later: JobEnd): boolean {
	if (earlier.event === 'completed' || earlier.event === 'cancelled') return true;
	return (
		earlier.event === later.event &&
		mayBeSame(earlier.delay_time_ms, later.delay_time_ms) &&
		mayBeSame(earlier.execution_time_ms, later.execution_time_ms)
	);
}

function mayBeSame(one: number | null, other: number | null): boolean {
	return one === null || other === null || one === other;
}
