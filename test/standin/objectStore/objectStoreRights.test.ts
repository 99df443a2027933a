import { describe, expect, it } from '@jest/globals';
import {
	BUCKET,
	collect,
	connect,
	md5Of,
	readText,
	signedFetch,
	startStore,
	startWithClient,
} from './objectStoreSetup';

const refusal = { code: 'AccessDenied' };

describe('a key of few rights', () => {
	it('may not read some keys', async () => {
		const { store, client } = await startWithClient();
		await store.putBytes(BUCKET, 'private/key', 'content');
		await store.putBytes(BUCKET, 'key', 'content');
		store.deny({ rights: ['read'], keys: /^private\// });

		await expect(client.getObject(BUCKET, 'private/key')).rejects.toMatchObject(refusal);
		await expect(client.statObject(BUCKET, 'private/key')).rejects.toMatchObject(refusal);
		const copy = { headers: { 'x-amz-copy-source': `/${BUCKET}/private/key` } };
		const copied = await signedFetch(store, { method: 'PUT', path: `/${BUCKET}/new`, ...copy });
		expect(copied.status).toBe(403);
		expect(await readText(client.getObject(BUCKET, 'key'))).toBe('content');
	});

	it('may not write, or not delete', async () => {
		const { store, client } = await startWithClient();
		await store.putBytes(BUCKET, 'key', 'content');
		store.deny({ rights: ['write'], keys: /\.json$/ }, { rights: ['delete'] });

		await expect(client.putObject(BUCKET, 'a.json', '{}')).rejects.toMatchObject(refusal);
		await expect(client.removeObject(BUCKET, 'key')).rejects.toMatchObject(refusal);
		await client.putObject(BUCKET, 'key', 'changed');
		expect(store.keys(BUCKET)).toEqual(['key']);
	});

	it('may not list, and is not told what is missing', async () => {
		const { store, client } = await startWithClient();
		await store.putBytes(BUCKET, 'key', 'content');
		store.deny({ rights: ['list'] });

		await expect(collect(client.listObjectsV2(BUCKET))).rejects.toMatchObject(refusal);
		await expect(client.statObject(BUCKET, 'missing')).rejects.toMatchObject(refusal);
		expect((await client.statObject(BUCKET, 'key')).size).toBe(7);
		store.deny();
		expect(await collect(client.listObjectsV2(BUCKET))).toHaveLength(1);
	});

	it('may list some prefixes only', async () => {
		const { store, client } = await startWithClient();
		await store.putBytes(BUCKET, 'mine/key', 'content');
		store.deny({ rights: ['list'], keys: /^(?!mine\/)/ });

		expect(await collect(client.listObjectsV2(BUCKET, 'mine/'))).toHaveLength(1);
		await expect(collect(client.listObjectsV2(BUCKET, 'other/'))).rejects.toMatchObject(refusal);
	});
});

it('another access key has rights of its own, and its links no more', async () => {
	const { store, client } = await startWithClient();
	await store.putBytes(BUCKET, 'key', 'content');
	const keys = { accessKey: 'few-rights', secretKey: 'another-secret' };
	store.addUser(keys, [{ rights: ['read'] }]);
	const other = connect(store, keys);

	await expect(other.getObject(BUCKET, 'key')).rejects.toMatchObject(refusal);
	expect((await fetch(await other.presignedGetObject(BUCKET, 'key'))).status).toBe(403);
	await other.putObject(BUCKET, 'new', 'content');
	expect(await readText(client.getObject(BUCKET, 'new'))).toBe('content');
	expect((await fetch(await client.presignedGetObject(BUCKET, 'key'))).status).toBe(200);
	const wrong = connect(store, { ...keys, secretKey: 'a-secret' });
	await expect(wrong.getObject(BUCKET, 'key')).rejects.toMatchObject({
		code: 'SignatureDoesNotMatch',
	});
});

describe('a conditional write', () => {
	const write = { method: 'PUT', path: `/${BUCKET}/key`, body: 'new' };

	it('counts: 412 for what is there already and for what is another by now', async () => {
		const store = await startStore();
		await store.putBytes(BUCKET, 'key', 'content');
		const onlyNew = await signedFetch(store, { ...write, headers: { 'if-none-match': '*' } });
		const stale = await signedFetch(store, { ...write, headers: { 'if-match': md5Of('other') } });
		expect([onlyNew.status, stale.status]).toEqual([412, 412]);
		expect(await stale.text()).toContain('<Code>PreconditionFailed</Code>');
		expect(String(await store.read(BUCKET, 'key'))).toBe('content');
		const headers = { 'if-match': `"${md5Of('content')}"` };
		expect((await signedFetch(store, { ...write, headers })).status).toBe(200);
	});

	it('is a plain one where the server ignores conditions', async () => {
		const store = await startStore();
		await store.putBytes(BUCKET, 'key', 'content');
		store.heedWriteConditions(false);
		for (const headers of [{ 'if-none-match': '*' }, { 'if-match': md5Of('other') }]) {
			expect((await signedFetch(store, { ...write, headers })).status).toBe(200);
		}
		expect(String(await store.read(BUCKET, 'key'))).toBe('new');
	});
});

describe('a listing without progress', () => {
	it.each([false, true])('gives the same keys for ever, new tokens: %s', async (newTokens) => {
		const store = await startStore();
		for (const key of ['a', 'b']) await store.putBytes(BUCKET, key, 'content');
		store.fault({ kind: 'endlessListing', newTokens, times: 3 });
		const pages: string[] = [];
		let token = '';
		for (let page = 0; page < 3; page++) {
			const path = `/${BUCKET}?list-type=2${token && `&continuation-token=${token}`}`;
			const text = await (await signedFetch(store, { method: 'GET', path })).text();
			token = /<NextContinuationToken>(\S+)<\/Next/.exec(text)?.[1] ?? '';
			pages.push(token);
			expect(text).toContain('<IsTruncated>true</IsTruncated>');
			expect([...text.matchAll(/<Key>(\w+)<\/Key>/g)].map(([, key]) => key)).toEqual(['a', 'b']);
		}
		expect(new Set(pages).size).toBe(newTokens ? 3 : 1);
	});

	it('leaves everything else alone', async () => {
		const { store, client } = await startWithClient();
		await store.putBytes(BUCKET, 'key', 'content');
		store.fault({ kind: 'endlessListing', times: Infinity });
		expect(await readText(client.getObject(BUCKET, 'key'))).toBe('content');
	});
});

it('a fault without a code says what S3 means by its status', async () => {
	const { store, client } = await startWithClient();
	await store.putBytes(BUCKET, 'key', 'content');
	for (const status of [403, 404, 412]) store.fault({ method: 'GET', status });
	await expect(client.getObject(BUCKET, 'key')).rejects.toMatchObject(refusal);
	await expect(client.getObject(BUCKET, 'key')).rejects.toMatchObject({ code: 'NoSuchKey' });
	await expect(client.getObject(BUCKET, 'key')).rejects.toMatchObject({
		code: 'PreconditionFailed',
	});
});

describe('who has no key', () => {
	it('may read what is published, and nothing else', async () => {
		const { store, client } = await startWithClient();
		await store.putBytes(BUCKET, 'public/a.mp4', 'content');
		await store.putBytes(BUCKET, 'public/a.json', 'content');
		const ask = async (path: string, method = 'GET') =>
			(await fetch(`${store.url}/${BUCKET}${path}`, { method })).status;
		expect(await ask('/public/a.mp4')).toBe(403);
		store.publish(BUCKET, /^public\/.*\.mp4$/);

		expect(await ask('/public/a.mp4')).toBe(200);
		expect(await ask('/public/a.mp4', 'HEAD')).toBe(200);
		expect(await ask('/public/a.mp4', 'DELETE')).toBe(403);
		expect(await ask('/public/a.json')).toBe(403);
		expect(await ask('/public/gone.mp4')).toBe(403);
		expect(await ask('?list-type=2')).toBe(403);
		expect(await readText(client.getObject(BUCKET, 'public/a.mp4'))).toBe('content');
	});
});
