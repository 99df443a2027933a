import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ICredentialTestFunctions } from 'n8n-workflow';
import { minioApiTest } from '../../../../nodes/WanAvatar/methods/credentialTest/minioApi';
import { startObjectStore, type ObjectStore } from '../../../../standin/objectStore/objectStore';
import { CA_CERTIFICATE, serverCertificate } from '../../../storage/server/certificates';
import { BUCKET, startStoredRig, type StoredRig } from '../engine/storedRig';

// n8n calls a credential test on a context that it does not use.
const testContext: ICredentialTestFunctions = {
	logger: console,
	helpers: { request: async () => Promise.reject(new Error('not used')) },
} as never;

const SECRET = 'secret-key';

let rig: StoredRig;
let folder: string;
let secure: ObjectStore;
let selfSigned: ObjectStore;
let expired: ObjectStore;
let elsewhere: ObjectStore;
let web: Server;
let goServer: Server;
let cutter: ReturnType<typeof createNetServer>;

beforeAll(async () => {
	rig = await startStoredRig();
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-faults-'));
	secure = await startSecureStore('localhost');
	selfSigned = await startSecureStore('self-signed');
	expired = await startSecureStore('expired');
	elsewhere = await startSecureStore('elsewhere');
	web = createServer((_request, response) => {
		response.writeHead(200, { 'content-type': 'text/html' });
		response.end('<html><body>MinIO Console</body></html>');
	});
	goServer = createServer((_request, response) => {
		response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' });
		response.end('Client sent an HTTP request to an HTTPS server.\n');
	});
	cutter = createNetServer((socket) => socket.destroy());
	for (const server of [web, goServer, cutter])
		await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(async () => {
	for (const server of [web, goServer]) server.closeAllConnections();
	for (const server of [web, goServer, cutter]) server.close();
	const stores = [secure, selfSigned, expired, elsewhere];
	await Promise.all([rig.close(), ...stores.map((store) => store.close())]);
	rmSync(folder, { recursive: true, force: true });
});

async function startSecureStore(
	certificate: Parameters<typeof serverCertificate>[0],
): Promise<ObjectStore> {
	return await startObjectStore({
		folder: mkdtempSync(join(folder, 'objects-')),
		buckets: [BUCKET],
		accessKey: 'access',
		secretKey: SECRET,
		tls: serverCertificate(certificate),
	});
}

function portOf(server: { address: () => AddressInfo | string | null }): string {
	const address = server.address();
	return typeof address === 'object' && address ? String(address.port) : '';
}

const at = (port: string | number, scheme = 'http') => `${scheme}://127.0.0.1:${String(port)}`;

interface Case {
	/** What is different in the credential. */
	change: () => Record<string, string | boolean>;
	/** A fault of the store. */
	fault?: { status: number; code: string; times?: number };
	message: RegExp;
	remedy: RegExp;
}

const cases: [string, Case][] = [
	[
		'an unknown access key (InvalidAccessKeyId)',
		{
			change: () => ({ accessKey: 'nobody' }),
			message: /does not know the access key/,
			remedy: /Check Access Key/,
		},
	],
	[
		'a wrong secret key (SignatureDoesNotMatch)',
		{
			change: () => ({ secretKey: 'another-secret' }),
			message: /secret key does not fit/,
			remedy: /Check Secret Key/,
		},
	],
	[
		'a bucket that is not there (NoSuchBucket)',
		{
			change: () => ({ bucket: 'nowhere' }),
			message: /There is no bucket "nowhere"/,
			remedy: /Check Bucket/,
		},
	],
	[
		'another region',
		{
			change: () => ({ region: 'eu-west-1' }),
			message: /region is not the one/,
			remedy: /Check Region/,
		},
	],
	[
		'clocks that differ (RequestTimeTooSkewed)',
		{
			change: () => ({}),
			fault: { status: 403, code: 'RequestTimeTooSkewed' },
			message: /clocks of n8n and of the object store differ/,
			remedy: /Set the clock/,
		},
	],
	[
		'a port where nothing is (ECONNREFUSED)',
		{
			change: () => ({ endpoint: at(9) }),
			message: /No object store answers at 127\.0\.0\.1:9/,
			remedy: /Endpoint and port/,
		},
	],
	[
		'a host that is not there (ENOTFOUND)',
		{
			change: () => ({ endpoint: 'http://minio.invalid:9000' }),
			message: /There is no host named minio\.invalid/,
			remedy: /Check Endpoint/,
		},
	],
	[
		'the port of a web page',
		{
			change: () => ({ endpoint: at(portOf(web)) }),
			message:
				/What answers at 127\.0\.0\.1:\d+ is not an object store with an S3 API.*\(HTTP 200, text\/html\)/,
			remedy: /9001/,
		},
	],
	[
		'HTTP on an HTTPS port, where MinIO answers in plain words',
		{
			change: () => ({ endpoint: at(portOf(goServer)) }),
			message: /speaks HTTPS, and was asked by HTTP/,
			remedy: /Turn Use SSL on/,
		},
	],
	[
		'HTTP on an HTTPS port',
		{
			change: () => ({ endpoint: at(secure.port) }),
			message: /ended the connection without an answer/,
			remedy: /If it speaks HTTPS, turn Use SSL on/,
		},
	],
	[
		'HTTPS on an HTTP port',
		{
			change: () => ({ endpoint: at(rig.store.port, 'https') }),
			message: /does not speak HTTPS/,
			remedy: /Turn Use SSL off/,
		},
	],
	[
		'a certificate of an unknown CA',
		{
			change: () => ({ endpoint: at(secure.port, 'https') }),
			message: /certificate of 127\.0\.0\.1:\d+ is not signed by a CA that n8n trusts/,
			remedy: /CA Certificate/,
		},
	],
	[
		'a certificate that is signed by itself',
		{
			change: () => ({ endpoint: at(selfSigned.port, 'https') }),
			message: /certificate of 127\.0\.0\.1:\d+ is not signed by a CA that n8n trusts/,
			remedy: /CA Certificate/,
		},
	],
	[
		'a certificate that has expired',
		{
			change: () => ({
				endpoint: at(expired.port, 'https'),
				caCertificate: CA_CERTIFICATE,
			}),
			message: /certificate of 127\.0\.0\.1:\d+ has expired/,
			remedy: /Renew the server's certificate/,
		},
	],
	[
		'a certificate for another host',
		{
			change: () => ({
				endpoint: at(elsewhere.port, 'https'),
				caCertificate: CA_CERTIFICATE,
			}),
			message: /certificate of 127\.0\.0\.1:\d+ is for another host name/,
			remedy: /Check Endpoint/,
		},
	],
	[
		'a CA certificate that is none',
		{
			change: () => ({ caCertificate: 'MIIB' }),
			message: /CA Certificate must hold a certificate in PEM form/,
			remedy: /correct it/,
		},
	],
	[
		'a CA certificate that is spoilt',
		{
			change: () => ({
				endpoint: at(secure.port, 'https'),
				caCertificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
			}),
			message: /is not signed by a CA that n8n trusts/,
			remedy: /Paste the CA's certificate/,
		},
	],
	[
		'a connection that ends',
		{
			change: () => ({ endpoint: at(portOf(cutter)) }),
			message: /ended the connection without an answer/,
			remedy: /try again/i,
		},
	],
	[
		'a store in trouble (503)',
		{
			change: () => ({}),
			fault: { status: 503, code: 'SlowDown', times: 2 },
			message: /answers with HTTP 503/,
			remedy: /Try again later/,
		},
	],
];

describe('each failure has its own words, in the credential test and as n8n shows it', () => {
	it.each(cases)('%s', async (_what, { change, fault, message, remedy }) => {
		const { minioApi } = rig.credentials;
		if (!minioApi) throw new Error('The rig has no MinIO credential');
		const before = { ...minioApi };
		Object.assign(minioApi, change());
		try {
			if (fault) rig.store.fault(fault);
			const tested = await minioApiTest.call(testContext, {
				id: '1',
				name: 'x',
				type: 'x',
				data: { ...minioApi },
			});
			expect(tested.status).toBe('Error');
			expect(tested.message).toMatch(message);
			expect(tested.message).toMatch(remedy);

			if (fault) rig.store.fault(fault);
			const { error } = await rig.run({ resource: 'template', operation: 'getMany' });
			expect(error?.message).toMatch(message);
			expect(error?.description).toMatch(remedy);
			expect(JSON.stringify([tested, error])).not.toContain(SECRET);
		} finally {
			for (const name of Object.keys(minioApi)) Reflect.deleteProperty(minioApi, name);
			Object.assign(minioApi, before);
		}
	});

	const video = 'sitting-woman/video-conference-woman.mp4';
	it.each([
		[
			'template',
			'getMany',
			{ method: 'GET', key: '' },
			/may not list bucket avatars/,
			/s3:ListBucket.*by hand/,
		],
		[
			'video',
			'download',
			{ method: 'GET', key: video },
			/may not read "sitting-woman\/.*" in bucket avatars/,
			/s3:GetObject/,
		],
		[
			'video',
			'delete',
			{ method: 'DELETE', key: 'a.jpg' },
			/may not delete "a\.jpg"/,
			/s3:DeleteObject/,
		],
	])(
		'a policy that forbids %s %s (AccessDenied)',
		async (resource, operation, where, message, remedy) => {
			rig.store.fault({ ...where, status: 403, code: 'AccessDenied' });
			const videoKey = operation === 'delete' ? 'user-avatars/user_1/a/idle.mp4' : video;
			await rig.store.putBytes(BUCKET, videoKey, 'a video');
			const form = { resource, operation, videoKey, thumbnailKey: 'a.jpg' };
			const { error } = await rig.run(form);
			expect(error?.message).toMatch(message);
			expect(error?.description).toMatch(remedy);
		},
	);

	it('an object that is not there (NoSuchKey)', async () => {
		const form = { resource: 'video', operation: 'getLinks', videoKey: 'gone.mp4' };
		const { error } = await rig.run(form);
		expect(error?.message).toBe('There is no video "gone.mp4" in bucket avatars');
	});

	it('no MinIO credential', async () => {
		const form = { resource: 'template', operation: 'getMany' };
		const { error } = await rig.run(form, { node: { credentials: {} } });
		expect(error?.message).toBe('This node has no MinIO API credential');
	});
});

describe('TLS', () => {
	const useSecure = async (change: Record<string, string | boolean>) => {
		const data = {
			...rig.credentials.minioApi,
			endpoint: at(secure.port, 'https'),
			...change,
		};
		return await minioApiTest.call(testContext, { id: '1', name: 'x', type: 'x', data });
	};

	it('by a private CA, also where a form has eaten the line ends', async () => {
		expect(await useSecure({ caCertificate: CA_CERTIFICATE })).toMatchObject({ status: 'OK' });
		const flat = CA_CERTIFICATE.replaceAll('\n', ' ');
		expect(await useSecure({ caCertificate: flat })).toMatchObject({ status: 'OK' });
	});

	it('by the certificate of a server that signed it itself', async () => {
		const endpoint = at(selfSigned.port, 'https');
		const caCertificate = serverCertificate('self-signed').cert;
		expect(await useSecure({ endpoint, caCertificate })).toMatchObject({ status: 'OK' });
	});

	it('without a look at the certificate, if only then when asked for', async () => {
		expect(await useSecure({})).toMatchObject({ status: 'Error' });
		expect(await useSecure({ allowInsecureTls: true })).toMatchObject({ status: 'OK' });
	});
});
