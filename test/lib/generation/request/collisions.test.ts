import { describe, expect, it } from '@jest/globals';
import { messageOf } from '../../../../lib/base/errors/foreignError';
import { refuseCollisions } from '../../../../lib/generation/request/collisions';
import { parseGenerationRequest } from '../../../../lib/generation/request/request';
import type { Settled } from '../../../../lib/base/errors/settled';

type Keys = Record<string, string>;

async function faultsOf(items: Keys[], options: object = {}): Promise<(string | undefined)[]> {
	const requests = await Promise.all(
		items.map(async (keys, item) => ({
			value: await parseGenerationRequest({
				slot: `0:${String(item)}`,
				runTag: `1-0-${String(item)}`,
				contract: {
					user_id: 'u',
					avatar_id: item,
					image_minio_path: 'in/p.png',
					...('template_id' in keys ? {} : { driving_video_path: 'in/v.mp4' }),
					...keys,
				},
				hasBucket: true,
				options: { waitForCompletion: true, ...options },
			}),
		})),
	);
	return refuseCollisions(requests).map(wordsOf);
}

function wordsOf(end: Settled<unknown>): string | undefined {
	return 'error' in end ? messageOf(end.error) : undefined;
}

describe('what the items of a run write and read', () => {
	it.each<[string, Keys[], (string | undefined)[]]>([
		[
			'inputs that are shared',
			[{ output_video_key: 'a.mp4' }, { output_video_key: 'b.mp4' }],
			[undefined, undefined],
		],
		[
			'one video key',
			[{ output_video_key: 'a.mp4' }, { output_video_key: 'b.mp4' }, { output_video_key: 'a.mp4' }],
			['Items 0, 2 would all write a.mp4', undefined, 'Items 0, 2 would all write a.mp4'],
		],
		[
			"a video under another's thumbnail",
			[{ output_video_key: 'a' }, { output_video_key: 'b', output_thumbnail_key: 'a' }],
			['Items 0, 1 would all write a', 'Items 0, 1 would all write a'],
		],
		[
			"a video under another's driving video",
			[
				{ output_video_key: 'a.mp4' },
				{ driving_video_path: 'a.mp4' },
				{ driving_video_path: 'a.mp4' },
			],
			[0, 1, 2].map(() => 'Item 0 would write a.mp4, which is an input of items 1, 2'),
		],
		[
			"a record under another's input",
			[{ output_video_key: 'a.mp4' }, { driving_video_path: 'a.mp4.job.json' }],
			[0, 1].map(() => 'Item 0 would write a.mp4.job.json, which is an input of item 1'),
		],
		[
			"a video where another's template may lie, by its ID",
			[{ template_id: 'walk/1' }, { output_video_key: 'walk/1.mp4' }],
			[0, 1].map(
				() => 'Item 1 would write where template walk/1 may lie, which is an input of item 0',
			),
		],
		[
			"a video where another's template may lie, by its folder",
			[{ template_id: 'walk' }, { output_video_key: 'walk/deep/1.mp4' }],
			[0, 1].map(
				() => 'Item 1 would write where template walk may lie, which is an input of item 0',
			),
		],
	])('%s', async (_what, items, expected) => {
		expect(await faultsOf(items)).toEqual(expected);
	});

	it('with a new name for each run no longer meet', async () => {
		const items = [{ output_video_key: 'a.mp4' }, { output_video_key: 'a.mp4' }];
		expect(await faultsOf(items, { outputName: 'new' })).toEqual([undefined, undefined]);
	});

	it('of thousands that meet a few are named', async () => {
		const items = Array.from({ length: 2000 }, () => ({ output_video_key: 'a.mp4' }));
		const [first] = await faultsOf(items);
		expect(first).toBe('Items 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1990 more would all write a.mp4');
	});
});
