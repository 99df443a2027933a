import { describe, expect, it } from '@jest/globals';
import { followJob, type FollowEnd } from '../../../lib/following/follow';
import { learningSchedule } from '../../../lib/following/schedule';
import { createStallWatch } from '../../../lib/following/stallWatch';
import type { EndpointHealth } from '../../../lib/runpod/queue/health';
import type { JobState } from '../../../lib/runpod/queue/job';
import { simulatedClock } from '../generation/run/simulatedClock';

const facts = (status: string) => ({
	jobId: 'job-1',
	status,
	delayTimeMs: null,
	executionTimeMs: null,
	workerId: null,
	retries: 0,
});
const queued: JobState = { tag: 'queued', facts: facts('IN_QUEUE') };
const running: JobState = { tag: 'running', facts: facts('IN_PROGRESS'), progress: null };
const cancelled: JobState = { tag: 'cancelled', facts: facts('CANCELLED') };
const missing: JobState = { tag: 'missing', jobId: 'job-1', reason: 'gone' };
const unreachable: JobState = { tag: 'unreachable', reason: 'HTTP 502' };

const idle = { idle: 0, initializing: 0, ready: 0, running: 0, throttled: 0, unhealthy: 0 };
const noJobs = { completed: 0, failed: 0, inProgress: 0, inQueue: 1, retried: 0 };

interface Scene {
	/** What each look sees; the last one is seen again and again. */
	looks: (JobState | Error)[];
	workers?: Partial<EndpointHealth['workers']>;
	maxRestarts?: number;
	timeoutMs?: number;
	submittedAtMs?: number;
	ttlMs?: number;
	stopAtMs?: number;
	/** Somebody sets the wall clock. */
	setBy?: { atMs: number; ms: number };
}

async function follow({
	looks,
	workers,
	maxRestarts = 2,
	timeoutMs = 3_600_000,
	submittedAtMs,
	ttlMs,
	stopAtMs,
	setBy,
}: Scene) {
	const clock = simulatedClock(0);
	const stop = new AbortController();
	const lookedAtMs: number[] = [];
	let healthChecks = 0;
	const health = async () => {
		healthChecks += 1;
		return Promise.resolve(workers && { jobs: noJobs, workers: { ...idle, ...workers } });
	};
	const stallWatch = createStallWatch(clock, health);
	const pollStatus = async () => {
		lookedAtMs.push(clock.monotonic());
		const seen = looks[Math.min(lookedAtMs.length, looks.length) - 1] ?? queued;
		return seen instanceof Error ? Promise.reject(seen) : Promise.resolve(seen);
	};
	if (stopAtMs !== undefined)
		void clock.sleep(stopAtMs).then(() => {
			stop.abort();
		});
	const work = followJob(
		{ jobId: 'job-1', submittedAtMs, ttlMs },
		{ pollStatus, clock, schedule: learningSchedule(), stallWatch, signal: stop.signal },
		{ deadlineMs: clock.monotonic() + timeoutMs, maxRestarts },
	);
	if (setBy)
		void clock.sleep(setBy.atMs).then(() => {
			clock.set(setBy.ms);
		});
	const end: FollowEnd = await clock.run(work);
	return { end, lookedAtMs, healthChecks, endedAtMs: clock.monotonic() };
}

describe('following a job', () => {
	it('looks first after 1 s, then at an interval that grows by half up to 5 s while it waits', async () => {
		const looks = [queued, queued, queued, queued, queued, queued, cancelled];

		const { end, lookedAtMs } = await follow({ looks });

		expect(lookedAtMs).toEqual([1000, 2500, 4750, 8125, 13_125, 18_125, 23_125]);
		expect(end).toEqual({ tag: 'ended', state: cancelled });
	});

	it.each([
		[-1_000, 0],
		[-400, 600],
		[5_000, 1_000],
	])('that was submitted at %i ms looks first after %i ms', async (submittedAtMs, firstMs) => {
		const { lookedAtMs } = await follow({ looks: [cancelled], submittedAtMs });
		expect(lookedAtMs).toEqual([firstMs]);
	});

	it('takes one last look at the deadline', async () => {
		const { end, lookedAtMs } = await follow({ looks: [queued], timeoutMs: 10_000 });

		expect(lookedAtMs).toEqual([1000, 2500, 4750, 8125, 10_000]);
		expect(end).toEqual({ tag: 'deadline', last: queued, stall: undefined });
	});

	it('takes what the last look sees', async () => {
		const looks = [queued, queued, queued, queued, cancelled];
		const { end } = await follow({ looks, timeoutMs: 10_000 });

		expect(end.tag).toBe('ended');
	});

	it('goes on through passing trouble, and remembers the last real news', async () => {
		const { end } = await follow({ looks: [running, unreachable], timeoutMs: 10_000 });

		expect(end).toEqual({ tag: 'deadline', last: running, stall: undefined });
	});

	it('waits as long as it is asked to', async () => {
		const looks: JobState[] = [{ ...unreachable, retryAfterMs: 20_000 }, cancelled];
		const { lookedAtMs } = await follow({ looks });

		expect(lookedAtMs).toEqual([1000, 21_000]);
	});

	const hourMs = 3_600_000;

	it.each<[string, Partial<Scene>, JobState[], string]>([
		['once', {}, [missing, cancelled], 'ended'],
		['twice, after it was seen', {}, [running, missing, missing, cancelled], 'ended'],
		['once, older than its time to live', { ttlMs: hourMs }, [missing, cancelled], 'ended'],
		['twice, older than its time to live', { ttlMs: hourMs }, [missing, missing], 'lost'],
		['twice, an hour old', { ttlMs: 24 * hourMs }, [missing, missing, cancelled], 'ended'],
		['by turns with silence', {}, [missing, unreachable, missing, cancelled], 'ended'],
	])('takes a job that is missing %s so', async (_what, more, looks, tag) => {
		const { end } = await follow({ looks, submittedAtMs: -2 * hourMs, ...more });

		expect(end.tag).toBe(tag);
	});

	it.each([
		['that was never seen', [missing], undefined],
		['that was seen before', [running, missing], running],
	])('takes a job %s for lost when it is missing for 150 s', async (_what, looks, last) => {
		const { end, endedAtMs } = await follow({ looks });

		expect(end).toEqual({ tag: 'lost', reason: 'gone', last });
		expect(endedAtMs).toBeGreaterThanOrEqual(150_000);
		expect(endedAtMs).toBeLessThan(160_000);
	});

	it.each<[number]>([[302], [400], [401], [403], [409]])(
		'believes a refusal with %i only when it has lasted for a minute',
		async (status) => {
			const refused: JobState = { tag: 'refused', reason: 'no', status };
			const once = await follow({ looks: [running, refused, cancelled] });
			const lasting = await follow({ looks: [running, refused, unreachable, refused] });

			expect(once.end.tag).toBe('ended');
			expect(lasting.end).toEqual({ tag: 'refused', reason: 'no', status, last: running });
			expect(lasting.endedAtMs).toBeGreaterThanOrEqual(60_000);
			expect(lasting.endedAtMs).toBeLessThan(75_000);
		},
	);

	it.each<[string, JobState | Error]>([
		['an answer that is too large', { tag: 'tooLarge', reason: 'a reason' }],
		['a fault of its own', new Error('a reason')],
	])('ends at %s, and keeps the last news', async (_what, seen) => {
		const { end } = await follow({ looks: [running, seen] });

		expect(end).toEqual({ tag: 'unreadable', reason: 'a reason', last: running });
	});

	it.each([
		['back an hour', -3_600_000],
		['forward a day', 86_400_000],
	])('keeps its deadline when the clock is set %s', async (_what, ms) => {
		const { end, endedAtMs } = await follow({
			looks: [running],
			submittedAtMs: 0,
			timeoutMs: 20_000,
			setBy: { atMs: 3000, ms },
		});

		expect(end).toEqual({ tag: 'deadline', last: running, stall: undefined });
		expect(endedAtMs).toBe(20_000);
	});

	it('ends at once when it is stopped, in the middle of a sleep', async () => {
		const { end, endedAtMs } = await follow({ looks: [running], stopAtMs: 3000 });

		expect(end).toEqual({ tag: 'aborted', last: running });
		expect(endedAtMs).toBe(3000);
	});

	it('looks at nothing when it was stopped before', async () => {
		const { end, lookedAtMs } = await follow({ looks: [running], stopAtMs: 0 });

		expect(end).toEqual({ tag: 'aborted', last: undefined });
		expect(lookedAtMs).toEqual([]);
	});
});

describe('a job that waits for a worker', () => {
	it.each<[string, Partial<EndpointHealth['workers']>, string | undefined]>([
		['no worker is allowed', {}, 'noWorkers'],
		['no GPU is free', { throttled: 2 }, 'throttled'],
		['the workers crash', { unhealthy: 1, throttled: 1 }, 'unhealthy'],
		['the first worker starts', { initializing: 1, unhealthy: 1 }, 'initializing'],
		['all workers are busy', { running: 3, ready: 3 }, 'busy'],
		['a worker is free', { idle: 1, ready: 1 }, undefined],
	])('tells at the deadline that %s', async (_what, workers, stall) => {
		const { end } = await follow({ looks: [queued], workers, timeoutMs: 60_000 });

		expect(end).toEqual({ tag: 'deadline', last: queued, stall });
	});

	it('asks for the health at most every 15 s', async () => {
		const { healthChecks } = await follow({ looks: [queued], workers: {}, timeoutMs: 60_000 });

		expect(healthChecks).toBeGreaterThanOrEqual(3);
		expect(healthChecks).toBeLessThanOrEqual(4);
	});

	it('is not asked about any more once it runs', async () => {
		const looks = [queued, running];
		const { end, healthChecks } = await follow({ looks, workers: {}, timeoutMs: 60_000 });

		expect(healthChecks).toBe(1);
		expect(end).toEqual({ tag: 'deadline', last: running, stall: undefined });
	});
});

describe('a job that is started over', () => {
	const restarted = (retries: number): JobState => ({
		...running,
		facts: { ...facts('IN_PROGRESS'), retries },
	});

	it.each([
		[2, 'ended'],
		[1, 'restarted'],
		[0, 'restarted'],
	])('with %i restarts allowed', async (maxRestarts, tag) => {
		const looks = [restarted(1), restarted(2), restarted(2), cancelled];
		const { end } = await follow({ looks, maxRestarts });

		expect(end.tag).toBe(tag);
	});
});

describe('a number of restarts that only one look tells', () => {
	const restarted = (retries: number): JobState => ({
		...running,
		facts: { ...facts('IN_PROGRESS'), retries },
	});

	it.each<[string, JobState[], string]>([
		['first', [restarted(99), running, cancelled], 'ended'],
		['between others', [running, restarted(99), running, restarted(99), cancelled], 'ended'],
		['before the end', [running, restarted(99), cancelled], 'ended'],
		['and the next, of more', [running, restarted(99), restarted(3), cancelled], 'restarted'],
		['and the next with news', [restarted(99), unreachable, restarted(99)], 'restarted'],
	])('%s', async (_where, looks, tag) => {
		const { end } = await follow({ looks });

		expect(end.tag).toBe(tag);
	});

	it('at the deadline does not count', async () => {
		const { end } = await follow({ looks: [restarted(99)], timeoutMs: 1000 });

		expect(end.tag).toBe('deadline');
	});
});
