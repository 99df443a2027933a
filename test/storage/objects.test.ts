import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { presignedLink } from '../../lib/storage/video/presignedLinks';
import { oddNames } from './oddKeys';
import { open, targets, type Target } from './target';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function put(target: Target, key: string, content: string | Buffer): Promise<void> {
	const bytes = Buffer.from(content);
	await target.bucket.put(key, Readable.from([bytes]), bytes.length, 'video/mp4');
}

describe.each(targets)('%s', (_name, openTarget) => {
	let target: Target;

	beforeAll(async () => {
		target = await openTarget();
	});
	afterAll(async () => {
		await target.close();
	});

	it('keeps what is put, and gives it out whole and in parts', async () => {
		const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
		await put(target, 'parts/a.mp4', bytes);

		expect(await target.bucket.stat('parts/a.mp4')).toMatchObject({
			tag: 'there',
			facts: { sizeBytes: bytes.length, etag: expect.stringMatching(/^[0-9a-f]{32}$/) },
		});
		const { content, sizeBytes, contentType } = await target.bucket.getStream('parts/a.mp4');
		expect(await buffer(content)).toEqual(bytes);
		expect({ sizeBytes, contentType }).toEqual({
			sizeBytes: bytes.length,
			contentType: 'video/mp4',
		});
		for (const [offset, length] of [
			[0, 16],
			[1, 1],
			[99_990, 10],
			[99_990, 500],
			[500, 0],
		] as const) {
			const part = await target.bucket.getRange('parts/a.mp4', offset, length);
			expect(Buffer.from(part)).toEqual(bytes.subarray(offset, offset + length));
		}
	});

	it('keeps what is put in several parts', async () => {
		const bytes = Buffer.alloc(17 * 1024 * 1024, 'wan avatar');
		await put(target, 'large.mp4', bytes);

		const { content } = await target.bucket.getStream('large.mp4');
		expect(sha256(await buffer(content))).toBe(sha256(bytes));
		expect(await target.bucket.remove('large.mp4')).toBe(true);
		expect(await target.bucket.stat('large.mp4')).toEqual({ tag: 'missing' });
	});

	it('lists in pages, in the order of the keys, and folders where asked for', async () => {
		for (const key of ['list/a.mp4', 'list/b/1.mp4', 'list/b/2.mp4', 'list/c.mp4', 'list/d/1.mp4'])
			await put(target, key, key);
		const request = { prefix: 'list/', limit: 2 };

		const first = await target.bucket.listPage(request);
		expect(first.objects.map(({ key }) => key)).toEqual(['list/a.mp4', 'list/b/1.mp4']);
		const second = await target.bucket.listPage({ ...request, after: first.next ?? '' });
		expect(second.objects.map(({ key }) => key)).toEqual(['list/b/2.mp4', 'list/c.mp4']);
		const last = await target.bucket.listPage({ ...request, after: second.next ?? '' });
		expect(last).toMatchObject({ objects: [{ key: 'list/d/1.mp4', sizeBytes: 12 }] });
		expect(last.next).toBeUndefined();
		const { objects, folders } = await target.bucket.listPage({ prefix: 'list/', delimiter: '/' });
		expect(objects.map(({ key }) => key)).toEqual(['list/a.mp4', 'list/c.mp4']);
		expect(folders).toEqual(['list/b/', 'list/d/']);
	});

	it.each(oddNames)(
		'brings a key with %j through put, list, link, fetch and delete',
		async (name) => {
			const key = `odd ${name}/${name}.mp4`;
			await put(target, key, `content of ${name}`);

			const { objects } = await target.bucket.listPage({ prefix: `odd ${name}/` });
			expect(objects.map((object) => object.key)).toEqual([key]);
			const nowMs = Date.now();
			const plain = await presignedLink(target.bucket, key, { expirySeconds: 60, nowMs });
			const fetched = await open(plain.url, target.credential);
			expect([fetched.status, fetched.body.toString()]).toEqual([200, `content of ${name}`]);
			const named = { expirySeconds: 60, nowMs, downloadName: `${name}.mp4` };
			const { url } = await presignedLink(target.bucket, key, named);
			const disposition = (await open(url, target.credential)).headers['content-disposition'] ?? '';
			const [, encoded = ''] =
				/^attachment; filename="[^"]*"; filename\*=UTF-8''(.+)$/.exec(disposition) ?? [];
			expect(decodeURIComponent(encoded)).toBe(`${name}.mp4`);
			expect(await target.bucket.remove(key)).toBe(true);
			expect(await target.bucket.stat(key)).toEqual({ tag: 'missing' });
		},
	);

	it('signs a link that opens without credentials, until it expires, and as it was signed only', async () => {
		await put(target, 'link/a.mp4', 'a');
		await put(target, 'link/b.mp4', 'b');
		const nowMs = Date.now();
		const sign = async (expirySeconds: number, ageSeconds = 0) =>
			await presignedLink(target.bucket, 'link/a.mp4', {
				expirySeconds,
				nowMs: nowMs - ageSeconds * 1000,
			});
		const status = async (url: string) => (await open(url, target.credential)).status;
		const { url, expires_at } = await sign(30);

		expect(await status(url)).toBe(200);
		expect(expires_at).toBe(new Date((Math.floor(nowMs / 1000) + 30) * 1000).toISOString());
		expect(await status(url.replace('a.mp4', 'b.mp4'))).toBe(403);
		expect(await status(url.replace('X-Amz-Expires=30', 'X-Amz-Expires=3000'))).toBe(403);
		expect(await status(`${url}&response-content-type=text%2Fhtml`)).toBe(403);
		expect(await status((await sign(10, 12)).url)).toBe(403);
		expect(await status((await sign(60, 12)).url)).toBe(200);
		expect(await status((await sign(604_800)).url)).toBe(200);
	});

	it('refuses a link that was good, once the time has come that it names', async () => {
		await put(target, 'link/short.mp4', 'a');
		const request = { expirySeconds: 3, nowMs: Date.now() };
		const { url, expires_at } = await presignedLink(target.bucket, 'link/short.mp4', request);
		const status = async () => (await open(url, target.credential)).status;

		expect(await status()).toBe(200);
		// A server that counts in whole seconds may be one late.
		await delay(Date.parse(expires_at ?? '') + 1100 - Date.now());
		expect(await status()).toBe(403);
	});

	it('tells one that is not there from one that is', async () => {
		expect(await target.bucket.stat('nowhere.mp4')).toEqual({ tag: 'missing' });
		expect(await target.bucket.getText('nowhere.mp4')).toEqual({ tag: 'missing' });
		expect(await target.bucket.remove('nowhere.mp4')).toBe(true);
		await expect(target.bucket.getStream('nowhere.mp4')).rejects.toMatchObject({
			message: expect.stringMatching(/^There is no object "nowhere\.mp4" in bucket /),
		});
	});

	it('is good by the test of the credential', async () => {
		expect(await target.bucket.check()).toEqual({ mayList: true });
	});
});
