import { createHash } from 'node:crypto';
import {
	appendFileSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Container } from '@n8n/di';
import { generateForm, located, startRig, workflowOf, type Rig } from '../engine/rig';
import { BUCKET, startStoredRig, until, type StoredRig } from '../engine/storedRig';

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

/** The files of this size that n8n keeps for items. */
async function storedCopies(sizeBytes: number): Promise<string[]> {
	const { BinaryDataConfig } = await import('n8n-core');
	const root = Container.get(BinaryDataConfig).localStoragePath;
	return readdirSync(root, { recursive: true, encoding: 'utf8' })
		.map((name) => join(root, name))
		.filter((path) => statSync(path).isFile() && statSync(path).size === sizeBytes);
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

	it('refuses an output key that a file is uploaded to', async () => {
		rig.queue.clearCalls();
		const key = `input-avatars/user_1/own/${sha256(files.photo)}.png`;
		const { error } = await rig.run(
			{ ...form, outputThumbnailKey: key },
			{ items: [{ avatar: 'own' }], files },
		);

		expect(error?.message).toMatch(/Output Thumbnail Key .* is also the key of the portrait/);
		expect(rig.store.keys(BUCKET, 'input-avatars/user_1/own/')).toEqual([]);
		expect(rig.queue.calls()).toEqual([]);
	});

	it('refuses a file whose key would be too long', async () => {
		const { error } = await rig.run(form, { items: [{ avatar: 'a'.repeat(960) }], files });

		expect(error?.message).toMatch(
			/Portrait Binary Field would be stored under a key that is longer than 1024 bytes/,
		);
		expect(error?.description).toMatch(/The User ID and the Avatar ID are in the keys of uploads/);
		expect(rig.store.keys(BUCKET, 'input-avatars/user_1/aaa')).toEqual([]);
	});

	it.each([
		['their names', located('name', 'photo'), located('name', 'moves')],
		['the list', located('list', 'photo'), located('list', 'moves')],
		['an expression', located('name', '={{ "photo" }}'), '={{ "moves" }}'],
	])('finds files by %s', async (_how, portraitBinaryField, drivingVideoBinaryField) => {
		const chosen = { ...form, portraitBinaryField, drivingVideoBinaryField };
		const { error } = await rig.run(
			{ ...chosen, outputOptions: { checkOnly: true } },
			{ items: [{ avatar: 'chosen' }], files },
		);
		expect(error).toBeUndefined();
	});

	it('finds the files of a form by default: Portrait, and Driving Video as n8n names it', async () => {
		const { portraitBinaryField, drivingVideoBinaryField, ...untouched } = form;
		const ofForm = { Portrait: files.photo, Driving_Video: files.moves };
		const { error } = await rig.run(
			{ ...untouched, outputOptions: { checkOnly: true } },
			{ items: [{ avatar: 'form' }], files: ofForm },
		);
		expect(error).toBeUndefined();
	});

	it('uploads nothing for Check Only', async () => {
		rig.store.clearCalls();
		const { success } = await rig.run(
			{ ...form, outputOptions: { checkOnly: true } },
			{ items: [{ avatar: 'check' }], files },
		);

		expect(success[0]?.json.input).toMatchObject({
			image_minio_path: expect.stringMatching(/^input-avatars\/user_1\/check\//),
		});
		expect(rig.store.calls().filter(({ method }) => method === 'PUT')).toEqual([]);
	});
});

describe('with MinIO, a file that is not the same when its turn comes', () => {
	let rig: StoredRig;

	beforeAll(async () => {
		rig = await startStoredRig();
	});
	afterAll(async () => {
		await rig.close();
	});

	it.each<[string, (path: string) => void, RegExp]>([
		[
			'another',
			(path) => {
				const bytes = readFileSync(path);
				writeFileSync(path, bytes.fill(0, 100));
			},
			/another file than the one that was checked/,
		],
		[
			'gone',
			(path) => {
				rmSync(path);
			},
			/cannot be read now/,
		],
	])('is neither stored nor sent: %s', async (what, change, words) => {
		rig.queue.clearCalls();
		rig.queue.script({ kind: 'never', times: 1 });
		const moves = fileOf(
			`kept-${what}.mp4`,
			Buffer.concat([readFileSync(files.moves), Buffer.from(`kept ${what}`)]),
		);
		const running = rig.run(
			{ ...form, waitingOptions: { timeoutMinutes: 0.1 }, limits: { maxParallelJobs: 1 } },
			{
				items: [{ avatar: `first-${what}` }, { avatar: `second-${what}` }],
				files: { ...files, moves },
				onError: 'continueRegularOutput',
			},
		);
		await until('the first is sent', () => rig.queue.calls('run').length === 1);
		for (const path of await storedCopies(statSync(moves).size)) change(path);
		const { success } = await running;

		expect(success[1]?.json).toMatchObject({
			error: expect.stringMatching(words),
			details: { code: 'INVALID_INPUT', avatar_id: `second-${what}` },
		});
		expect(rig.queue.calls('run')).toHaveLength(1);
		expect(rig.store.keys(BUCKET, `driving-videos/user_1/second-${what}`)).toEqual([]);
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

	it('shows for Check Only how long they are', async () => {
		rig.queue.clearCalls();
		const { success } = await rig.run({ ...form, outputOptions: { checkOnly: true } }, { files });

		const length = (path: string) => readFileSync(path).toString('base64').length;
		expect(success[0]?.json.input).toMatchObject({
			image_base64: `… (${String(length(files.photo))} characters)`,
			driving_video_base64: `… (${String(length(files.moves))} characters)`,
		});
		expect(rig.queue.calls()).toEqual([]);
	});

	it('finds the job of an earlier try by the content of its files', async () => {
		rig.queue.clearCalls();
		rig.queue.fault({ route: 'status', kind: 'answer', status: 401, body: '{}' });
		const { error, success } = await rig.run(form, {
			files,
			node: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 },
		});

		expect(error).toBeUndefined();
		expect(success[0]?.json.status).toBe('COMPLETED');
		expect(rig.queue.calls('run')).toHaveLength(1);
	});

	it('refuses two files that are too large together', async () => {
		rig.queue.clearCalls();
		const large = (path: string) => Buffer.concat([readFileSync(path), Buffer.alloc(4 * 2 ** 20)]);
		const { error } = await rig.run(form, {
			files: {
				photo: fileOf('photo.png', large(files.photo)),
				moves: fileOf('moves.mp4', large(files.moves)),
			},
		});

		expect(error?.message).toMatch(/The request is larger than the 10 MB/);
		expect(rig.queue.calls()).toEqual([]);
	});

	it.each([
		[
			'another',
			(path: string) => {
				writeFileSync(path, Buffer.alloc(statSync(path).size, 7));
			},
			/another file/,
		],
		[
			'longer',
			(path: string) => {
				appendFileSync(path, 'x');
			},
			/another file/,
		],
		[
			'gone',
			(path: string) => {
				rmSync(path);
			},
			/cannot be read now/,
		],
	])('sends no item whose file is %s when its turn comes', async (what, change, words) => {
		rig.queue.clearCalls();
		rig.queue.script({ kind: 'never', times: 1 });
		const moves = fileOf(
			`moves-${what}.mp4`,
			Buffer.concat([readFileSync(files.moves), Buffer.from(what)]),
		);
		const running = rig.run(
			{ ...form, waitingOptions: { timeoutMinutes: 0.1 }, limits: { maxParallelJobs: 1 } },
			{
				items: [{ avatar: 'first' }, { avatar: 'second' }],
				files: { ...files, moves },
				onError: 'continueRegularOutput',
			},
		);
		await until('the first is sent', () => rig.queue.calls('run').length === 1);
		const copies = await storedCopies(statSync(moves).size);
		expect(copies).toHaveLength(1);
		for (const path of copies) change(path);
		const { success } = await running;

		expect(success[1]?.json).toMatchObject({
			error: expect.stringMatching(words),
			details: { code: 'INVALID_INPUT', avatar_id: 'second' },
		});
		expect(rig.queue.calls('run')).toHaveLength(1);
	});

	it.each<[string, () => Record<string, string>, RegExp, RegExp]>([
		[
			'a PDF',
			() => ({ ...files, photo: fileOf('portrait.png', '%PDF-1.7\n'.padEnd(200, 'x')) }),
			/The portrait "portrait\.png" is not a PNG, JPEG or WebP image: it is a PDF document/,
			/Give the picture itself/,
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
		[
			'a field that is not there',
			() => ({ moves: files.moves }),
			/^Portrait Binary Field names "photo", but the files of the item are in: moves$/,
			/Nothing was sent/,
		],
		[
			'a file of an item that has none',
			() => ({}),
			/^Portrait Binary Field names "photo", but the item has no file; Driving Video Binary Field names "moves", but the item has no file$/,
			/^Put a node that gives out a file right before this one.* Nothing was sent/,
		],
	])('refuses %s before anything is sent', async (_what, given, message, description) => {
		rig.queue.clearCalls();
		const { error } = await rig.run(form, { files: given() });

		expect(error?.message).toMatch(message);
		expect(error?.description ?? '.').toMatch(description);
		expect(rig.queue.calls()).toEqual([]);
	});
});

describe("n8n's combined binary mode", () => {
	let rig: Rig;

	beforeAll(async () => {
		rig = await startRig('lazy');
	});
	afterAll(async () => {
		await rig.close();
	});

	const run = async (parameters: object, items: object[]) => {
		const workflow = workflowOf({ ...form, ...parameters }, { items });
		return await rig.engine.run({ ...workflow, settings: { binaryMode: 'combined' } });
	};
	const fileAs = (path: string) => ({
		mimeType: 'application/octet-stream',
		data: readFileSync(path).toString('base64'),
	});
	const _files = { photo: fileAs(files.photo), moves: fileAs(files.moves) };

	it('takes the path of a file in the JSON', async () => {
		const fields = {
			portraitBinaryField: '_files.photo',
			drivingVideoBinaryField: '={{ $json._files.moves }}',
		};
		expect((await run(fields, [{ _files }])).error).toBeUndefined();
	});

	it('tells under which names the files are', async () => {
		const { error } = await run({ drivingVideoBinaryField: '_files.film' }, [{ _files }]);

		expect(error?.message).toBe(
			'Portrait Binary Field names "photo", but the files of the item are in: _files.photo, _files.moves; Driving Video Binary Field names "_files.film", but the files of the item are in: _files.photo, _files.moves',
		);
	});

	it.each([{}, { _files: 'none' }, { _files: {} }])(
		'tells that there is none in %j',
		async (json) => {
			const { error } = await run({}, [json]);
			expect(error?.message).toMatch(
				/^Portrait Binary Field names "photo", but the item has no file;/,
			);
		},
	);
});
