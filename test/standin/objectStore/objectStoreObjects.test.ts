import { Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { CopyDestinationOptions, CopySourceOptions } from 'minio';
import {
	BUCKET,
	collect,
	connect,
	md5Of,
	readText,
	startStore,
	startWithClient,
} from './objectStoreSetup';

it('gives an object back as it was put', async () => {
	const { client } = await startWithClient();
	const metaData = { 'Content-Type': 'video/mp4', 'Cache-Control': 'no-store', Owner: 'u1' };

	const put = await client.putObject(BUCKET, 'u1/idle.mp4', 'content', 7, metaData);
	const stat = await client.statObject(BUCKET, 'u1/idle.mp4');

	expect(put.etag).toBe(md5Of('content'));
	expect(stat).toMatchObject({ size: 7, etag: put.etag });
	expect(stat.metaData).toMatchObject({
		'content-type': 'video/mp4',
		'cache-control': 'no-store',
		owner: 'u1',
	});
	expect(Math.abs(stat.lastModified.getTime() - Date.now())).toBeLessThan(60_000);
	expect(await readText(client.getObject(BUCKET, 'u1/idle.mp4'))).toBe('content');
});

it('gives back a range, and refuses one past the end', async () => {
	const { store, client } = await startWithClient();
	await store.putBytes(BUCKET, 'digits', '0123456789');

	expect(await readText(client.getPartialObject(BUCKET, 'digits', 2, 3))).toBe('234');
	expect(await readText(client.getPartialObject(BUCKET, 'digits', 8, 100))).toBe('89');
	await expect(client.getPartialObject(BUCKET, 'digits', 10, 1)).rejects.toMatchObject({
		code: 'InvalidRange',
	});
});

it('keeps an empty object', async () => {
	const { client } = await startWithClient();
	await client.putObject(BUCKET, 'empty', '');

	expect(await client.statObject(BUCKET, 'empty')).toMatchObject({ size: 0, etag: md5Of('') });
	expect(await readText(client.getObject(BUCKET, 'empty'))).toBe('');
});

it('replaces an object, metadata and all, and lets a reader of the old one finish', async () => {
	const { client } = await startWithClient();
	const old = 'old '.repeat(500_000);
	await client.putObject(BUCKET, 'key', old, old.length, { Owner: 'u1' });
	const reading = await client.getObject(BUCKET, 'key');
	await client.putObject(BUCKET, 'key', 'new');

	expect(await readText(Promise.resolve(reading))).toBe(old);
	expect(await readText(client.getObject(BUCKET, 'key'))).toBe('new');
	expect((await client.statObject(BUCKET, 'key')).metaData).not.toHaveProperty('owner');
});

const oddKeys = [
	'a space',
	'a+plus',
	'a%20percent',
	'a&b=c',
	'hash#question?x=y',
	`quote'double"(paren)!*~`,
	'<tag>&amp;',
	'é漢😀/\u{fb00}',
	'trailing/',
	'12345',
];

it.each(oddKeys)('keeps the key %j', async (key) => {
	const { store, client } = await startWithClient();

	await client.putObject(BUCKET, key, 'content');
	const [listed] = await collect(client.listObjectsV2(BUCKET, '', true));
	const url = await client.presignedGetObject(BUCKET, key, 60);

	expect(store.keys(BUCKET)).toEqual([key]);
	expect(listed).toMatchObject({ name: key });
	expect(await readText(client.getObject(BUCKET, key))).toBe('content');
	expect((await fetch(url)).status).toBe(200);
	expect(store.calls().at(-1)).toMatchObject({ bucket: BUCKET, key, status: 200 });
});

it('says NoSuchKey for a missing object, and NotFound where there is no body to say it in', async () => {
	const { client } = await startWithClient();

	await expect(client.getObject(BUCKET, 'none')).rejects.toMatchObject({ code: 'NoSuchKey' });
	await expect(client.statObject(BUCKET, 'none')).rejects.toMatchObject({ code: 'NotFound' });
});

it('says NoSuchBucket for whatever is asked of a missing bucket', async () => {
	const { client } = await startWithClient();
	const refusal = { code: 'NoSuchBucket' };

	await expect(client.getObject('none', 'key')).rejects.toMatchObject(refusal);
	await expect(client.putObject('none', 'key', 'x')).rejects.toMatchObject(refusal);
	await expect(client.removeObject('none', 'key')).rejects.toMatchObject(refusal);
	await expect(collect(client.listObjectsV2('none'))).rejects.toMatchObject(refusal);
	expect(await client.bucketExists('none')).toBe(false);
});

it('creates, lists and removes buckets', async () => {
	const { store, client } = await startWithClient();
	await client.makeBucket('templates');
	await store.putBytes('templates', 'key', 'content');

	expect(await client.bucketExists('templates')).toBe(true);
	expect((await client.listBuckets()).map(({ name }) => name)).toEqual([BUCKET, 'templates']);
	await expect(client.makeBucket('templates')).rejects.toMatchObject({
		code: 'BucketAlreadyOwnedByYou',
	});
	await expect(client.removeBucket('templates')).rejects.toMatchObject({ code: 'BucketNotEmpty' });
	await client.removeObject('templates', 'key');
	await client.removeBucket('templates');
	expect(store.buckets).toEqual([BUCKET]);
});

it('tells its region to a client that does not know it', async () => {
	const store = await startStore({ region: 'eu-central-1' });
	const { endPoint, port, useSSL, accessKey, secretKey } = store;
	const asking = connect(store, { region: 'eu-central-1' });
	await asking.putObject(BUCKET, 'key', 'content');
	const wrong = connect(store, { region: 'us-west-2' });
	const { Client } = await import('minio');
	const finding = new Client({ endPoint, port, useSSL, accessKey, secretKey });

	expect(await readText(finding.getObject(BUCKET, 'key'))).toBe('content');
	expect(store.calls().some(({ query }) => 'location' in query)).toBe(true);
	await expect(wrong.getObject(BUCKET, 'key')).rejects.toMatchObject({
		code: 'AuthorizationHeaderMalformed',
		region: 'eu-central-1',
	});
});

it('lists 2,500 keys in the order of their bytes, with either version', async () => {
	const { store, client } = await startWithClient();
	const keys = Array.from({ length: 2_500 }, (_, index) => `list/${String(index)}`);
	// In UTF-16 these two stand the other way round.
	keys.push('list/\u{fb00}', 'list/😀');
	for (const key of keys) await store.putBytes(BUCKET, key, '');
	const inOrder = keys.map((key) => Buffer.from(key)).sort((a, b) => Buffer.compare(a, b));
	const expected = inOrder.map(String);

	const second = await collect(client.listObjectsV2(BUCKET, 'list/', true));
	const first = await collect(client.listObjects(BUCKET, 'list/', true));
	const folders = await collect(client.listObjectsV2(BUCKET, '', false));
	const rest = await collect(client.listObjectsV2(BUCKET, 'list/', true, expected[2_000]));

	expect(second.map(({ name }) => name)).toEqual(expected);
	expect(first.map(({ name }) => name)).toEqual(expected);
	expect(folders).toEqual([{ prefix: 'list/', size: 0 }]);
	expect(rest.map(({ name }) => name)).toEqual(expected.slice(2_001));
	expect(expected.slice(-2)).toEqual(['list/\u{fb00}', 'list/😀']);
}, 60_000);

it('removes one object, and no object, alike', async () => {
	const { store, client } = await startWithClient();
	await store.putBytes(BUCKET, 'key', 'content');

	await client.removeObject(BUCKET, 'key');
	await client.removeObject(BUCKET, 'key');

	expect(store.keys(BUCKET)).toEqual([]);
});

it('removes many objects at once, odd keys too, and leaves the others', async () => {
	const { store, client } = await startWithClient();
	for (const key of [...oddKeys, 'kept']) await store.putBytes(BUCKET, key, '');

	await client.removeObjects(BUCKET, [...oddKeys, 'none']);

	expect(store.keys(BUCKET)).toEqual(['kept']);
});

it('copies an object with its metadata, or with new metadata', async () => {
	const { client } = await startWithClient({ buckets: [BUCKET, 'copies'] });
	const source = new CopySourceOptions({ Bucket: BUCKET, Object: 'from here' });
	await client.putObject(BUCKET, 'from here', 'content', 7, { Owner: 'u1' });

	await client.copyObject('copies', 'same', `/${BUCKET}/from here`);
	const target = { Bucket: 'copies', Object: 'new' };
	const replaced = new CopyDestinationOptions({
		...target,
		MetadataDirective: 'REPLACE',
		UserMetadata: { owner: 'u2' },
	});
	const copy = await client.copyObject(source, replaced);

	expect(copy).toMatchObject({ Etag: md5Of('content') });
	expect(await readText(client.getObject('copies', 'same'))).toBe('content');
	expect((await client.statObject('copies', 'same')).metaData).toMatchObject({ owner: 'u1' });
	expect(await readText(client.getObject('copies', 'new'))).toBe('content');
	expect((await client.statObject('copies', 'new')).metaData).toMatchObject({ owner: 'u2' });
});

it('refuses a copy of nothing, onto itself, or of an object that has changed', async () => {
	const { store, client } = await startWithClient();
	await store.putBytes(BUCKET, 'key', 'content');
	const from = (key: string, etag = '') =>
		new CopySourceOptions({ Bucket: BUCKET, Object: key, MatchETag: etag });
	const to = (key: string) => new CopyDestinationOptions({ Bucket: BUCKET, Object: key });

	await expect(client.copyObject(from('none'), to('copy'))).rejects.toMatchObject({
		code: 'NoSuchKey',
	});
	await expect(client.copyObject(from('key'), to('key'))).rejects.toMatchObject({
		code: 'InvalidRequest',
	});
	await expect(client.copyObject(from('key', 'other'), to('copy'))).rejects.toMatchObject({
		code: 'PreconditionFailed',
	});
	await client.copyObject(from('key', md5Of('content')), to('copy'));
	expect(store.keys(BUCKET)).toEqual(['copy', 'key']);
});

it('streams an object of known size in one request', async () => {
	const { store, client } = await startWithClient();

	await client.putObject(
		BUCKET,
		'key',
		Readable.from([Buffer.from('con'), Buffer.from('tent')]),
		7,
	);

	expect(store.calls().map(({ method, query }) => [method, query])).toEqual([['PUT', {}]]);
	expect(String(await store.read(BUCKET, 'key'))).toBe('content');
});
