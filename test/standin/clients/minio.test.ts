import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CopyDestinationOptions, CopySourceOptions, type Client } from 'minio';
import * as z from 'zod/v4';
import {
	BUCKET,
	collect,
	makeBytes,
	makeFolder,
	readText,
	startWithClient,
} from '../objectStore/objectStoreSetup';
import { tellVersion } from './debianClient';

const mebibyte = 1024 ** 2;

beforeAll(() => {
	const text = readFileSync('node_modules/minio/package.json', 'utf8');
	tellVersion('minio', z.object({ version: z.string() }).parse(JSON.parse(text)).version);
});

describe("MinIO's own client in JavaScript", () => {
	it('makes, finds, lists and removes buckets', async () => {
		const { client } = await startWithClient();
		await client.makeBucket('second');
		expect(await client.bucketExists('second')).toBe(true);
		expect((await client.listBuckets()).map(({ name }) => name)).toEqual([BUCKET, 'second']);
		await client.removeBucket('second');
		expect(await client.bucketExists('second')).toBe(false);
	});

	it('carries files and bytes both ways, and tells what they are', async () => {
		const { store, client } = await startWithClient();
		const bytes = makeBytes(100_000);
		const path = join(makeFolder(), 'up.mp4');
		writeFileSync(path, bytes);
		await client.fPutObject(BUCKET, 'v/a.mp4', path, { who: 'me' });
		expect((await store.read(BUCKET, 'v/a.mp4'))?.equals(bytes)).toBe(true);

		await client.putObject(BUCKET, 'v/b.txt', 'content');
		expect(await readText(client.getObject(BUCKET, 'v/b.txt'))).toBe('content');
		expect(await readText(client.getPartialObject(BUCKET, 'v/b.txt', 1, 3))).toBe('ont');
		expect(await client.statObject(BUCKET, 'v/a.mp4')).toMatchObject({
			size: bytes.length,
			metaData: { who: 'me', 'content-type': 'video/mp4' },
		});
	});

	it('lists, copies and removes objects', async () => {
		const { store, client } = await startWithClient();
		for (const key of ['a', 'f/b', 'f/c']) await client.putObject(BUCKET, key, key);
		await client.copyObject(BUCKET, 'f/d', `/${BUCKET}/f/c`);

		const top = await collect(client.listObjectsV2(BUCKET, '', false));
		expect(top.map(({ name, prefix }) => name ?? prefix)).toEqual(['a', 'f/']);
		const all = await collect(client.listObjects(BUCKET, 'f/', true));
		expect(all.map(({ name }) => name)).toEqual(['f/b', 'f/c', 'f/d']);
		await client.removeObject(BUCKET, 'a');
		await client.removeObjects(BUCKET, ['f/b', 'f/c']);
		expect(store.keys(BUCKET)).toEqual(['f/d']);
	});

	it('composes an object of a whole other one and of a range', async () => {
		const { store, client } = await startWithClient();
		const bytes = makeBytes(6 * mebibyte);
		await store.putBytes(BUCKET, 'first', bytes);
		await store.putBytes(BUCKET, 'second', 'content');
		await client.composeObject(new CopyDestinationOptions({ Bucket: BUCKET, Object: 'whole' }), [
			new CopySourceOptions({ Bucket: BUCKET, Object: 'first' }),
			// Of a range, this client takes the length alone, whatever its start.
			new CopySourceOptions({ Bucket: BUCKET, Object: 'second', MatchRange: true, End: 2 }),
		]);
		const whole = await store.read(BUCKET, 'whole');
		expect(whole?.equals(Buffer.concat([bytes, Buffer.from('con')]))).toBe(true);
		expect(store.keys(BUCKET)).toEqual(['first', 'second', 'whole']);
	});

	it('finds and ends an upload that broke off', async () => {
		const { client } = await startWithClient();
		await client.initiateNewMultipartUpload(BUCKET, 'half', {});
		const left = await collect(client.listIncompleteUploads(BUCKET, '', true));
		expect(left.map(({ key }) => key)).toEqual(['half']);
		await client.removeIncompleteUpload(BUCKET, 'half');
		expect(await collect(client.listIncompleteUploads(BUCKET, '', true))).toEqual([]);
	});

	it('presigns what anybody opens and fills', async () => {
		const { store, client } = await startWithClient();
		const put = await client.presignedPutObject(BUCKET, 'a', 60);
		expect((await fetch(put, { method: 'PUT', body: 'content' })).status).toBe(200);
		const get = await client.presignedGetObject(BUCKET, 'a', 60);
		expect(await (await fetch(get)).text()).toBe('content');
		expect(store.keys(BUCKET)).toEqual(['a']);
	});

	it('is told of an object that there are no tags', async () => {
		const { client } = await startWithClient();
		await client.putObject(BUCKET, 'a', 'content');
		expect(await client.getObjectTagging(BUCKET, 'a')).toEqual([]);
		await expect(client.getObjectTagging(BUCKET, 'none')).rejects.toMatchObject({
			code: 'NoSuchKey',
		});
	});

	const notPlayed: Record<string, (client: Client) => Promise<unknown>> = {
		setBucketPolicy: (client) => client.setBucketPolicy(BUCKET, '{"Version":"2012-10-17"}'),
		getBucketPolicy: (client) => client.getBucketPolicy(BUCKET),
		getBucketVersioning: (client) => client.getBucketVersioning(BUCKET),
		setBucketTagging: (client) => client.setBucketTagging(BUCKET, { a: 'b' }),
		getBucketLifecycle: (client) => client.getBucketLifecycle(BUCKET),
		getBucketEncryption: (client) => client.getBucketEncryption(BUCKET),
		getBucketNotification: (client) => client.getBucketNotification(BUCKET),
		setObjectTagging: (client) => client.setObjectTagging(BUCKET, 'a', { a: 'b' }),
		getObjectRetention: (client) => client.getObjectRetention(BUCKET, 'a'),
		getObjectLegalHold: (client) => client.getObjectLegalHold(BUCKET, 'a'),
	};
	it.each(Object.keys(notPlayed))('is told that the store does not play %s', async (name) => {
		const { client } = await startWithClient();
		await client.putObject(BUCKET, 'a', 'content');
		await expect(notPlayed[name]?.(client)).rejects.toMatchObject({ code: 'NotImplemented' });
	});
});
