import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateForm, startRig, type Rig } from './rig';
import { BUCKET, startStoredRig, type StoredRig } from './storedRig';

const files = { photo: 'examples/media/portrait.png', moves: 'examples/media/driving-video.mp4' };
const form = {
	...generateForm,
	portraitSource: 'binary',
	portraitBinaryField: 'photo',
	drivingVideoSource: 'binary',
	drivingVideoBinaryField: 'moves',
};
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

let folder: string;

beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-files-'));
});
afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

function fileOf(name: string, content: string | Buffer): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

describe.each(['filesystem', 'default'] as const)('with MinIO, binary mode %s', (binaryMode) => {
	let rig: StoredRig;

	beforeAll(async () => {
		rig = await startStoredRig({}, binaryMode);
	});
	afterAll(async () => {
		await rig.close();
	});

	it('puts files into the bucket under keys of their content, once, and sends the keys', async () => {
		const { error } = await rig.run(form, { items: [{ avatar: 'a' }], files });

		expect(error).toBeUndefined();
		const portraitKey = `input-avatars/user_1/a/${sha256(files.photo)}.png`;
		const videoKey = `driving-videos/user_1/a/${sha256(files.moves)}.mp4`;
		expect(rig.queue.calls('run')[0]?.body).toMatchObject({
			input: { image_minio_path: portraitKey, driving_video_path: videoKey },
		});
		expect(await rig.store.read(BUCKET, portraitKey)).toEqual(readFileSync(files.photo));
		expect(await rig.store.read(BUCKET, videoKey)).toEqual(readFileSync(files.moves));

		rig.store.clearCalls();
		await rig.run(form, { items: [{ avatar: 'a' }], files, executionId: 'second' });
		const uploads = rig.store
			.calls()
			.filter(({ method, key }) => method === 'PUT' && !key.startsWith('user-avatars/'));
		expect(uploads).toEqual([]);
	});

	it('uploads nothing for Check Only', async () => {
		rig.store.clearCalls();
		const { success } = await rig.run(
			{ ...form, options: { checkOnly: true } },
			{ items: [{ avatar: 'check' }], files },
		);

		expect(success[0]?.json.input).toMatchObject({
			image_minio_path: expect.stringMatching(/^input-avatars\/user_1\/check\//),
		});
		expect(rig.store.calls().filter(({ method }) => method === 'PUT')).toEqual([]);
	});
});

describe('without MinIO', () => {
	let rig: Rig;

	beforeAll(async () => {
		rig = await startRig('lazy');
	});
	afterAll(async () => {
		await rig.close();
	});

	it('sends small files along, as base64', async () => {
		const { error } = await rig.run(form, { files });

		expect(error).toBeUndefined();
		expect(rig.queue.calls('run')[0]?.body).toMatchObject({
			input: {
				image_base64: readFileSync(files.photo).toString('base64'),
				driving_video_base64: readFileSync(files.moves).toString('base64'),
			},
		});
	});

	it.each<[string, () => Record<string, string>, RegExp, RegExp]>([
		[
			'a PDF',
			() => ({ ...files, photo: fileOf('portrait.png', '%PDF-1.7\n'.padEnd(200, 'x')) }),
			/The portrait "portrait\.png" is not a PNG, JPEG or WebP image/,
			/Its content decides/,
		],
		[
			'a portrait as driving video',
			() => ({ ...files, moves: files.photo }),
			/The driving video "portrait\.png" is not an MP4, MOV or WebM/,
			/one of these types/,
		],
		[
			'an empty file',
			() => ({ ...files, photo: fileOf('empty.png', '') }),
			/is empty/,
			/Check the node/,
		],
		[
			'a large file',
			() => ({
				...files,
				moves: fileOf(
					'large.mp4',
					Buffer.concat([readFileSync(files.moves), Buffer.alloc(8 * 2 ** 20)]),
				),
			}),
			/larger than 7 MB/,
			/MinIO API credential/,
		],
		['a field that is not there', () => ({ moves: files.moves }), /photo/, /./],
	])('refuses %s before anything is sent', async (_what, given, message, description) => {
		rig.queue.clearCalls();
		const { error } = await rig.run(form, { files: given() });

		expect(error?.message).toMatch(message);
		expect(error?.description ?? '.').toMatch(description);
		expect(rig.queue.calls()).toEqual([]);
	});
});
