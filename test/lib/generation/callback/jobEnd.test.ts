import { expect, it } from '@jest/globals';
import {
	endIn,
	isSameEnd,
	parseEvents,
	type JobEnd,
} from '../../../../lib/generation/callback/jobEnd';
import { readJob } from '../../../../lib/runpod/queue/job';

function end(event: JobEnd['event'], delayMs: number | null, runMs: number | null): JobEnd {
	return { event, delay_time_ms: delayMs, execution_time_ms: runMs };
}

it.each([
	['the very same', end('failed', 5, 90), end('failed', 5, 90), true],
	['another run time', end('failed', 5, 90), end('failed', 5, 91), false],
	['another queue time', end('timedOut', 5, null), end('timedOut', 6, null), false],
	['a time that came late', end('failed', null, null), end('failed', 5, 90), true],
	['a time that is gone', end('failed', 5, 90), end('failed', 5, null), true],
	['done after a retry', end('failed', 5, 90), end('completed', 7, 80), false],
	['cancelled after a retry', end('timedOut', 5, 90), end('cancelled', 7, null), false],
	['completed is for good', end('completed', 5, 90), end('completed', 6, 95), true],
	['a cancel of a finished job', end('completed', 5, 90), end('cancelled', 5, 90), true],
	['cancelled is for good', end('cancelled', null, null), end('cancelled', 5, 90), true],
])('%s', (_what, earlier, later, isSame) => {
	expect(isSameEnd(earlier, later)).toBe(isSame);
});

it.each([
	['IN_QUEUE', undefined],
	['IN_PROGRESS', undefined],
	['SOMETHING_NEW', undefined],
	['COMPLETED', 'completed'],
	['FAILED', 'failed'],
	['TIMED_OUT', 'timedOut'],
	['CANCELLED', 'cancelled'],
])('a look that says %s is the event %s', (status, event) => {
	const text = JSON.stringify({ id: 'job1', status, delayTime: 3, executionTime: 4 });
	const look = readJob('job1', { status: 200, text }, 0);
	expect(endIn(look)).toEqual(event && { event, delay_time_ms: 3, execution_time_ms: 4 });
});

it.each([
	[[], 'choose at least one event'],
	['completed', 'must be a list'],
	[undefined, 'must be a list'],
	[['completed', 'done'], 'events'],
])('%j are no events', (raw, message) => {
	expect(() => parseEvents(raw)).toThrow(message);
});
