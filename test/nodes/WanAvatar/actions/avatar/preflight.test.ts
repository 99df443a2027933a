import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateForm, located } from '../../engine/rig';
import { BUCKET, startStoredRig, type StoredRig } from '../../engine/storedRig';

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
beforeEach(() => {
	rig.queue.clearCalls();
	rig.store.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

const twentyWithOneBad = Array.from({ length: 20 }, (_, i) => ({
	avatar: `pre${String(i)}`,
	portrait: i === 7 ? 'input-avatars/typo.png' : 'input-avatars/jobs.png',
}));
const form = { ...generateForm, portraitPath: '={{ $json.portrait }}' };

describe('one item of twenty names an object that is not there', () => {
	it('nothing is submitted, and each object is looked at once', async () => {
		const { error } = await rig.run(form, { items: twentyWithOneBad });

		expect(error?.message).toMatch(/Portrait .* names "input-avatars\/typo\.png".*\[item 7\]/);
		expect(rig.queue.calls()).toEqual([]);
		const keys = rig.store.calls().map(({ method, key }) => `${method} ${key}`);
		// The listing tells a missing object from a missing bucket.
		expect(keys.sort()).toEqual([
			'GET ',
			'GET input-avatars/jobs.png',
			'GET sitting-woman/video-conference-woman.mp4',
			'HEAD input-avatars/jobs.png',
			'HEAD input-avatars/typo.png',
			'HEAD sitting-woman/video-conference-woman.mp4',
		]);
	});

	it('with Continue On Fail there are nineteen results and one error item in its place', async () => {
		const { success } = await rig.run(form, {
			items: twentyWithOneBad,
			onError: 'continueRegularOutput',
		});

		expect(success).toHaveLength(20);
		expect(success.map(({ json }) => 'error' in json)).toEqual(
			twentyWithOneBad.map((_, i) => i === 7),
		);
		expect(rig.queue.calls('run')).toHaveLength(19);
	});
});

describe('the store cuts the look at one portrait of three', () => {
	const threeWithOneCut = ['cut0', 'cut1', 'cut2'].map((avatar) => ({
		avatar,
		portrait: avatar === 'cut1' ? 'input-avatars/cut.png' : 'input-avatars/jobs.png',
	}));
	beforeEach(() => {
		rig.store.fault({ method: 'HEAD', key: 'input-avatars/cut.png', cut: true, times: 2 });
	});

	it('the error names the item, and nothing is submitted', async () => {
		const { error } = await rig.run(form, { items: threeWithOneCut });

		expect(error?.message).toMatch(/ended the connection without an answer \[item 1\]$/);
		expect(rig.queue.calls()).toEqual([]);
	});

	it('with Continue On Fail the others are made', async () => {
		const { success } = await rig.run(form, {
			items: threeWithOneCut,
			onError: 'continueRegularOutput',
		});

		expect(success.map(({ json }) => json.status ?? json.details)).toEqual([
			'COMPLETED',
			expect.objectContaining({ code: 'STORAGE', avatar_id: 'cut1' }),
			'COMPLETED',
		]);
	});
});

it('a store that fails again and again is not asked about each of many portraits', async () => {
	const items = Array.from({ length: 100 }, (_, i) => ({
		avatar: `failing${String(i)}`,
		portrait: `input-avatars/failing${String(i)}.png`,
	}));
	rig.store.fault({ method: 'HEAD', status: 500, times: 10_000 });

	const { success } = await rig.run(form, { items, onError: 'continueRegularOutput' });
	rig.store.clearFaults();

	expect(success.map(({ json }) => json.details)).toEqual(
		items.map(({ avatar }) => expect.objectContaining({ code: 'STORAGE', avatar_id: avatar })),
	);
	expect(rig.store.calls().length).toBeLessThan(100);
});

it("the bucket's name before a path that is not there is to be left out", async () => {
	const { error } = await rig.run({
		...generateForm,
		portraitPath: located('path', `${BUCKET}/input-avatars/jobs.png`),
	});

	expect(error?.message).toContain(
		`Portrait (image_minio_path) names "${BUCKET}/input-avatars/jobs.png", but there is no such file`,
	);
	expect(error?.message).toContain(`leave out "${BUCKET}/", the name of the bucket, at its start`);
	expect(rig.queue.calls()).toEqual([]);
});

it("a folder that has the bucket's name is one like others", async () => {
	const portrait = `${BUCKET}/jobs.png`;
	await rig.store.putBytes(BUCKET, portrait, 'a picture');

	await rig.run({ ...generateForm, portraitPath: located('path', portrait) });

	expect(rig.queue.jobs().at(-1)?.input).toMatchObject({ image_minio_path: portrait });
});

it('what nobody sees in a path is shown by its number', async () => {
	const { error } = await rig.run({
		...generateForm,
		portraitPath: located('path', 'input-avatars/jo\u200bbs.png'),
	});

	expect(error?.message).toContain('names "input-avatars/jo\\u{200B}bs.png"');
});

it('an object that the key may not see is taken for there', async () => {
	const key = 'input-avatars/hidden.png';
	for (const method of ['HEAD', 'GET'] as const)
		rig.store.fault({ method, key, status: 403, code: 'AccessDenied' });

	const { error } = await rig.run(form, {
		items: [{ avatar: 'hidden', portrait: key }],
	});

	expect(error).toBeUndefined();
	expect(rig.queue.calls('run')).toHaveLength(1);
});

it('a key that may not write is no obstacle', async () => {
	rig.store.fault({ method: 'PUT', times: 9, status: 403, code: 'AccessDenied' });

	const { error, success } = await rig.run(
		{ ...form, outputVideoKey: 'readonly/<avatar_id>.mp4' },
		{
			items: [{ avatar: 'readonly', portrait: 'input-avatars/jobs.png' }],
		},
	);

	expect(error).toBeUndefined();
	expect(success[0]?.json.status).toBe('COMPLETED');
	expect(rig.store.keys(BUCKET, 'readonly/')).not.toContain('readonly/readonly.mp4.job.json');
});

it('two items with one output key are refused, both named', async () => {
	const items = [{ avatar: 'same' }, { avatar: 'other' }, { avatar: 'same' }];

	const { error } = await rig.run(generateForm, { items });

	expect(error?.message).toMatch(
		/Items 0, 2 would all write user-avatars\/user_1\/same\/idle\.mp4/,
	);
	expect(rig.queue.calls()).toEqual([]);
});

it.each([
	['a portrait', { portrait: 'made/b.png', thumbnail: 'made/a.jpg' }, 'made/b.png'],
	[
		'the record of another',
		{ portrait: 'made/b.mp4.job.json', thumbnail: 'x' },
		'made/b.mp4.job.json',
	],
])('an item that writes what another reads is refused with it: %s', async (_what, first, key) => {
	const keyed = {
		...form,
		outputVideoKey: '={{ $json.video }}',
		outputThumbnailKey: '={{ $json.thumbnail }}',
	};
	const items = [
		{ avatar: 'reader', video: 'made/a.mp4', ...first },
		{
			avatar: 'good',
			video: 'made/c.mp4',
			thumbnail: 'made/c.jpg',
			portrait: 'input-avatars/jobs.png',
		},
		{
			avatar: 'writer',
			video: 'made/b.mp4',
			thumbnail: 'made/b.png',
			portrait: 'input-avatars/jobs.png',
		},
	];

	const { success } = await rig.run(keyed, { items, onError: 'continueRegularOutput' });

	const words = `Item 2 would write ${key}, which is an input of item 0`;
	expect(success.map(({ json }) => json.error)).toEqual([words, undefined, words]);
	expect(rig.queue.calls('run')).toHaveLength(1);
});

it('more items than allowed are refused', async () => {
	const items = Array.from({ length: 101 }, (_, i) => ({ avatar: String(i) }));

	const { error } = await rig.run(generateForm, { items });

	expect(error?.message).toMatch(/101 items came in, but at most 100 jobs/);
	expect(error?.description).toMatch(/Raise Max Jobs per Execution in the Limits/);
	// Once, and not again for each item.
	expect(error?.message).not.toContain('[item');
	expect(error?.description).not.toMatch(/Also failed|Item \d/);
	expect(rig.queue.calls()).toEqual([]);
});

it('items are counted before the first is read', async () => {
	const items = Array.from({ length: 101 }, () => ({ avatar: 'a/b' }));

	const { error } = await rig.run(
		{ ...generateForm, userId: '={{ $json.nothing.at.all.of.it() }}' },
		{ items },
	);

	expect(error?.message).toMatch(/101 items came in, but at most 100 jobs/);
});

it('Check Only outputs the bodies that a real run sends, and sends none', async () => {
	const form = {
		...generateForm,
		prompt: 'soft light',
		limits: { maxRunMinutes: 30, maxQueueMinutes: 15 },
		workerOptions: {
			webhookUrl: 'https://example.com/hook',
			additionalWorkerInputs: { seed: 7 },
		},
	};
	const items = [{ avatar: 'check1' }, { avatar: 'check2' }];
	const checked = await rig.run({ ...form, outputOptions: { checkOnly: true } }, { items });
	expect(rig.queue.calls()).toEqual([]);

	await rig.run({ ...form, waitForCompletion: false }, { items });

	const sent = rig.queue.calls('run').map(({ body }) => body);
	expect(sent).toHaveLength(2);
	expect(checked.success.map(({ json }) => json)).toEqual(expect.arrayContaining(sent));
	expect(sent[0]).toMatchObject({
		policy: { executionTimeout: 1_800_000, ttl: 2_700_000 },
		webhook: 'https://example.com/hook',
		input: { seed: 7, prompt: 'soft light' },
	});
});

it('Max Queue Time without Max Run Time is refused', async () => {
	const { error } = await rig.run({ ...generateForm, limits: { maxQueueMinutes: 5 } });

	expect(error?.message).toMatch(/Max Queue Time \(Minutes\) needs Max Run Time beside it/);
});

it('Max Parallel Jobs is kept', async () => {
	const items = Array.from({ length: 9 }, (_, i) => ({ avatar: `lane${String(i)}` }));
	const narrow = await startStoredRig();
	try {
		const { success } = await narrow.run(
			{ ...generateForm, limits: { maxParallelJobs: 3 } },
			{ items },
		);

		expect(success.map(({ json }) => json.avatar_id)).toEqual(items.map(({ avatar }) => avatar));
		expect(narrow.queue.maxInFlight()).toBe(3);
	} finally {
		await narrow.close();
	}
});

it('Max Parallel Jobs is automatic: as many as the endpoint has workers, and one that waits', async () => {
	const items = Array.from({ length: 9 }, (_, i) => ({ avatar: `auto${String(i)}` }));
	const narrow = await startStoredRig({ workersMax: 2, runMs: 1200 });
	try {
		for (const limits of [{}, { maxParallelJobs: 0 }]) {
			const { success } = await narrow.run({ ...generateForm, limits }, { items });

			expect(success.map(({ json }) => json.avatar_id)).toEqual(items.map(({ avatar }) => avatar));
			expect(narrow.queue.maxInFlight()).toBe(3);
		}
	} finally {
		await narrow.close();
	}
});
