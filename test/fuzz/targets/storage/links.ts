import assert from 'node:assert/strict';
import fc from 'fast-check';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { objectKey } from '../../../../lib/contract/objectKey';
import { parseStorageSettings } from '../../../../lib/storage/client/minioCredential';
import { createBucket } from '../../../../lib/storage/objects/createBucket';
import { expiryOf, presignedLink } from '../../../../lib/storage/video/presignedLinks';
import { verifySignature } from '../../../../standin/objectStore/access/signature';
import { clock } from '../../../storage/server/clock';
import { fuzzTarget } from '../../target';
import { words } from '../../values';

const hosts = fc.oneof(
	fc.constantFrom('minio', 'localhost', '127.0.0.1', 'münchen.example', 'MINIO.Example.com'),
	fc.domain(),
);
const ports = fc.oneof(
	fc.constantFrom('', ':80', ':443', ':9000'),
	fc.integer({ min: 1, max: 65_535 }).map((p) => `:${String(p)}`),
);
const keys = fc
	.array(
		fc.oneof(
			fc.constantFrom(...'ab/ ~!*\'()+&=?#%@:;,$"<>[]{}|\\^`'.split('')),
			fc.constantFrom('é', '漢', '🙂', '%41', '%2F', 'ﬀ', 'é', '\u200b'),
			fc.string({ unit: 'binary', maxLength: 2 }),
		),
		{ minLength: 1, maxLength: 20 },
	)
	.map((parts) => parts.join(''))
	.filter((key) => objectKey.safeParse(key).success);
const secretKeys = fc
	.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
	.filter((key) => key.trim() === key);

const bases = fc.record({
	host: hosts,
	port: ports,
	useSSL: fc.boolean(),
	region: fc.constantFrom('', 'us-east-1', 'eu-central-1', 'garage'),
	accessKey: fc.stringMatching(/^[A-Za-z0-9]{3,20}$/),
	secretKey: secretKeys,
	bucket: fc.constantFrom('avatars', 'avatar-templates', 'a.b-c1'),
});

/** A link opens exactly its object, on exactly its host, for exactly its time. */
export const links = fuzzTarget(
	'presigned links',
	fc.asyncProperty(
		bases,
		keys,
		fc.integer({ min: 1, max: 604_800 }),
		fc.integer({ min: 0, max: 4_000_000_000_000 }),
		fc.option(words, { nil: undefined }),
		async (given, key, expirySeconds, nowMs, downloadName) => {
			const { host, port, ...rest } = given;
			const settings = parseStorageSettings({ ...rest, endpoint: `${host}${port}` });
			const bucket = createBucket(settings, clock);
			const asked = { expirySeconds, nowMs, downloadName };
			const { url, expires_at } = await presignedLink(bucket, key, asked);
			const link = new URL(url);
			assert.equal(decodeURIComponent(link.pathname), `/${rest.bucket}/${key}`);
			assert.equal(new URL(`${link.protocol}//${host}${port}`).host, link.host);
			assert.equal(link.protocol, rest.useSSL ? 'https:' : 'http:');
			assert.ok(!url.includes(encodeURIComponent(rest.secretKey)));
			assert.equal(expiryOf(url), expires_at);
			const signed = {
				method: 'GET',
				path: link.pathname,
				query: [...link.searchParams],
				headers: { host: link.host },
			};
			const endMs = Date.parse(expires_at ?? '');
			const credentials = { ...rest, region: settings.region };
			verifySignature(signed, credentials, endMs);
			assert.throws(() => verifySignature(signed, credentials, endMs + 1000));
			const moved = { ...signed, path: `${signed.path}x` };
			assert.throws(() => verifySignature(moved, credentials, endMs));
		},
	),
);

const endpoints = fc.oneof(
	words,
	fc.webUrl({ withQueryParameters: true, withFragments: true }),
	fc.constant('minio:0'),
	fc
		.tuple(
			fc.oneof(
				hosts,
				fc.ipV6().map((ip) => `[${ip}]`),
				fc.ipV4Extended(),
			),
			ports,
		)
		.map((parts) => parts.join('')),
);

/** Any text in a MinIO credential is an address or a fault of the credential, and the end of any link is a time or none. */
export const endpointTexts = fuzzTarget(
	'addresses of MinIO',
	fc.property(endpoints, endpoints, fc.boolean(), (endpoint, publicEndpoint, useSSL) => {
		const expiry = expiryOf(endpoint);
		assert.ok(expiry === null || !Number.isNaN(Date.parse(expiry)));
		const data = {
			endpoint,
			publicEndpoint,
			useSSL,
			accessKey: 'a',
			secretKey: 'the secret',
			bucket: 'avatars',
		};
		try {
			const { endPoint, port } = parseStorageSettings(data);
			// What the client takes: it knows no IPv6.
			assert.match(endPoint, /^[a-z\d]([\w.-]*[a-z\d.])?$/i);
			assert.ok(port > 0 && port <= 65_535);
		} catch (error) {
			if (!(error instanceof WanAvatarError) || error.code !== 'INVALID_CREDENTIAL') throw error;
			assert.ok(!error.message.includes('the secret'));
		}
	}),
);
