import { describe, expect, it } from '@jest/globals';
import { followJob, followJobs, type FollowEnd } from '../../lib/following/follow';
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

interface Scene {
	/** What each look sees; the last one is seen again and again. */
	looks: JobLook[];
	timeoutMs?: number;
	submittedAtMs?: number;
	stopAtMs?: number;
}

async function follow({ looks, timeoutMs = 3_600_000, submittedAtMs, stopAtMs }: Scene) {
	const clock = simulatedClock(0);
	const stop = new AbortController();
	const lookedAtMs: number[] = [];
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
		{ look, clock, signal: stop.signal },
		{ timeoutMs },
	);
	const end: FollowEnd = await clock.run(work);
	return { end, lookedAtMs, endedAtMs: clock.now() };
}

describe('following a job', () => {
	it('looks first after 1 s, then at an interval that grows by half up to 5 s', async () => {
		const looks = [queued, queued, running, running, running, running, cancelled];

		const { end, lookedAtMs } = await follow({ looks });

		expect(lookedAtMs).toEqual([1000, 2500, 4750, 8125, 13_125, 18_125, 23_125]);
		expect(end).toEqual({ tag: 'ended', look: cancelled });
	});

	it('takes one last look at the deadline', async () => {
		const { end, lookedAtMs } = await follow({ looks: [running], timeoutMs: 10_000 });

		expect(lookedAtMs).toEqual([1000, 2500, 4750, 8125, 10_000]);
		expect(end).toEqual({ tag: 'deadline', last: running });
	});

	it('takes what the last look sees', async () => {
		const looks = [running, running, running, running, cancelled];
		const { end } = await follow({ looks, timeoutMs: 10_000 });

		expect(end.tag).toBe('ended');
	});

	it('goes on through passing trouble, and remembers the last real news', async () => {
		const { end } = await follow({ looks: [running, unreachable], timeoutMs: 10_000 });

		expect(end).toEqual({ tag: 'deadline', last: running });
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

it('follows many jobs at once, and answers in their order', async () => {
	const clock = simulatedClock(0);
	const endsAtMs = new Map([
		['slow', 60_000],
		['quick', 4000],
		['middle', 30_000],
	]);
	const look = async (jobId: string) =>
		Promise.resolve(
			clock.now() >= (endsAtMs.get(jobId) ?? 0)
				? { ...cancelled, facts: { ...facts('CANCELLED'), jobId } }
				: running,
		);

	const jobs = [...endsAtMs.keys()].map((jobId) => ({ jobId }));
	const ends = await clock.run(followJobs(jobs, { look, clock }, { timeoutMs: 3_600_000 }));

	expect(ends.map((end) => end.tag === 'ended' && end.look.facts.jobId)).toEqual([
		'slow',
		'quick',
		'middle',
	]);
	expect(clock.now()).toBeLessThan(66_000);
});
