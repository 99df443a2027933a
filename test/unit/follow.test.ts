import { describe, expect, it } from '@jest/globals';
import { followJob, type FollowEnd } from '../../lib/following/follow';
import { fixedSchedule, learningSchedule } from '../../lib/following/schedule';
import { createStallWatch } from '../../lib/following/stallWatch';
import { stallOf, type EndpointHealth } from '../../lib/runpod/health';
import type { JobLook } from '../../lib/runpod/job';
import { simulatedClock } from './simulatedClock';

const facts = (status: string) => ({
	jobId: 'job-1',
	status,
	delayTimeMs: null,
	executionTimeMs: null,
	workerId: null,
	retries: 0,
});
const queued: JobLook = { tag: 'queued', facts: facts('IN_QUEUE') };
const running: JobLook = { tag: 'running', facts: facts('IN_PROGRESS'), progress: null };
const cancelled: JobLook = { tag: 'cancelled', facts: facts('CANCELLED') };
const missing: JobLook = { tag: 'missing', jobId: 'job-1', reason: 'gone' };
const unreachable: JobLook = { tag: 'unreachable', reason: 'HTTP 502' };

const idle = { idle: 0, initializing: 0, ready: 0, running: 0, throttled: 0, unhealthy: 0 };
const noJobs = { completed: 0, failed: 0, inProgress: 0, inQueue: 1, retried: 0 };

interface Scene {
	/** What each look sees; the last one is seen again and again. */
	looks: JobLook[];
	workers?: Partial<EndpointHealth['workers']>;
	maxRestarts?: number;
	timeoutMs?: number;
	submittedAtMs?: number;
	stopAtMs?: number;
}

async function follow({
	looks,
	workers,
	maxRestarts = 2,
	timeoutMs = 3_600_000,
	submittedAtMs,
	stopAtMs,
}: Scene) {
	const clock = simulatedClock(0);
	const stop = new AbortController();
	const lookedAtMs: number[] = [];
	let healthChecks = 0;
	const health = async () => {
		healthChecks += 1;
		return Promise.resolve(workers && { jobs: noJobs, workers: { ...idle, ...workers } });
	};
	const stallWatch = createStallWatch(clock, health, stallOf);
	const look = async () => {
		lookedAtMs.push(clock.now());
		return Promise.resolve(looks[Math.min(lookedAtMs.length, looks.length) - 1] ?? queued);
	};
	if (stopAtMs !== undefined)
		void clock.sleep(stopAtMs).then(() => {
			stop.abort();
		});
	const work = followJob(
		{ jobId: 'job-1', submittedAtMs },
		{ look, clock, schedule: learningSchedule(), stallWatch, signal: stop.signal },
		{ timeoutMs, maxRestarts },
	);
	const end: FollowEnd = await clock.run(work);
	return { end, lookedAtMs, healthChecks, endedAtMs: clock.now() };
}

describe('following a job', () => {
	it('looks first after 1 s, then at an interval that grows by half up to 5 s while it waits', async () => {
		const looks = [queued, queued, queued, queued, queued, queued, cancelled];

		const { end, lookedAtMs } = await follow({ looks });

		expect(lookedAtMs).toEqual([1000, 2500, 4750, 8125, 13_125, 18_125, 23_125]);
		expect(end).toEqual({ tag: 'ended', look: cancelled });
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
		const looks: JobLook[] = [{ ...unreachable, retryAfterMs: 20_000 }, cancelled];
		const { lookedAtMs } = await follow({ looks });

		expect(lookedAtMs).toEqual([1000, 21_000]);
	});

	it.each([
		['not there yet', 0, 'ended'],
		['lost, 150 s after the submit', -151_000, 'lost'],
		['lost, when nobody knows when it was submitted', undefined, 'lost'],
	])('takes a 404 for %s', async (_what, submittedAtMs, tag) => {
		const scene = { looks: [missing, cancelled] };
		const { end } = await follow(submittedAtMs === undefined ? scene : { ...scene, submittedAtMs });

		expect(end.tag).toBe(tag);
	});

	it('takes a job that was seen before for gone when it is missing twice', async () => {
		const once = await follow({ looks: [running, missing, cancelled], submittedAtMs: 0 });
		const twice = await follow({ looks: [running, missing, missing], submittedAtMs: 0 });

		expect(once.end.tag).toBe('ended');
		expect(twice.end).toEqual({ tag: 'lost', reason: 'gone', last: running });
	});

	it('gives a job up that is missing for 150 s', async () => {
		const { end, endedAtMs } = await follow({ looks: [missing], submittedAtMs: 0 });

		expect(end.tag).toBe('lost');
		expect(endedAtMs).toBeGreaterThan(150_000);
		expect(endedAtMs).toBeLessThan(156_000);
	});

	it('ends at once when it is refused', async () => {
		const looks: JobLook[] = [{ tag: 'refused', reason: 'no', status: 401 }];
		const { end } = await follow({ looks });

		expect(end).toEqual({ tag: 'refused', reason: 'no', status: 401, last: undefined });
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
	const restarted = (retries: number): JobLook => ({
		...running,
		facts: { ...facts('IN_PROGRESS'), retries },
	});

	it.each([
		[2, 'ended'],
		[1, 'restarted'],
		[0, 'restarted'],
	])('with %i restarts allowed', async (maxRestarts, tag) => {
		const looks = [restarted(1), restarted(2), cancelled];
		const { end } = await follow({ looks, maxRestarts });

		expect(end.tag).toBe(tag);
	});
});

describe('the learning schedule', () => {
	const taught = (...runTimesMs: number[]) => {
		const schedule = learningSchedule();
		for (const runTimeMs of runTimesMs) schedule.learn(runTimeMs);
		return (runningForMs: number | undefined) =>
			schedule.nextIntervalMs({ lastIntervalMs: 1000, runningForMs });
	};

	it('grows by half up to 5 s while the job waits', () => {
		const schedule = learningSchedule();
		const intervals = [1000, 1500, 4000, 5000].map((lastIntervalMs) =>
			schedule.nextIntervalMs({ lastIntervalMs, runningForMs: undefined }),
		);
		expect(intervals).toEqual([1500, 2250, 5000, 5000]);
	});

	it('is a tenth of the run time, up to 5 s, until it has learned something', () => {
		const schedule = learningSchedule();
		const intervals = [0, 5000, 20_000, 40_000, 900_000].map((runningForMs) =>
			schedule.nextIntervalMs({ lastIntervalMs: 1000, runningForMs }),
		);
		expect(intervals).toEqual([500, 500, 2000, 4000, 5000]);
	});

	it('rests until the last stretch, looks closely there, and rarely after it', () => {
		const next = taught(240_000);
		expect(next(0)).toBe(60_000);
		expect(next(200_000)).toBeCloseTo(240_000 * Math.exp(-0.12) - 200_000, 0);
		expect(next(240_000)).toBeCloseTo(1440, 0);
		expect(next(300_000)).toBe(15_000);
	});

	it('goes on growing while the job waits for a worker', () => {
		expect(taught(240_000)(undefined)).toBe(1500);
	});

	it('never looks more often than twice a second', () => {
		expect(taught(2000)(2000)).toBe(500);
	});

	it('learns how far the run times spread', () => {
		const narrow = taught(99_000, 100_000, 101_000, 100_000, 100_000, 99_500);
		const wide = taught(50_000, 100_000, 150_000, 75_000, 125_000, 100_000);
		expect(wide(100_000)).toBeGreaterThan(narrow(100_000));
	});

	it('is the same always when it is set by hand', () => {
		const schedule = fixedSchedule(7000);
		schedule.learn(240_000);
		expect(schedule.nextIntervalMs({ lastIntervalMs: 1, runningForMs: 240_000 })).toBe(7000);
	});
});
