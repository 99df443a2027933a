import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { itemRanges } from '../../../../lib/base/data/itemRanges';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { errorItem } from '../../../../nodes/WanAvatar/n8n/itemErrors';
import { generateForm, startRig, type Rig } from '../engine/rig';

let rig: Rig;

beforeAll(async () => {
	rig = await startRig('lazy', { apiKey: 'key-of-the-test' });
});
beforeEach(() => {
	rig.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

const items = (count: number, avatarOf: (item: number) => string) =>
	Array.from({ length: count }, (_, item) => ({ avatar: avatarOf(item) }));

it('a number that JSON does not know is no detail', () => {
	const details = { job_id: 'job-1', fps: NaN, width: 640 };
	const { json } = errorItem(new WanAvatarError('JOB_FAILED', 'failed', { remedy: '', details }));
	expect(json.details).toEqual({ job_id: 'job-1', width: 640, code: 'JOB_FAILED', remedy: '' });
});

describe('items are named in ranges', () => {
	it.each([
		[[4], 'item 4'],
		[[4, 5], 'items 4-5'],
		[[0, 1, 2, 3, 7], 'items 0-3, 7'],
		[[1, 3, 5], 'items 1, 3, 5'],
		[[9, 2, 1], 'items 1-2, 9'],
		[[3, 3], 'item 3'],
	])('%j: %s', (numbers, words) => {
		expect(itemRanges(numbers)).toBe(words);
	});
});

describe('many items with the same fault', () => {
	it('are one line', async () => {
		const { error } = await rig.run(generateForm, { items: items(50, () => 'a/b') });

		expect(error?.message).toMatch(/^Avatar ID .* \[items 0-49\]$/);
		expect(error?.itemIndex).toBe(0);
		expect(error?.description).not.toMatch(/Also failed|Item|\n/);
	});

	it('are one line a fault', async () => {
		const avatars = ['a/b', 'a/b', 'a/b', 'a/b', 'good', '..', '..', 'a/b', 'fine'];
		const { error } = await rig.run(generateForm, {
			items: items(avatars.length, (item) => avatars[item] ?? ''),
		});

		expect(error?.message).toMatch(/\[items 0-3, 7\]$/);
		const [, ...lines] = error?.description?.split('\n') ?? [];
		expect(lines).toEqual([
			'Also failed:',
			expect.stringMatching(/^Items 5-6: Avatar ID /),
			'The other items:',
			'Items 4, 8: not started',
		]);
	});

	it('are one line for a key that RunPod refuses', async () => {
		rig.queue.fault({ route: 'run', kind: 'answer', status: 401, times: 50 });
		const { error } = await rig.run(generateForm, {
			items: items(50, (item) => `avatar_${String(item)}`),
		});

		expect(error?.message).toMatch(/^RunPod does not accept the API key/);
		const lines = error?.description?.split('\n') ?? [];
		expect(lines.length).toBeLessThan(6);
		expect(lines.filter((line) => /^Items? .*API key/.test(line))).toEqual([]);
	});
});
