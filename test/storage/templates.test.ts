import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bucket } from '../../lib/storage/objects/bucket';
import { searchKeys } from '../../lib/storage/objects/search';
import {
	findTemplate,
	isTemplateKey,
	listTemplates,
	portraitKeys,
	templateKeys,
} from '../../lib/storage/template/templates';
import { putAll, targets, type Target } from './target';

/** Every page is one request: the same bucket, with a count of them. */
function counting(bucket: Bucket): { bucket: Bucket; count: () => number } {
	let requests = 0;
	const listPage: Bucket['listPage'] = async (request) => {
		requests += 1;
		return await bucket.listPage(request);
	};
	return { bucket: { ...bucket, listPage }, count: () => requests };
}

const manyKeys = Array.from(
	{ length: 5000 },
	(_, index) => `poses/pose-${String(index).padStart(4, '0')}.mp4`,
);

const smallKeys = [
	'driving-videos/user_1/avatar_1/0.mp4',
	'input-avatars/jobs.png',
	'input-avatars/user_1/a.webp',
	'many/one.mp4',
	'many/two.MOV',
	'readme.txt',
	'root.mp4',
	'root.mp4.job.json',
	'sitting-woman/notes.txt',
	'sitting-woman/video-conference-woman.mp4',
	'user-avatars/user_1/avatar_1/idle.mp4',
	'user-avatars/user_1/avatar_1/idle.mp4.job.json',
	'user-avatars/user_1/avatar_1/thumb.jpg',
];

describe.each(targets)('5,000 templates in %s', (_name, openTarget) => {
	let target: Target;

	beforeAll(async () => {
		target = await openTarget();
		await putAll(target, [...manyKeys, ...smallKeys]);
	}, 120_000);
	afterAll(async () => {
		await target.close();
	}, 120_000);

	const search = async (text: string, token?: string) => {
		const { bucket, count } = counting(target.bucket);
		target.clearRequests();
		const found = await searchKeys(bucket, templateKeys('poses/'), text, token);
		if (target.requests) expect(target.requests()).toHaveLength(count());
		return { ...found, keys: found.objects.map(({ key }) => key), requests: count() };
	};

	it('shows the first page by one request, and the next ones in order', async () => {
		const shown: string[] = [];
		let token: string | undefined;
		do {
			const page = await search('', token);
			expect(page.requests).toBe(1);
			shown.push(...page.keys);
			token = page.token;
		} while (token !== undefined);
		expect(shown).toEqual(manyKeys);
	});

	it('finds what begins with the text by one request', async () => {
		expect(await search('pose-123')).toMatchObject({
			requests: 1,
			keys: manyKeys.slice(1230, 1240),
		});
		expect(await search('poses/pose-0007')).toMatchObject({ requests: 1, keys: [manyKeys[7]] });
	});

	it('finds what contains the text by at most twenty requests, and goes on where it stopped', async () => {
		const first = await search('SE-0123');
		expect(first).toMatchObject({ keys: [manyKeys[123]], isUnfinished: true });
		expect(first.requests).toBe(20);
		const late = await search('se-4999');
		expect(late).toMatchObject({ keys: [], isUnfinished: true, requests: 20 });
		expect(await search('se-4999', late.token)).toMatchObject({ keys: [manyKeys[4999]] });
	});

	it('lists them all, complete and in order', async () => {
		const templates = await listTemplates(target.bucket, 'poses/');

		expect(templates.map(({ key }) => key)).toEqual(manyKeys);
		expect(templates[41]).toMatchObject({
			templateId: 'poses/pose-0041',
			sizeBytes: 'poses/pose-0041.mp4'.length,
			etag: expect.stringMatching(/^[0-9a-f]{32}$/),
		});
	});

	it('reads no more pages than a limit needs', async () => {
		const { bucket, count } = counting(target.bucket);
		const templates = await listTemplates(bucket, 'poses/', 50);
		expect(templates.map(({ key }) => key)).toEqual(manyKeys.slice(0, 50));
		expect(count()).toBe(1);
	});

	it('takes only driving videos for templates, and names each', async () => {
		const templates = await listTemplates(target.bucket, '');
		const named = templates
			.filter(({ key }) => !key.startsWith('poses/'))
			.map(({ key, templateId }) => [key, templateId]);
		expect(named).toEqual([
			['many/one.mp4', 'many/one'],
			['many/two.MOV', 'many/two'],
			['root.mp4', 'root'],
			['sitting-woman/video-conference-woman.mp4', 'sitting-woman'],
		]);
	});

	it('counts the videos of a folder that the prefix cuts', async () => {
		const [only] = await listTemplates(target.bucket, 'many/t');
		expect(only?.templateId).toBe('many/two');
		const [alone] = await listTemplates(target.bucket, 'sitting-w');
		expect(alone?.templateId).toBe('sitting-woman');
	});

	it.each([
		['root', 'root.mp4'],
		['sitting-woman', 'sitting-woman/video-conference-woman.mp4'],
		['sitting-woman/video-conference-woman', 'sitting-woman/video-conference-woman.mp4'],
		['many/two', 'many/two.MOV'],
	])('finds the template %s', async (id, key) => {
		expect(await findTemplate(target.bucket, { id }, '')).toMatchObject({ key });
	});

	it.each([
		[{ id: 'nobody' }, '', /There is no template with the ID "nobody"/],
		[
			{ id: 'many' },
			'',
			/More than one video fits the template ID "many": many\/one\.mp4, many\/two/,
		],
		[{ id: 'root' }, 'poses/', /There is no template with the ID "root"/],
		[{ path: 'nowhere.mp4' }, '', /There is no template "nowhere\.mp4"/],
		[{ path: 'readme.txt' }, '', /"readme\.txt" is not a template/],
		[{ path: 'user-avatars/user_1/avatar_1/idle.mp4' }, '', /is not a template/],
	])('finds no template by %j under "%s"', async (reference, prefix, message) => {
		await expect(findTemplate(target.bucket, reference, prefix)).rejects.toMatchObject({
			message: expect.stringMatching(message),
			remedy: expect.stringMatching(/\S/),
		});
	});

	it('lists pictures for portraits', async () => {
		const { objects } = await searchKeys(target.bucket, portraitKeys(''), '');
		expect(objects.map(({ key }) => key)).toEqual([
			'input-avatars/jobs.png',
			'input-avatars/user_1/a.webp',
		]);
	});
});

describe('a folder of results with more than a page', () => {
	it.each(targets.slice(0, 1))(
		'is passed over in %s',
		async (_name, openTarget) => {
			const target = await openTarget();
			const uploaded = manyKeys.slice(0, 2500).map((key) => `driving-videos/${key}`);
			await putAll(target, [...uploaded, 'walking/a.mp4', 'walking/b.mp4']);
			const { bucket, count } = counting(target.bucket);

			const { objects } = await searchKeys(bucket, templateKeys(''), '');

			expect(objects.map(({ key }) => key)).toEqual(['walking/a.mp4', 'walking/b.mp4']);
			expect(count()).toBe(2);
			await target.close();
		},
		60_000,
	);
});

it.each([
	['a.mp4', '', true],
	['a.webm', '', true],
	['a.mp4.job.json', '', false],
	['input-avatars/a.mp4', '', false],
	['driving-videos/a.mp4', 'driving-videos/', false],
	['a.mp4', 'b/', false],
])('%s under "%s": %s', (key, prefix, expected) => {
	expect(isTemplateKey(key, prefix)).toBe(expected);
});
