import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { planUpload } from '../../../../lib/generation/request/upload';
import { putStream } from '../../../../lib/storage/objects/putStream';
import { movie } from '../../base/media/mp4Builder';

const MEGABYTE = 1024 * 1024;
const owner = { user_id: 'user_1', avatar_id: 'a' };

/** Gives one content after the other, by the times it is opened. */
function changing(...contents: (() => Readable | Promise<Readable>)[]) {
	let opened = 0;
	return {
		name: 'moves.mp4',
		open: async () => {
			const open = contents[Math.min(opened++, contents.length - 1)];
			if (!open) throw new Error('no content');
			return await open();
		},
	};
}

const reading = (bytes: Buffer) => () => Readable.from([bytes]);

async function put(file: ReturnType<typeof changing>) {
	const done: string[] = [];
	const say = async <T>(what: string, answer: T): Promise<T> => {
		done.push(what);
		return Promise.resolve(answer);
	};
	const { sizeBytes, file: same } = await planUpload(file, 'driving video', owner);
	const work = async () => {
		await putStream(await same.open(), sizeBytes, {
			whole: async () => {
				await say('whole', undefined);
			},
			begin: async () => await say('begin', 'id'),
			part: async () => await say('part', { etag: 'e' }),
			complete: async () => {
				await say('complete', undefined);
			},
			abort: async () => {
				await say('abort', undefined);
			},
		});
	};
	return { done, result: await work().catch((error: unknown) => error) };
}

it.each([
	[1000, ['whole']],
	[5 * MEGABYTE, ['whole']],
	[11 * MEGABYTE, ['begin', 'part', 'part', 'part', 'complete']],
])('stores a file of %i bytes that stayed as it was', async (sizeBytes, done) => {
	expect(await put(changing(reading(movie(sizeBytes, 1))))).toEqual({ done, result: undefined });
});

it.each([
	['a small file changes', 1000, movie(1000, 2), []],
	['one of exactly a part changes', 5 * MEGABYTE, movie(5 * MEGABYTE, 2), []],
	['a large file changes', 11 * MEGABYTE, movie(11 * MEGABYTE, 2), ['begin', 'part', 'abort']],
	['it grows', 1000, movie(1001, 1), []],
	['it shrinks', 1000, movie(999, 1), []],
])('stores nothing where %s between check and upload', async (_what, sizeBytes, after, done) => {
	const file = changing(reading(movie(sizeBytes, 1)), reading(after));
	expect(await put(file)).toMatchObject({
		done,
		result: {
			code: 'INVALID_INPUT',
			message: 'The driving video "moves.mp4" is another file than the one that was checked',
			remedy: expect.stringMatching(/Nothing was sent to RunPod for the item/),
		},
	});
});

it.each([
	[
		'cannot be opened',
		async () => Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT' })),
	],
	[
		'fails while it is read',
		() =>
			new Readable({
				read() {
					this.destroy(new Error('ENOENT'));
				},
			}),
	],
])('stores nothing of a file that %s when its turn comes', async (_what, open) => {
	expect(await put(changing(reading(movie(1000, 1)), open))).toMatchObject({
		done: [],
		result: {
			code: 'INVALID_INPUT',
			message: expect.stringMatching(
				/was there when it was checked, but cannot be read now: ENOENT/,
			),
			remedy: expect.stringMatching(/Nothing was sent to RunPod for the item/),
		},
	});
});
