import { describe, expect, it } from '@jest/globals';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import {
	findExecutionJobs,
	parseExecutionWish,
} from '../../../../lib/generation/job/executionJobs';
import { parseKnownJobs } from '../../../../lib/generation/job/knownJob';
import type { Page, PageRequest, StoredText } from '../../../../lib/storage/objects/bucket';

const NOW_MS = Date.parse('2026-03-01T00:00:00Z');
const DAY_MS = 24 * 3_600_000;
const LAST_PAGE = 1000;

const record = (more: object = {}) => ({
	version: 1,
	state: 'submitted',
	delivered: false,
	fingerprint: 'print',
	execution_id: '77',
	endpoint_id: 'endpoint1',
	job_id: 'job-1',
	input_keys: [],
	intended_at_ms: NOW_MS,
	submitted_at_ms: NOW_MS,
	recorded_at_ms: NOW_MS,
	...more,
});

interface Stored {
	text: string;
	ageMs?: number;
	isDenied?: boolean;
	fault?: Error;
}

/** A bucket of a few objects, one on each page. */
function bucketOf(objects: Readonly<Record<string, Stored>>) {
	const keys = Object.keys(objects).sort();
	const asked = { pages: 0, texts: [] as string[] };
	return {
		asked,
		name: 'avatars',
		listPage: async ({ prefix = '', after = '' }: PageRequest = {}): Promise<Page> => {
			asked.pages++;
			const [key, next] = keys.filter((one) => one.startsWith(prefix) && one > after);
			if (key === undefined) return Promise.resolve({ objects: [], folders: [] });
			const lastModifiedMs = NOW_MS - (objects[key]?.ageMs ?? 0);
			const listed = { objects: [{ key, sizeBytes: 1, etag: 'e', lastModifiedMs }], folders: [] };
			return Promise.resolve(next === undefined ? listed : { ...listed, next: key });
		},
		getText: async (key: string): Promise<StoredText> => {
			asked.texts.push(key);
			const found = objects[key];
			if (!found) return Promise.resolve({ tag: 'missing' });
			if (found.fault) return Promise.reject(found.fault);
			if (found.isDenied) return Promise.resolve({ tag: 'denied' });
			const { text } = found;
			return Promise.resolve({ tag: 'there', text, etag: 'e', lastModifiedMs: NOW_MS });
		},
	};
}

const at = { nowMs: NOW_MS, signal: undefined };
const wish = { executionId: '77', prefix: 'user-avatars/' };
const ours = { text: JSON.stringify(record()) };

describe('the jobs of an execution', () => {
	it('are those of its records of the last eight days, over all pages', async () => {
		const bucket = bucketOf({
			'user-avatars/a/b/idle.mp4': { text: 'a video' },
			'user-avatars/a/b/idle.mp4.job.json': ours,
			'user-avatars/a/c/idle.mp4.job.json': { text: JSON.stringify(record({ job_id: 'job-2' })) },
			'user-avatars/a/d/idle.mp4.job.json': {
				text: JSON.stringify(record({ execution_id: '770' })),
			},
			'user-avatars/a/e/idle.mp4.job.json': { ...ours, ageMs: 9 * DAY_MS },
			'user-avatars/a/f/idle.mp4.job.json': { text: '{"not": "a record"}' },
			'else/a/idle.mp4.job.json': ours,
		});

		const found = await findExecutionJobs(bucket, wish, at);

		expect(found).toMatchObject([
			{
				value: {
					job: {
						job_id: 'job-1',
						endpoint_id: 'endpoint1',
						output_video_key: 'user-avatars/a/b/idle.mp4',
						submitted_at: '2026-03-01T00:00:00.000Z',
					},
				},
			},
			{ value: { job: { job_id: 'job-2' } } },
		]);
		expect(bucket.asked.texts).not.toContain('user-avatars/a/e/idle.mp4.job.json');
	});

	it('are finished by their own record where it says so', async () => {
		const text = JSON.stringify(record({ state: 'finished' }));
		const found = await findExecutionJobs(
			bucketOf({ 'user-avatars/x.mp4.job.json': { text } }),
			wish,
			at,
		);
		expect(found).toMatchObject([
			{ value: { finished: { status: 'COMPLETED', minio_key: 'user-avatars/x.mp4' } } },
		]);
	});

	it('are said to be unknown where a record may not be read', async () => {
		const bucket = bucketOf({
			'user-avatars/x.mp4.job.json': ours,
			'user-avatars/y.mp4.job.json': { ...ours, isDenied: true },
		});
		const found = await findExecutionJobs(bucket, wish, at);
		expect(found).toMatchObject([
			{ value: { job: { job_id: 'job-1' } } },
			{ error: { code: 'STORAGE', message: expect.stringContaining('y.mp4.job.json') } },
		]);
	});

	it.each<[string, Error, RegExp]>([
		[
			'the store fails',
			new WanAvatarError('STORAGE', 'HTTP 500', { remedy: 'Try again.' }),
			/HTTP 500/,
		],
		['it is too long', new Error('more than 1 MB'), /more than 1 MB/],
	])('are found in the other records where one cannot be read: %s', async (_what, fault, why) => {
		const bucket = bucketOf({
			'user-avatars/x.mp4.job.json': { ...ours, fault },
			'user-avatars/y.mp4.job.json': ours,
		});
		const found = await findExecutionJobs(bucket, wish, at);
		expect(found).toMatchObject([
			{
				error: {
					message: expect.stringMatching(/"user-avatars\/x\.mp4\.job\.json" could not be read/),
					details: { record_key: 'user-avatars/x.mp4.job.json' },
				},
			},
			{ value: { job: { job_id: 'job-1' } } },
		]);
		expect(found).toMatchObject([{ error: { message: expect.stringMatching(why) } }, {}]);
	});

	it('do not wait for a store that fails with each record', async () => {
		const fault = new Error('no answer');
		const keys = Array.from({ length: 60 }, (_, i) => `user-avatars/${String(i)}.mp4.job.json`);
		const bucket = bucketOf(Object.fromEntries(keys.map((key) => [key, { ...ours, fault }])));
		const found = await findExecutionJobs(bucket, wish, at);
		expect(found).toHaveLength(60);
		expect(bucket.asked.texts.length).toBeLessThan(40);
	});

	it('are those of the pages that came, where the listing fails later', async () => {
		const whole = bucketOf({
			'user-avatars/x.mp4.job.json': ours,
			'user-avatars/y.mp4.job.json': ours,
		});
		const listPage = async (page: PageRequest = {}) => {
			if (page.after !== undefined) throw new Error('no second page');
			return await whole.listPage(page);
		};
		expect(await findExecutionJobs({ ...whole, listPage }, wish, at)).toMatchObject([
			{ value: { job: { job_id: 'job-1' } } },
			{ error: { message: 'no second page' } },
		]);
	});

	it.each([[{ submitted_at_ms: 1e300 }], [{ submitted_at_ms: -1e16 }]])(
		'are named by a record with a time that is none: %j',
		async (odd) => {
			const text = JSON.stringify(record(odd));
			const bucket = bucketOf({ 'user-avatars/x.mp4.job.json': { text } });
			expect(await findExecutionJobs(bucket, wish, at)).toMatchObject([
				{ value: { job: { job_id: 'job-1', submitted_at: null } } },
			]);
		},
	);

	it.each([[{ job_id: '../../other/purge-queue' }], [{ job_id: '' }], [{ endpoint_id: 'x/../y' }]])(
		'are not sought under an ID that cannot be: %j',
		async (odd) => {
			const text = JSON.stringify(record(odd));
			const bucket = bucketOf({ 'user-avatars/x.mp4.job.json': { text } });
			expect(await findExecutionJobs(bucket, wish, at)).toMatchObject([
				{ error: { code: 'STORAGE', message: expect.stringMatching(/cannot be: /) } },
			]);
		},
	);

	it('are not looked for without end: a listing that goes on and on is said to be too long', async () => {
		let pages = 0;
		const bucket = {
			...bucketOf({ 'user-avatars/0.mp4.job.json': ours }),
			listPage: async (): Promise<Page> => {
				pages++;
				return Promise.resolve({ objects: [], folders: [], next: `user-avatars/${String(pages)}` });
			},
		};
		const found = await findExecutionJobs(bucket, wish, at);
		expect(pages).toBe(LAST_PAGE);
		expect(found).toMatchObject([{ error: { message: expect.stringMatching(/too many/) } }]);
	});

	it('are not looked for after Stop', async () => {
		const bucket = bucketOf({ 'user-avatars/x.mp4.job.json': ours });
		const stopped = { nowMs: NOW_MS, signal: AbortSignal.abort() };
		await expect(findExecutionJobs(bucket, wish, stopped)).rejects.toMatchObject({
			code: 'STOPPED',
		});
		expect(bucket.asked.pages).toBe(0);
	});

	it('are an error when there are none', async () => {
		await expect(findExecutionJobs(bucketOf({}), wish, at)).rejects.toMatchObject({
			code: 'NOT_FOUND',
		});
	});
});

describe('parseExecutionWish', () => {
	it.each<[unknown, unknown, RegExp]>([
		['', 'user-avatars/', /executionId is empty/],
		['a/b', 'user-avatars/', /executionId must be the ID of an execution/],
		[{}, 'user-avatars/', /executionId must be a text/],
		['1', '/user-avatars/', /prefix must not start with a slash/],
		['1', 'a\u0000b', /prefix holds a control character/],
	])('refuses %j under %j', (executionId, prefix, message) => {
		expect(() => parseExecutionWish({ executionId, prefix })).toThrow(message);
	});

	it('takes a number, and has the folder of videos by default', () => {
		expect(parseExecutionWish({ executionId: 77, prefix: undefined })).toEqual(wish);
	});
});

describe('parseKnownJobs', () => {
	const ids = (raw: unknown, item = {}) =>
		parseKnownJobs(raw, item).map(({ job_id, endpoint_id }) => [job_id, endpoint_id]);

	it.each<[unknown, object, unknown]>([
		['a', {}, [['a', undefined]]],
		[' a ', { job_id: 'a', endpoint_id: 'e1' }, [['a', 'e1']]],
		['a', { job_id: 'b', endpoint_id: 'e1' }, [['a', undefined]]],
		['a,b;c\nd e', {}, ['a', 'b', 'c', 'd', 'e'].map((id) => [id, undefined])],
		[
			['a', 'b', 'a'],
			{},
			[
				['a', undefined],
				['b', undefined],
			],
		],
		[
			['a', 'b'],
			{ endpoint_id: 'e1' },
			[
				['a', 'e1'],
				['b', 'e1'],
			],
		],
		[
			['a', 'b'],
			{ endpoint_id: ['e1', 'e2'] },
			[
				['a', 'e1'],
				['b', 'e2'],
			],
		],
		[
			['a', 'b', 'c'],
			{ endpoint_id: ['e1', 'e2'] },
			[
				['a', undefined],
				['b', undefined],
				['c', undefined],
			],
		],
		[
			['a', 'b'],
			{ endpoint_id: 'no id' },
			[
				['a', undefined],
				['b', undefined],
			],
		],
	])('reads %j with %j', (raw, item, expected) => {
		expect(ids(raw, item)).toEqual(expected);
	});

	it.each([[''], [[]], [null], [{}], ['a/b'], [['a', 7]], [['a', { job_id: 'b' }]], ['a, b/c']])(
		'refuses %j',
		(raw) => {
			expect(() => parseKnownJobs(raw, {})).toThrow(/job_id (must be|is empty)/);
		},
	);
});
