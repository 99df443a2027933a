import { linkExpiry } from '../../lib/contract/link';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBucket } from '../../lib/storage/objects/createBucket';
import { expiryOf, presignedLink, publicLink } from '../../lib/storage/video/presignedLinks';
import { parseStorageSettings } from '../../lib/storage/client/minioCredential';
import { clock } from './server/clock';
import { open, targets, type Target } from './target';

const nowMs = Date.parse('2026-11-24T10:00:00.900Z');

describe.each(targets)('a public endpoint of %s', (_name, openTarget) => {
	let target: Target;

	beforeAll(async () => {
		target = await openTarget();
		await target.bucket.putText('a.mp4', 'content', 'video/mp4');
	});
	afterAll(async () => {
		await target.close();
	});

	it('is the host of the links, and they open there alone', async () => {
		const { host, protocol } = new URL(String(target.credential.endpoint));
		const publicEndpoint = `${protocol}//${host.replace('127.0.0.1', 'localhost')}`;
		const settings = parseStorageSettings({ ...target.credential, publicEndpoint });
		const options = { expirySeconds: 60, nowMs: Date.now() };
		const { url } = await presignedLink(createBucket(settings, clock), 'a.mp4', options);

		expect(url.startsWith(`${publicEndpoint}/`)).toBe(true);
		const elsewhere = url.replace('localhost', '127.0.0.1');
		expect((await open(elsewhere, target.credential)).status).toBe(403);
		expect((await open(url, target.credential)).body.toString()).toBe('content');
	});
});

describe('links', () => {
	const bucket = createBucket(
		parseStorageSettings({
			endpoint: 'https://minio.example.com',
			accessKey: 'access',
			secretKey: 'secret-key',
			bucket: 'avatars',
		}),
		clock,
	);

	it('say to the second when they end', async () => {
		const { url, expires_at } = await presignedLink(bucket, 'a.mp4', { expirySeconds: 90, nowMs });
		expect(expires_at).toBe('2026-11-24T10:01:30.000Z');
		expect(expiryOf(url)).toBe(expires_at);
		expect(url).not.toContain('secret-key');
	});

	it.each([0, -1, 7.1, NaN, Infinity, '', true])('do not last %p days', (days) => {
		expect(linkExpiry.safeParse(days).success).toBe(false);
	});

	it.each([
		[7, 604_800],
		['0.5', 43_200],
		[0.000_01, 1],
	])('last %p days, in whole seconds', (days, seconds) => {
		expect(linkExpiry.parse(days)).toBe(seconds);
	});

	it.each([
		[
			'https://x.example/a?AWSAccessKeyId=a&Expires=1800000000&Signature=b',
			'2027-01-15T08:00:00.000Z',
		],
		['https://x.example/a?Expires=1800000000', null],
		['https://x.example/a?X-Amz-Date=20261124T100000Z', null],
		['https://x.example/a.mp4', null],
		['no URL', null],
	])('of others: %s ends %p', (url, expected) => {
		expect(expiryOf(url)).toBe(expected);
	});

	it('that last keep odd keys whole', () => {
		const link = publicLink('https://cdn.example.com/avatars/', 'a b/100%#?&+é.mp4');
		expect(link).toEqual({
			url: 'https://cdn.example.com/avatars/a%20b/100%25%23%3F%26%2B%C3%A9.mp4',
			expires_at: null,
		});
		expect(decodeURIComponent(new URL(link.url).pathname)).toBe('/avatars/a b/100%#?&+é.mp4');
	});

	it.each(['', 'cdn.example.com', 'ftp://cdn.example.com', 'https://cdn.example.com/?a=b'])(
		'that last need a base: %p is none',
		(base) => {
			expect(() => publicLink(base, 'a.mp4')).toThrow(/Public Base URL must be an address/);
		},
	);
});
