import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deleteVideo, type Deletion } from '../../lib/storage/video/deleteVideo';
import { findThumbnail, listVideos, parseVideoKey } from '../../lib/storage/video/videos';
import { putAll, targets, type Target } from './target';

const sha = 'ab'.repeat(32);
const keys = [
	`driving-videos/user_1/a/${sha}.mp4`,
	`input-avatars/user_1/a/${sha}.png`,
	'input-avatars/user_1/a/mine.png',
	`input-avatars/user_1/ab/${sha}.png`,
	'user-avatars/user_1/a/idle.mp4',
	'user-avatars/user_1/a/thumb.jpg',
	'user-avatars/user_1/b/hello.jpg',
	'user-avatars/user_1/b/hello.mp4',
	'user-avatars/user_1/b/talk.mp4',
	'user-avatars/user_2/a/idle.mp4',
];

describe.each(targets)('videos in %s', (_name, openTarget) => {
	let target: Target;

	beforeAll(async () => {
		target = await openTarget();
		await putAll(target, keys);
		const records = {
			'user-avatars/user_1/a/idle.mp4': { input_keys: keys.slice(0, 2) },
			'user-avatars/user_1/b/talk.mp4': { output: { thumbnail_key: 'thumbs/talk.jpg' } },
		};
		for (const [key, record] of Object.entries(records))
			await target.bucket.putText(`${key}.job.json`, JSON.stringify(record), 'application/json');
		await putAll(target, ['thumbs/talk.jpg']);
	});
	afterAll(async () => {
		await target.close();
	});

	const list = async (userId: string, avatarId: string, limit?: number) =>
		(await listVideos(target.bucket, { userId, avatarId }, limit)).map(
			({ key, thumbnailKey, owner }) => [
				key.replace('user-avatars/', ''),
				thumbnailKey?.split('/').pop() ?? null,
				`${owner.userId ?? ''}/${owner.avatarId ?? ''}`,
			],
		);

	it('are listed by user, by avatar, and all', async () => {
		const idle = ['user_1/a/idle.mp4', 'thumb.jpg', 'user_1/a'];
		const hello = ['user_1/b/hello.mp4', 'hello.jpg', 'user_1/b'];
		const talk = ['user_1/b/talk.mp4', null, 'user_1/b'];
		const other = ['user_2/a/idle.mp4', null, 'user_2/a'];
		expect(await list('user_1', '')).toEqual([idle, hello, talk]);
		expect(await list('user_1', 'b')).toEqual([hello, talk]);
		expect(await list('', '')).toEqual([idle, hello, talk, other]);
		expect(await list('', '', 2)).toEqual([idle, hello]);
		expect(await list('user', '')).toEqual([]);
		await expect(list('a/b', '')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
		await expect(list('', 'b')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
	});

	it('have the thumbnail that is named, recorded, or beside them', async () => {
		const find = async (key: string, given: unknown) =>
			await findThumbnail(target.bucket, `user-avatars/user_1/${key}`, given);
		expect(await find('a/idle.mp4', '')).toBe('user-avatars/user_1/a/thumb.jpg');
		expect(await find('b/talk.mp4', undefined)).toBe('thumbs/talk.jpg');
		expect(await find('a/idle.mp4', 'thumbs/talk.jpg')).toBe('thumbs/talk.jpg');
		expect(await find('a/idle.mp4', 'thumbs/gone.jpg')).toBeUndefined();
		await expect(find('a/idle.mp4', 'root.mp4')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
	});

	it('are deleted with what belongs to them, and nothing else', async () => {
		const key = 'user-avatars/user_1/b/talk.mp4';
		const remove = async (deletion: Deletion) =>
			await deleteVideo(target.bucket, deletion, Date.now());
		const deleted = await remove({ key, thumbnailKey: '', withInputs: false });
		expect(deleted.deletedKeys).toEqual(['thumbs/talk.jpg', key, `${key}.job.json`]);
		const idle = 'user-avatars/user_1/a/idle.mp4';
		const all = await remove({
			key: idle,
			thumbnailKey: 'user-avatars/user_1/a/thumb.jpg',
			withInputs: true,
		});
		expect(all.deletedKeys).toEqual([
			`driving-videos/user_1/a/${sha}.mp4`,
			`input-avatars/user_1/a/${sha}.png`,
			'user-avatars/user_1/a/thumb.jpg',
			idle,
			`${idle}.job.json`,
		]);
		const { objects } = await target.bucket.listPage();
		expect(objects.map((object) => object.key)).toEqual([
			'input-avatars/user_1/a/mine.png',
			`input-avatars/user_1/ab/${sha}.png`,
			'user-avatars/user_1/b/hello.jpg',
			'user-avatars/user_1/b/hello.mp4',
			'user-avatars/user_2/a/idle.mp4',
		]);
		await expect(remove({ key: idle, thumbnailKey: '', withInputs: false })).rejects.toMatchObject({
			code: 'NOT_FOUND',
		});
	});
});

it.each([
	'',
	'user-avatars/',
	'user-avatars/user_1',
	'thumb.jpg',
	'/a.mp4',
	'a/../b.mp4',
	undefined,
])('%j is no key of a video', (key) => {
	expect(() => parseVideoKey(key)).toThrow(/^Video Key /);
});
