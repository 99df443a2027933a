import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	expect,
	it,
	jest,
} from '@jest/globals';
import { Client } from 'minio';
import type { Bucket } from '../../../lib/storage/objects/bucket';
import { createBucket } from '../../../lib/storage/objects/createBucket';
import { parseStorageSettings } from '../../../lib/storage/client/minioCredential';
import { clock } from '../../storage/server/clock';
import { startObjectStore, type ObjectStore } from '../../../standin/objectStore/objectStore';

const MEGABYTE = 1024 * 1024;
const key = 'a.mp4';

let folder: string;
let store: ObjectStore;
let bucket: Bucket;
const pauses: number[] = [];

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-store-'));
	const keys = { accessKey: 'access', secretKey: 'secret-key' };
	store = await startObjectStore({ folder, buckets: ['avatars'], ...keys });
	const settings = parseStorageSettings({ endpoint: store.url, bucket: 'avatars', ...keys });
	const sleep = async (ms: number) => Promise.resolve(pauses.push(ms));
	bucket = createBucket(settings, { sleep, timeout: clock.timeout });
});
afterAll(async () => {
	await store.close();
	rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
	await store.putBytes('avatars', key, 'a video');
	store.clearCalls();
	pauses.length = 0;
});

const statuses = () => store.calls().map(({ status }) => status);

describe('a store in trouble', () => {
	const deeds: [string, (bucket: Bucket) => Promise<unknown>][] = [
		['list', async ({ listPage }) => await listPage()],
		['stat', async ({ stat }) => await stat(key)],
		['getText', async ({ getText }) => await getText(key)],
		['getRange', async ({ getRange }) => await getRange(key, 0, 1)],
		['getStream', async ({ getStream }) => (await getStream(key)).content.destroy()],
		['putText', async ({ putText }) => await putText('b.json', '{}', 'application/json')],
		[
			'put',
			async ({ put }) => {
				await put('b.mp4', Readable.from(['b']), 1, 'video/mp4');
			},
		],
		['remove', async ({ remove }) => await remove(key)],
		['check', async ({ check }) => await check()],
	];

	it.each(deeds)('is asked once more, without a word on the console (%s)', async (_name, deed) => {
		const spies = (['log', 'warn', 'error'] as const).map((name) => jest.spyOn(console, name));
		try {
			store.fault({ status: 503, code: 'SlowDown' });
			await deed(bucket);
			expect(statuses()[0]).toBe(503);
			expect(statuses().filter((status) => status === 503)).toHaveLength(1);
			expect(pauses).toEqual([300]);
			for (const spy of spies) expect(spy).not.toHaveBeenCalled();
		} finally {
			for (const spy of spies) spy.mockRestore();
		}
	});

	it('is given up after that', async () => {
		store.fault({ status: 503, code: 'SlowDown', times: 2 });
		await expect(bucket.getText(key)).rejects.toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/answers with HTTP 503$/),
		});
		expect(statuses()).toEqual([503, 503]);
	});

	it('gets the parts of a large file again, and the same bytes', async () => {
		const bytes = Buffer.alloc(11 * MEGABYTE, 'wan avatar');
		store.fault({ method: 'PUT', status: 500, times: 1 });
		await bucket.put('large.mp4', Readable.from([bytes]), bytes.length, 'video/mp4');

		expect((await store.read('avatars', 'large.mp4'))?.equals(bytes)).toBe(true);
		const parts = store.calls().filter(({ query }) => query.partNumber !== undefined);
		// Two parts are under way at once, and either may be the one that is refused.
		const said = parts.map(({ query, status }) => `${String(query.partNumber)}: ${String(status)}`);
		expect(said.filter((one) => one.endsWith('500'))).toHaveLength(1);
		expect(said.filter((one) => one.endsWith('200')).sort()).toEqual([
			'1: 200',
			'2: 200',
			'3: 200',
		]);
	});

	it('is not asked again for what it refuses', async () => {
		store.fault({ status: 403, code: 'AccessDenied' });
		expect(await bucket.getText(key)).toEqual({ tag: 'denied' });
		expect(statuses()).toEqual([403]);
	});
});

describe('an upload that comes to nothing leaves nothing behind', () => {
	const sizeBytes = 16 * MEGABYTE;
	const pieces = async function* (count: number) {
		for (let index = 0; index < count; index++)
			yield await Promise.resolve(Buffer.alloc(MEGABYTE, index));
	};
	const failing = async function* (count: number) {
		yield* pieces(count);
		throw new Error('the disk is gone');
	};
	const put = async (content: Readable, bytes = sizeBytes) => {
		await bucket.put('half.mp4', content, bytes, 'video/mp4');
	};
	const methods = () => store.calls().map(({ method }) => method);

	afterEach(async () => {
		const { endPoint, port, useSSL, accessKey, secretKey } = store;
		const client = new Client({
			endPoint,
			port,
			useSSL,
			accessKey,
			secretKey,
			region: 'us-east-1',
		});
		const { uploads } = await client.listIncompleteUploadsQuery('avatars', '', '', '', '');
		expect(uploads).toEqual([]);
		expect(store.keys('avatars', 'half')).toEqual([]);
	});

	it.each([
		['at once', 0],
		['after the first part', 7],
	])('when its source errs %s', async (_when, count) => {
		await expect(put(Readable.from(failing(count)))).rejects.toThrow('the disk is gone');
		expect(methods()[0]).toBe('POST');
		expect(methods().at(-1)).toBe('DELETE');
	});

	it('when the source of a small file errs', async () => {
		const content = Readable.from(failing(2));
		await expect(put(content, 3 * MEGABYTE)).rejects.toThrow('the disk is gone');
		expect(methods()).toEqual([]);
	});

	it('when its source is destroyed before it is read', async () => {
		const content = Readable.from(pieces(16)).once('error', () => undefined);
		content.destroy(new Error('cut'));
		await expect(put(content)).rejects.toThrow('cut');
	});

	it.each([
		['ends early', 9],
		['goes on', 17],
	])('when its source %s', async (_what, count) => {
		await expect(put(Readable.from(pieces(count)))).rejects.toMatchObject({
			code: 'INVALID_INPUT',
			message: expect.stringMatching(/had another size when it was uploaded/),
		});
	});

	it('when the store refuses a part, and its source is closed', async () => {
		store.fault({ method: 'PUT', status: 403, code: 'AccessDenied' });
		const content = Readable.from(pieces(16));
		await expect(put(content)).rejects.toMatchObject({ code: 'STORAGE' });
		expect(content.destroyed).toBe(true);
	});

	it('when the store refuses to begin, and its source is closed', async () => {
		store.fault({ method: 'POST', status: 403, code: 'AccessDenied' });
		const content = Readable.from(pieces(16));
		await expect(put(content)).rejects.toMatchObject({ code: 'STORAGE' });
		expect(content.destroyed).toBe(true);
	});
});
