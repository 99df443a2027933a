import { describe, expect, it } from '@jest/globals';
import { faultsOf, type Measures } from './verdict';

const good: Measures = {
	endedMs: 900,
	limitMs: 1000,
	posts: { run: 1, retry: 1, purge: 1 },
	cancels: 1,
	running: 0,
	mustNotRun: true,
	warmWorkers: 0,
	lostIds: [],
	extraEndpoints: 0,
	ledAstray: 0,
	blockedMs: 300,
	strangers: [],
};

describe('the verdict of the attack', () => {
	it.each<[string, Partial<Measures>]>([
		['all is well', {}],
		['a job runs on that could not be cancelled', { running: 1, mustNotRun: false }],
		['it ended in time after Stop', { stop: { endedMs: 1900, limitMs: 2000 } }],
	])('is not red when %s', (_name, change) => {
		expect(faultsOf({ ...good, ...change })).toEqual([]);
	});

	it.each<[string, Partial<Measures>]>([
		['hangs: not ended after 1.0 s', { endedMs: undefined }],
		['took 1.2 s of 1.0 s', { endedMs: 1200 }],
		['after Stop not ended, 2.0 s allowed', { stop: { endedMs: undefined, limitMs: 2000 } }],
		[
			'after Stop ended only after 2.5 s, 2.0 s allowed',
			{ stop: { endedMs: 2500, limitMs: 2000 } },
		],
		['2 POSTs to /run', { posts: { ...good.posts, run: 2 } }],
		['2 POSTs to /retry', { posts: { ...good.posts, retry: 2 } }],
		['2 POSTs to /purge-queue', { posts: { ...good.posts, purge: 2 } }],
		['1 job left running', { running: 1 }],
		['a worker is left warm', { warmWorkers: 1 }],
		['job abc is named nowhere', { lostIds: ['abc'] }],
		['a second endpoint was made', { extraEndpoints: 1 }],
		['followed a redirect to another address', { ledAstray: 1 }],
		['all else stood still for 2.4 s', { blockedMs: 2400 }],
		['spoke to MinIO, which it never does', { strangers: ['MinIO'] }],
	])('is red, in these words: %s', (words, change) => {
		expect(faultsOf({ ...good, ...change })).toEqual([words]);
	});
});
