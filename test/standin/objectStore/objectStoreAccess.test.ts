import { Agent } from 'node:https';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Client } from 'minio';
import type { ObjectStore } from '../../../standin/objectStore/objectStore';
import { CA_CERTIFICATE, serverCertificate } from '../../storage/server/certificates';
import {
	BUCKET,
	connect,
	errorCode,
	md5Of,
	readText,
	signedFetch,
	startStore,
	startWithClient,
} from './objectStoreSetup';

describe('a presigned URL', () => {
	it('opens its object, and a range of it, to anybody', async () => {
		const { url } = await presign();
		const whole = await fetch(url);
		const part = await fetch(url, { headers: { range: 'bytes=0-2' } });

		expect(whole.status).toBe(200);
		expect(whole.headers.get('etag')).toBe(`"${md5Of('content')}"`);
		expect(await whole.text()).toBe('content');
		expect(part.status).toBe(206);
		expect(part.headers.get('content-range')).toBe('bytes 0-2/7');
		expect(await part.text()).toBe('con');
	});

	it('does not open another object, another method, or more time', async () => {
		const { store, url } = await presign();
		await store.putBytes(BUCKET, 'other', 'secret');
		const changed = [
			url.replace('/key?', '/other?'),
			url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'),
			url.replace(/Signature=.{4}/, 'Signature=0000'),
			`${url}&response-content-type=text/html`,
		];

		for (const tampered of changed) {
			const response = await fetch(tampered);
			expect(response.status).toBe(403);
			expect(await errorCode(response)).toBe('SignatureDoesNotMatch');
		}
		const put = await fetch(url, { method: 'PUT', body: 'changed' });
		expect(await errorCode(put)).toBe('SignatureDoesNotMatch');
		expect(String(await store.read(BUCKET, 'key'))).toBe('content');
	});

	it('expires', async () => {
		let aheadMs = 0;
		const { url } = await presign({ now: () => Date.now() + aheadMs });
		expect((await fetch(url)).status).toBe(200);

		aheadMs = 62_000;
		const late = await fetch(url);

		expect(late.status).toBe(403);
		expect(await late.text()).toMatch(/<Code>AccessDenied<.*<Message>Request has expired</s);
	});

	it('takes an upload of the content that it is given', async () => {
		const { store, client } = await presign();
		const url = await client.presignedPutObject(BUCKET, 'upload.png', 60);

		const headers = { 'content-type': 'image/png' };
		const response = await fetch(url, { method: 'PUT', headers, body: 'picture' });

		expect(response.status).toBe(200);
		expect(response.headers.get('etag')).toBe(`"${md5Of('picture')}"`);
		expect(String(await store.read(BUCKET, 'upload.png'))).toBe('picture');
		const stat = await client.statObject(BUCKET, 'upload.png');
		expect(stat.metaData).toMatchObject({ 'content-type': 'image/png' });
	});

	it('answers HEAD without the content', async () => {
		const { client } = await presign();
		const response = await fetch(await client.presignedUrl('HEAD', BUCKET, 'key', 60), {
			method: 'HEAD',
		});

		expect(response.status).toBe(200);
		expect(response.headers.get('content-length')).toBe('7');
		expect(await response.text()).toBe('');
	});

	it('names the file and its type as it was signed to', async () => {
		const { client } = await presign();
		const disposition = 'attachment; filename="a b.mp4"';
		const url = await client.presignedGetObject(BUCKET, 'key', 60, {
			'response-content-disposition': disposition,
			'response-content-type': 'video/mp4',
		});
		const response = await fetch(url);

		expect(response.headers.get('content-disposition')).toBe(disposition);
		expect(response.headers.get('content-type')).toBe('video/mp4');
		const stripped = await fetch(url.replace(/response-content-type=[^&]*&/, ''));
		expect(await errorCode(stripped)).toBe('SignatureDoesNotMatch');
		const unwritable = await client.presignedGetObject(BUCKET, 'key', 60, {
			'response-content-disposition': 'a\r\nb',
		});
		expect(await errorCode(await fetch(unwritable))).toBe('InvalidArgument');
	});
});

describe('a request', () => {
	it('is refused with a wrong secret', async () => {
		const store = await startStore();
		const client = connect(store, { secretKey: 'wrong' });

		await expect(client.putObject(BUCKET, 'key', 'x')).rejects.toMatchObject({
			code: 'SignatureDoesNotMatch',
		});
		expect(store.calls()).toMatchObject([{ status: 403, errorCode: 'SignatureDoesNotMatch' }]);
		expect(store.keys(BUCKET)).toEqual([]);
	});

	it('is refused with an unknown access key', async () => {
		const client = connect(await startStore(), { accessKey: 'nobody' });

		await expect(client.listBuckets()).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
	});

	it.each([-1, 1])('is refused when the clocks are %i h apart', async (hours) => {
		const store = await startStore({ now: () => Date.now() + hours * 3_600_000 });

		await expect(connect(store).getObject(BUCKET, 'key')).rejects.toMatchObject({
			code: 'RequestTimeTooSkewed',
		});
	});

	it.each(['GET', 'PUT', 'DELETE'])('is refused when nobody signed it: %s', async (method) => {
		const store = await startStore();
		await store.putBytes(BUCKET, 'key', 'content');
		const body = method === 'PUT' ? { body: 'changed' } : {};
		const response = await fetch(`${store.url}/${BUCKET}/key`, { method, ...body });

		expect(response.status).toBe(403);
		expect(await errorCode(response)).toBe('AccessDenied');
		expect(String(await store.read(BUCKET, 'key'))).toBe('content');
	});

	it('is refused when the body is not the one that was signed', async () => {
		const store = await startStore();
		const put = { method: 'PUT', path: `/${BUCKET}/key`, body: 'changed' };
		const md5 = (text: string) => ({ 'content-md5': text });
		const other = Buffer.from(md5Of('content'), 'hex').toString('base64');

		const swapped = await signedFetch(store, { ...put, signedBody: 'content' });
		const damaged = await signedFetch(store, { ...put, headers: md5(other) });
		const unreadable = await signedFetch(store, { ...put, headers: md5('md5') });

		expect(await errorCode(swapped)).toBe('XAmzContentSHA256Mismatch');
		expect(await errorCode(damaged)).toBe('BadDigest');
		expect(await errorCode(unreadable)).toBe('InvalidDigest');
		expect(store.keys(BUCKET)).toEqual([]);
	});

	it('is refused with metadata that no signature can cover', async () => {
		const { client } = await startWithClient();

		const put = client.putObject(BUCKET, 'key', 'x', 1, { Owner: 'José' });

		await expect(put).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
	});

	it('may be large and refused, and still gets its answer', async () => {
		const client = connect(await startStore(), { secretKey: 'wrong' });

		const bytes = Buffer.alloc(20 * 1024 ** 2);
		const stream = Readable.from([bytes]);
		const refusal = { code: 'SignatureDoesNotMatch' };

		await expect(client.putObject(BUCKET, 'key', bytes)).rejects.toMatchObject(refusal);
		await expect(client.putObject(BUCKET, 'key', stream, bytes.length)).rejects.toMatchObject(
			refusal,
		);
	});
});

it('works over TLS', async () => {
	const store = await startStore({ tls: serverCertificate('localhost') });
	const agent = new Agent({ ca: CA_CERTIFICATE });
	const client = connect(store, { transportAgent: agent });

	await client.putObject(BUCKET, 'key', 'content');

	expect(store.url).toMatch(/^https:/);
	expect(await readText(client.getObject(BUCKET, 'key'))).toBe('content');
	agent.destroy();
});

async function presign(
	options: Parameters<typeof startStore>[0] = {},
): Promise<{ store: ObjectStore; client: Client; url: string }> {
	const { store, client } = await startWithClient(options);
	await store.putBytes(BUCKET, 'key', 'content');
	return { store, client, url: await client.presignedGetObject(BUCKET, 'key', 60) };
}
