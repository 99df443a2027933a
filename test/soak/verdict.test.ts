import { describe, expect, it } from '@jest/globals';
import { isDue, mannerOf, type Known } from './asking/nextAsk';
import { growthOf } from './growth';
import type { SeenJob } from './seen/jobsSeen';
import type { Ask, Request } from './seen/ledger';
import type { Sample } from './seen/samples';
import { verdictOf, type Verdict } from './verdict';

const ask: Ask = { manner: 'as before', sentAtMs: 1000, life: 1, sent: 'taken' };
const told = (code: string) => ({ atMs: 9000, executionId: '7', code, text: `${code}: no` });
const delivered = { atMs: 9000, jobId: 'job1', link: 'http://x/idle.mp4', key: 'idle.mp4' };

function request(change: Partial<Request> = {}): Request {
	return { id: 'form-1', flow: 'form', asks: [ask], ...change };
}

function job(id: string, change: Partial<SeenJob> = {}): SeenJob {
	const times = { submittedAtMs: 2000, endedAtMs: 5000 };
	return { id, avatarId: 'form-1', status: 'COMPLETED', madeVideo: true, ...times, ...change };
}

/** So many, whatever they say. */
const stories = (count = 0): unknown[] => Array.from({ length: count }, () => expect.any(String));

const failed: Partial<SeenJob> = { status: 'FAILED', madeVideo: false };

describe('the verdict of the soak', () => {
	it.each<[string, Request, SeenJob[], Partial<Record<keyof Verdict, number>>]>([
		['one job and its video', request({ delivered }), [job('job1')], {}],
		[
			'a job made anew after one that failed',
			request({ delivered }),
			[job('job0', { ...failed, endedAtMs: 3000 }), job('job1', { submittedAtMs: 3000 })],
			{},
		],
		['a video that nobody got', request(), [job('job1')], { lost: 1 }],
		['no video at all', request(), [job('job1', failed)], { unanswered: 1 }],
		[
			'two videos',
			request({ delivered }),
			[job('job1'), job('job2', { submittedAtMs: 6000, endedAtMs: 8000 })],
			{ doubled: 1 },
		],
		[
			'two jobs at once, of which one was cancelled',
			request({ delivered }),
			[job('job1'), job('job2', { ...failed, submittedAtMs: 4000 })],
			{ doubled: 1 },
		],
		[
			'a job that runs on',
			request({ delivered }),
			[job('job1'), job('job2', { ...failed, submittedAtMs: 6000, endedAtMs: undefined })],
			{ burning: 1 },
		],
	])('of %s', (_name, one, jobs, expected) => {
		const { lost, doubled, burning, unanswered } = verdictOf([one], () => jobs, jobs);
		const lists = { lost, doubled, burning, unanswered };
		expect(lists).toEqual({
			lost: stories(expected.lost),
			doubled: stories(expected.doubled),
			burning: stories(expected.burning),
			unanswered: stories(expected.unanswered),
		});
	});

	it('tells the story of what is lost, in the order of time', () => {
		const begun = { ...ask, executionId: '7', beganAtMs: 1500, end: told('STORAGE') };
		const { lost } = verdictOf([request({ asks: [begun] })], () => [job('job1')], []);
		expect(lost.join('').split('\n').slice(1)).toEqual([
			'       0.0 s asked as before',
			'       0.5 s execution 7',
			'       1.0 s job job1 submitted',
			'       4.0 s job job1 COMPLETED, video made',
			'       8.0 s STORAGE: no',
		]);
	});
});

const known: Known = {
	nowMs: 60_000,
	life: 1,
	isUp: true,
	overSinceMs: () => undefined,
	jobs: [],
};

describe('somebody asks again', () => {
	it.each<[string, Partial<Ask>, Partial<Known>, boolean]>([
		['not while the execution goes on', { executionId: '7' }, {}, false],
		['once it has ended with nothing', { executionId: '7' }, { overSinceMs: () => 50_000 }, true],
		['after an error', { executionId: '7', end: told('JOB_FAILED') }, {}, true],
		['not at once after an error', { end: told('JOB_FAILED') }, { nowMs: 9500 }, false],
		['where n8n did not take it', { sent: 'refused' }, {}, true],
		['not where n8n took it and is busy', {}, {}, false],
		['not where nobody knows whether n8n took it', { sent: 'unknown' }, {}, false],
		['where n8n took it and died', {}, { life: 2 }, true],
		['not while n8n is down', { sent: 'refused' }, { isUp: false }, false],
		[
			'where RunPod did not call back',
			{ executionId: '7', submittedJobId: 'job1' },
			{ jobs: [job('job1')] },
			true,
		],
		[
			'not while RunPod may still call back',
			{ executionId: '7', submittedJobId: 'job1' },
			{ jobs: [job('job1')], nowMs: 20_000 },
			false,
		],
	])('%s', (_name, change, more, expected) => {
		const asked = request({ asks: [{ ...ask, ...change }] });
		expect(isDue(asked, { ...known, ...more })).toBe(expected);
	});

	it('does not ask again for what was delivered', () => {
		expect(isDue(request({ delivered }), { ...known, life: 2 })).toBe(false);
	});

	it.each<[string, Partial<Request>, Partial<Ask>, SeenJob[], boolean]>([
		['as before', {}, { end: told('JOB_FAILED') }, [job('job1', failed)], false],
		['return it', {}, {}, [job('job1')], true],
		['submit anyway', {}, { end: told('SUBMIT_UNKNOWN') }, [], false],
		['as before', {}, { end: told('SUBMIT_UNKNOWN') }, [job('job1')], false],
		['by job ID', { flow: 'trigger' }, { submittedJobId: 'job1' }, [job('job1')], true],
		[
			'as before',
			{ flow: 'trigger' },
			{ submittedJobId: 'job1', end: told('job FAILED') },
			[job('job1', failed)],
			false,
		],
	])('%s: %j, %j', (expected, change, lastAsk, jobs, isGivenOut) => {
		const asked = request({ asks: [{ ...ask, ...lastAsk }], ...change });
		expect(mannerOf(asked, { jobs }, isGivenOut)).toBe(expected);
	});
});

describe('growth', () => {
	const minute = 60_000;
	const sampled = (minutes: number, change: (share: number) => Partial<Sample>) =>
		Array.from({ length: 80 }, (_, index): Sample => {
			const share = index / 80;
			const use = { rssMb: 500, heapMb: 200, handles: 60, sockets: 20 };
			const counts = { executions: 5, paid: 0, delivered: 0 };
			return { atMs: share * minutes * minute, life: 2, ...use, ...counts, ...change(share) };
		});
	const leaksOf = (samples: readonly Sample[]) =>
		growthOf(samples).flatMap(({ name, isLeak }) => (isLeak ? [name] : []));

	it.each<[string, Sample[], string[]]>([
		['nothing', sampled(20, () => ({})), []],
		['handles', sampled(20, (share) => ({ handles: 60 + share * 100 })), ['open handles']],
		['the heap', sampled(20, (share) => ({ heapMb: 200 + share * 200 })), ['heap held, MB']],
		[
			'a heap that is collected now and then',
			sampled(20, (share) => ({ heapMb: 200 + ((share * 1000) % 100) })),
			[],
		],
		['a short run', sampled(3, (share) => ({ handles: 60 + share * 100 })), []],
		[
			'an earlier life of n8n',
			sampled(40, (share) => ({ life: share < 0.5 ? 1 : 2, handles: share < 0.5 ? 600 : 60 })),
			[],
		],
	])('is seen in the last life: %s', (_name, samples, expected) => {
		expect(leaksOf(samples)).toEqual(expected);
	});

	it('tells the second quarter beside the last, and by how much each hundred jobs', () => {
		const grown = growthOf(
			sampled(20, (share) => ({ sockets: Math.floor(share * 4), paid: share * 400 })),
		);
		const sockets = { name: 'sockets', from: 1, to: 3, perHundredJobs: 1, isLeak: false };
		expect(grown).toContainEqual(sockets);
	});
});
