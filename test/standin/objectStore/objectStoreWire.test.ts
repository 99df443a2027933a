import { readdirSync, writeFileSync } from 'node:fs';
import { connect as openSocket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
	BUCKET,
	connect,
	errorCode,
	makeFolder,
	md5Of,
	readText,
	signedFetch,
	startStore,
	startWithClient,
} from './objectStoreSetup';

const etag = `"${md5Of('content')}"`;
const past = new Date(Date.now() - 86_400_000).toUTCString();
const future = new Date(Date.now() + 86_400_000).toUTCString();

describe('a conditional request', () => {
	it.each([
		[200, { 'if-match': etag }],
		[412, { 'if-match': '"other"' }],
		[304, { 'if-none-match': etag }],
		[304, { 'if-none-match': `"other", ${etag}` }],
		[200, { 'if-none-match': '"other"' }],
		[304, { 'if-modified-since': future }],
		[200, { 'if-modified-since': past }],
		[412, { 'if-unmodified-since': past }],
		[200, { 'if-unmodified-since': past, 'if-match': etag }],
		[200, { 'if-modified-since': future, 'if-none-match': '"other"' }],
		[200, { 'if-modified-since': 'no date' }],
		[206, { range: 'bytes=0-0', 'if-range': etag }],
		[200, { range: 'bytes=0-0', 'if-range': '"other"' }],
	])('to read gets %i for %j', async (status, headers) => {
		const store = await startStore();
		await store.putBytes(BUCKET, 'key', 'content');

		for (const method of ['GET', 'HEAD']) {
			const response = await signedFetch(store, { method, path: `/${BUCKET}/key`, headers });
			expect(response.status).toBe(status);
			await response.text();
		}
	});

	it('takes the date it was given back as the same date', async () => {
		const halfPast = () => Math.floor(Date.now() / 1000) * 1000 + 500;
		const store = await startStore({ now: halfPast });
		await store.putBytes(BUCKET, 'key', 'content');
		const read = async (headers: Record<string, string> = {}) => {
			return await signedFetch(store, { method: 'GET', path: `/${BUCKET}/key`, headers });
		};
		const date = (await read()).headers.get('last-modified') ?? '';

		expect((await read({ 'if-modified-since': date })).status).toBe(304);
		expect((await read({ 'if-unmodified-since': date })).status).toBe(200);
	});

	it('to write changes only what it names', async () => {
		const store = await startStore();
		const put = async (headers: Record<string, string>, body: string) => {
			return await signedFetch(store, { method: 'PUT', path: `/${BUCKET}/key`, headers, body });
		};

		expect((await put({ 'if-match': etag }, 'content')).status).toBe(404);
		expect((await put({ 'if-none-match': '*' }, 'content')).status).toBe(200);
		expect((await put({ 'if-none-match': '*' }, 'again')).status).toBe(412);
		expect((await put({ 'if-none-match': etag }, 'again')).status).toBe(501);
		expect((await put({ 'if-match': '"other"' }, 'again')).status).toBe(412);
		expect(String(await store.read(BUCKET, 'key'))).toBe('content');
		expect((await put({ 'if-match': etag }, 'changed')).status).toBe(200);
	});

	it('to create is granted to one of many at the same time', async () => {
		const store = await startStore();
		const puts = Array.from({ length: 8 }, async (_, index) => {
			const headers = { 'if-none-match': '*' };
			const body = String(index);
			const request = { method: 'PUT', path: `/${BUCKET}/key`, headers, body };
			return (await signedFetch(store, request)).status;
		});

		expect((await Promise.all(puts)).sort()).toEqual([200, ...Array<number>(7).fill(412)]);
	});
});

describe('what it does not know', () => {
	it.each([
		['GET', `/${BUCKET}?versioning`],
		['GET', `/${BUCKET}?policy`],
		['GET', `/${BUCKET}?list-type=2&colour=red`],
		['PUT', `/${BUCKET}?lifecycle`],
		['POST', `/${BUCKET}`],
		['PUT', `/${BUCKET}/key?tagging`],
		['GET', `/${BUCKET}/key?versionId=1`],
		['POST', `/${BUCKET}/key?restore`],
		['PATCH', `/${BUCKET}/key`],
		['DELETE', '/'],
	])('is not implemented: %s %s', async (method, path) => {
		const store = await startStore();
		await store.putBytes(BUCKET, 'key', 'content');
		const response = await signedFetch(store, { method, path });

		expect(response.status).toBe(501);
		expect(await errorCode(response)).toBe('NotImplemented');
	});

	it.each(['x-amz-acl', 'x-amz-server-side-encryption', 'x-amz-copy-source-range'])(
		'is not implemented: a PUT with %s',
		async (header) => {
			const store = await startStore();
			const headers = { [header]: 'value' };
			const put = { method: 'PUT', path: `/${BUCKET}/key`, headers, body: 'x' };

			expect((await signedFetch(store, put)).status).toBe(501);
			expect(store.keys(BUCKET)).toEqual([]);
		},
	);
});

describe('an error', () => {
	it('says code, message, resource and request id', async () => {
		const store = await startStore();
		const response = await signedFetch(store, { method: 'GET', path: `/${BUCKET}/a%26b` });
		const requestId = response.headers.get('x-amz-request-id') ?? 'none';

		expect(response.status).toBe(404);
		expect(response.headers.get('content-type')).toBe('application/xml');
		expect(await response.text()).toBe(
			'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>' +
				'<Message>The specified key does not exist.</Message><Key>a&amp;b</Key>' +
				`<Resource>/avatars/a%26b</Resource><RequestId>${requestId}</RequestId></Error>`,
		);
	});

	it.each([
		['GET', '/%zz', 400, 'InvalidURI'],
		['PUT', '/No_Bucket', 400, 'InvalidBucketName'],
		['PUT', `/${BUCKET}/${'k'.repeat(1025)}`, 400, 'KeyTooLongError'],
		['GET', `/${BUCKET}?list-type=3`, 400, 'InvalidArgument'],
		['GET', `/${BUCKET}?max-keys=many`, 400, 'InvalidArgument'],
		['GET', `/${BUCKET}?encoding-type=base64`, 400, 'InvalidArgument'],
		['GET', `/${BUCKET}?continuation-token=%21&list-type=2`, 400, 'InvalidArgument'],
		['POST', `/${BUCKET}?delete`, 400, 'InvalidRequest'],
	])('of %s %.40s is %i %s', async (method, path, status, code) => {
		const store = await startStore();
		const signed = path === '/%zz' ? fetch(store.url + path) : signedFetch(store, { method, path });
		const response = await signed;

		expect(response.status).toBe(status);
		expect(await errorCode(response)).toBe(code);
	});

	it('meets a body of unknown length', async () => {
		const { store, client } = await startWithClient();
		const url = await client.presignedPutObject(BUCKET, 'key', 60);
		const body = new Blob(['content']).stream();
		const response = await fetch(url, { method: 'PUT', body, duplex: 'half' });

		expect(response.status).toBe(411);
		expect(store.keys(BUCKET)).toEqual([]);
	});

	it('meets a bulk delete of malformed XML', async () => {
		const store = await startStore();
		const body = '<Delete><Object></Object></Delete>';
		const headers = { 'content-md5': Buffer.from(md5Of(body), 'hex').toString('base64') };
		const request = { method: 'POST', path: `/${BUCKET}?delete`, headers, body };

		expect(await errorCode(await signedFetch(store, request))).toBe('MalformedXML');
	});
});

it('reads and writes a space in a listing as a plus', async () => {
	const store = await startStore();
	for (const key of ['a b/c+d', 'a+b']) await store.putBytes(BUCKET, key, '');
	const path = `/${BUCKET}?encoding-type=url&list-type=2&prefix=a+b`;
	const text = await (await signedFetch(store, { method: 'GET', path })).text();

	expect([...text.matchAll(/<(?:Key|Prefix)>(.*?)</g)].map(([, key]) => key)).toEqual([
		'a+b',
		'a+b/c%2Bd',
	]);
});

it('leaves nothing of an upload that broke off', async () => {
	const folder = makeFolder();
	const received = () => readdirSync(join(folder, '.temporary'));
	const { store, client } = await startWithClient({ folder });
	const url = new URL(await client.presignedPutObject(BUCKET, 'key', 60));
	const socket = openSocket(store.port, store.endPoint);
	const head = `PUT ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-length: 100\r\n\r\n`;
	socket.write(`${head}only a part`);
	while (received().length === 0) await sleep(5);
	socket.destroy();
	while (store.calls().length === 0) await sleep(5);

	expect(store.calls()).toMatchObject([{ method: 'PUT', key: 'key', status: 0 }]);
	expect(store.keys(BUCKET)).toEqual([]);
	expect(received()).toEqual([]);
});

it('records each call until it is told to forget them', async () => {
	const { store, client } = await startWithClient();
	await client.putObject(BUCKET, 'a b', 'content');
	await client.statObject(BUCKET, 'none').catch(() => undefined);

	expect(store.calls()).toEqual([
		{ method: 'PUT', bucket: BUCKET, key: 'a b', query: {}, status: 200, at: expect.any(Number) },
		{
			method: 'HEAD',
			bucket: BUCKET,
			key: 'none',
			query: {},
			status: 404,
			errorCode: 'NoSuchKey',
			at: expect.any(Number),
		},
	]);
	store.clearCalls();
	expect(store.calls()).toEqual([]);
});

describe('a planted fault', () => {
	it('answers as often as it says, and only what it matches', async () => {
		const { store, client } = await startWithClient();
		await store.putBytes(BUCKET, 'key', 'content');
		await store.putBytes(BUCKET, 'other', 'content');
		store.fault({ method: 'GET', key: 'key', times: 2, status: 403, code: 'AccessDenied' });
		const refusal = { code: 'AccessDenied' };

		expect(await readText(client.getObject(BUCKET, 'other'))).toBe('content');
		expect((await client.statObject(BUCKET, 'key')).size).toBe(7);
		await expect(client.getObject(BUCKET, 'key')).rejects.toMatchObject(refusal);
		await expect(client.getObject(BUCKET, 'key')).rejects.toMatchObject(refusal);
		expect(await readText(client.getObject(BUCKET, 'key'))).toBe('content');
		expect(store.calls().map(({ status }) => status)).toEqual([200, 200, 403, 403, 200]);
	});

	it('may be any body, as of a proxy that is no S3', async () => {
		const store = await startStore();
		store.fault({ status: 502, body: '<h1>Bad Gateway</h1>', contentType: 'text/html' });
		const response = await fetch(store.url);

		expect(response.status).toBe(502);
		expect(response.headers.get('content-type')).toBe('text/html');
		expect(await response.text()).toBe('<h1>Bad Gateway</h1>');
	});

	it('may cut the connection', async () => {
		const store = await startStore();
		store.fault({ key: 'key', cut: true });

		await expect(fetch(`${store.url}/${BUCKET}/key`)).rejects.toThrow('fetch failed');
		expect(store.calls()).toMatchObject([{ status: 0 }]);
		expect((await fetch(`${store.url}/${BUCKET}/key`)).status).toBe(403);
	});

	it('may be a real answer that comes late', async () => {
		const { store, client } = await startWithClient();
		await store.putBytes(BUCKET, 'key', 'content');
		store.fault({ delayMs: 100 });
		const startedMs = performance.now();

		expect(await readText(client.getObject(BUCKET, 'key'))).toBe('content');
		expect(performance.now() - startedMs).toBeGreaterThan(95);
	});
});

describe('the store', () => {
	it('closes over idle connections and late answers', async () => {
		const store = await startStore();
		await (await fetch(store.url)).text();
		store.fault({ delayMs: 600_000 });
		const late = fetch(store.url);

		await Promise.all([expect(late).rejects.toThrow('fetch failed'), sleep(50).then(store.close)]);
		await expect(fetch(store.url)).rejects.toThrow('fetch failed');
	});

	it('finds the objects of an earlier run, but not its uploads', async () => {
		const folder = makeFolder();
		const first = await startWithClient({ folder });
		const metaData = { Owner: 'u1', 'Content-Type': 'image/png' };
		await first.client.putObject(BUCKET, 'é 1', 'content', 7, metaData);
		const id = await first.client.initiateNewMultipartUpload(BUCKET, 'key', {});
		await first.store.close();
		const { store, client } = await startWithClient({ folder, buckets: [BUCKET, 'more'] });

		expect(store.buckets).toEqual([BUCKET, 'more']);
		expect(await readText(client.getObject(BUCKET, 'é 1'))).toBe('content');
		expect(await client.statObject(BUCKET, 'é 1')).toMatchObject({
			etag: md5Of('content'),
			metaData: { owner: 'u1', 'content-type': 'image/png' },
		});
		await expect(client.abortMultipartUpload(BUCKET, 'key', id)).rejects.toMatchObject({
			code: 'NoSuchUpload',
		});
	});

	it('is filled and read without HTTP', async () => {
		const folder = makeFolder();
		writeFileSync(join(folder, 'face.png'), 'picture');
		const { store, client } = await startWithClient();
		await store.putFile(BUCKET, 'faces/1.png', join(folder, 'face.png'), 'image/png');
		await store.putBytes(BUCKET, 'other', new Uint8Array([1, 2, 3]));

		expect(store.keys(BUCKET)).toEqual(['faces/1.png', 'other']);
		expect(store.keys(BUCKET, 'faces/')).toEqual(['faces/1.png']);
		expect(String(await store.read(BUCKET, 'faces/1.png'))).toBe('picture');
		expect(await store.read(BUCKET, 'none')).toBeUndefined();
		expect((await client.statObject(BUCKET, 'faces/1.png')).metaData).toMatchObject({
			'content-type': 'image/png',
		});
		expect((await client.statObject(BUCKET, 'other')).etag).toBe(md5Of(new Uint8Array([1, 2, 3])));
	});

	it('says so when its port is taken', async () => {
		const { port } = await startStore();
		await expect(startStore({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
	});

	it('listens on this machine only', async () => {
		const store = await startStore();
		expect(store.url).toBe(`http://127.0.0.1:${String(store.port)}`);
		expect(connect(store)).toMatchObject({ host: '127.0.0.1', port: store.port });
	});
});
