import { describe, expect, it } from '@jest/globals';
import { namedJob } from '../../../../lib/generation/suspend/callbackBody';
import {
	isOver,
	isUnsure,
	noneKnown,
	takeJobsToLookAt,
	type KnownJobs,
} from '../../../../lib/generation/suspend/looks';
import type { JobLook } from '../../../../lib/generation/suspend/resumeJob';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `job-${String(index)}`);

function known({ ended = [], named = [], at = -Infinity }: Partial<Lists>): KnownJobs {
	return { ended: new Set(ended), named: new Set(named), allLookedAtMs: at };
}

interface Lists {
	ended: string[];
	named: string[];
	at: number;
}

describe('a callback of one job', () => {
	it.each<[string, number, Partial<Lists>, string[]]>([
		['of few looks at all', 3, { named: ['job-1'], at: 900 }, ids(3)],
		['looks at none that has ended', 3, { ended: ['job-0', 'job-2'], at: 900 }, ['job-1']],
		['of many looks at that one', 100, { named: ['job-7'], at: 900 }, ['job-7']],
		['of many, the first, looks at all', 100, { named: ['job-7'] }, ids(100)],
		['of many looks at all again after a while', 100, { named: ['job-7'], at: -29_001 }, ids(100)],
		[
			'of many that is of no job of this execution looks at none',
			100,
			{ named: ['x'], at: 900 },
			[],
		],
		[
			'of many of which few are left looks at those',
			100,
			{ ended: ids(98), at: 900 },
			ids(100).slice(98),
		],
	])('%s', (_, count, lists, expected) => {
		const state = known(lists);
		expect([...takeJobsToLookAt(ids(count), state, 1000)]).toEqual(expected);
		expect(state.named.size).toBe(0);
	});

	it('counts as a look at all only when it is one', () => {
		const state = noneKnown();
		takeJobsToLookAt(ids(100), state, 1000);
		takeJobsToLookAt(ids(100), state, 2000);
		expect(state.allLookedAtMs).toBe(1000);
	});
});

describe('what the looks come to', () => {
	it.each<[JobLook[], string | undefined, boolean, boolean]>([
		[['ended', 'ended'], undefined, true, false],
		[['ended', 'pending'], undefined, false, false],
		[['ended', 'pending'], 'job-0', false, false],
		[['ended', 'pending'], 'job-1', false, true],
		[['unknown', 'pending'], undefined, false, true],
		[['unnoted', 'pending'], undefined, false, true],
		[['unnoted', 'ended'], undefined, true, true],
	])('%j, where %s is said to have ended: over %s, unsure %s', (looks, said, over, unsure) => {
		const found = new Map(looks.map((look, index) => [`job-${String(index)}`, look]));
		const state = noneKnown();
		for (const [jobId, look] of found) if (look === 'ended') state.ended.add(jobId);
		expect(isOver([...found.keys()], state, found)).toBe(over);
		expect(isUnsure(found, said)).toBe(unsure);
	});
});

it.each<[unknown, object | undefined]>([
	[
		{ id: 'a', status: 'COMPLETED', output: {} },
		{ jobId: 'a', isSaidToHaveEnded: true },
	],
	[
		{ id: 'a', status: 'IN_PROGRESS' },
		{ jobId: 'a', isSaidToHaveEnded: false },
	],
	[{ id: 7, status: 'COMPLETED' }, undefined],
	[{ id: 'x'.repeat(201), status: 'COMPLETED' }, undefined],
	[{}, undefined],
	[undefined, undefined],
	['COMPLETED', undefined],
	[[{ id: 'a' }], undefined],
])('the body %j names a job or none', (body, expected) => {
	expect(namedJob(body)).toEqual(expected);
});
