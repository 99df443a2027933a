import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ICredentialDataDecryptedObject, ICredentialTestFunctions } from 'n8n-workflow';
import type { RegistryLogin } from '../../../../lib/deployment/registry/registryLogin';
import {
	containerRegistryApiTest,
	told,
} from '../../../../nodes/WanAvatar/methods/credentialTest/containerRegistryApi';
import { testedWith } from '../../../../nodes/WanAvatar/methods/credentialTest/verdict';
import { minioApiTest } from '../../../../nodes/WanAvatar/methods/credentialTest/minioApi';
import { runPodApiTest } from '../../../../nodes/WanAvatar/methods/credentialTest/runPodApi';
import { startObjectStore, type ObjectStore } from '../../../../standin/objectStore/objectStore';
import { startQueueApi, type QueueApi } from '../../../../standin/queue/queueApi';

// n8n calls a credential test on a context that these tests do not use.
const context: ICredentialTestFunctions = {
	logger: console,
	helpers: {
		request: async () => Promise.reject(new Error('not used')),
	},
} as never;

async function test(
	run: typeof minioApiTest,
	data: ICredentialDataDecryptedObject,
): Promise<string> {
	const { status, message } = await run.call(context, { id: '1', name: 'x', type: 'x', data });
	return `${status}: ${message}`;
}

describe('RunPod API', () => {
	let queue: QueueApi;
	let management: Server;
	let managementBaseUrl: string;

	beforeAll(async () => {
		queue = await startQueueApi({
			apiKey: 'rpa_secret',
			endpointId: 'abc123',
			handler: async () => Promise.resolve({}),
		});
		management = createServer(({ url, headers }, response) => {
			const isKnown = url === '/v2/serverless' && headers.authorization === 'Bearer rpa_secret';
			response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' });
			response.end(isKnown ? '{"endpoints":[]}' : '{"title":"Unauthorized","status":401}');
		});
		managementBaseUrl = `http://127.0.0.1:${await portOf(management)}/v2`;
	});
	afterAll(async () => {
		management.closeAllConnections();
		management.close();
		await queue.close();
	});

	const credential = (more: ICredentialDataDecryptedObject) => ({
		apiKey: 'rpa_secret',
		endpointId: 'abc123',
		queueBaseUrl: queue.baseUrl,
		managementBaseUrl,
		...more,
	});

	it.each<[string, ICredentialDataDecryptedObject, RegExp]>([
		['is right', {}, /^OK: .*endpoint abc123 answers/],
		[
			'holds a pasted invoke base',
			{ endpointId: 'https://api.runpod.ai/v2/abc123' },
			/^OK: .*abc123/,
		],
		[
			'holds a pasted run address',
			{ endpointId: 'https://api.runpod.ai/v2/abc123/run' },
			/^OK: .*abc123/,
		],
		['names no endpoint', { endpointId: '' }, /^OK: .*Endpoint ID is empty/],
		['has a wrong key', { apiKey: 'rpa_wrong' }, /^Error: .*does not accept the API key.*abc123/],
		['has a wrong key and no endpoint', { apiKey: 'x', endpointId: '' }, /^Error: .*this account/],
		[
			'names a deleted endpoint',
			{ endpointId: 'gone1' },
			/^Error: .*does not know the endpoint "gone1"/,
		],
		['has no key', { apiKey: '' }, /^Error: RunPod credential: API Key is empty/],
		['has an odd endpoint', { endpointId: 'a b' }, /^Error: .*Endpoint ID must be the ID alone/],
		['has an odd base', { queueBaseUrl: 'api.runpod.ai' }, /^Error: .*Queue API Base URL must be/],
		[
			'points nowhere',
			{ queueBaseUrl: 'http://127.0.0.1:9/v2' },
			/^Error: No connection to RunPod/,
		],
		[
			'is allowed for other hosts only',
			{ allowedHttpRequestDomains: 'domains', allowedDomains: 'api.runpod.ai, *.example.com' },
			/^Error: .*does not allow requests to 127\.0\.0\.1/,
		],
		[
			'is allowed for its host',
			{ allowedHttpRequestDomains: 'domains', allowedDomains: '127.0.0.1' },
			/^OK/,
		],
	])('a credential that %s', async (_what, more, expected) => {
		const verdict = await test(runPodApiTest, credential(more));

		expect(verdict).toMatch(expected);
		expect(verdict).not.toContain('rpa_secret');
	});
});

describe('MinIO API', () => {
	let store: ObjectStore;
	let folder: string;

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), 'wan-avatar-store-'));
		store = await startObjectStore({
			folder,
			buckets: ['avatars'],
			accessKey: 'access',
			secretKey: 'very-secret-key',
		});
	});
	afterAll(async () => {
		await store.close();
		rmSync(folder, { recursive: true, force: true });
	});

	const credential = (more: ICredentialDataDecryptedObject) => ({
		endpoint: `127.0.0.1:${String(store.port)}`,
		useSSL: false,
		region: 'us-east-1',
		accessKey: 'access',
		secretKey: 'very-secret-key',
		bucket: 'avatars',
		...more,
	});

	it.each<[string, (port: number) => ICredentialDataDecryptedObject, RegExp]>([
		['is right', () => ({}), /^OK: .*bucket avatars answers/],
		[
			'holds a pasted URL',
			(port) => ({ endpoint: `http://127.0.0.1:${String(port)}/`, useSSL: true }),
			/^OK/,
		],
		['leaves the region out', () => ({ region: '' }), /^OK/],
		[
			'has a wrong secret key',
			() => ({ secretKey: 'wrong' }),
			/^Error: The secret key does not fit/,
		],
		[
			'has an unknown access key',
			() => ({ accessKey: 'nobody' }),
			/^Error: .*does not know the access key/,
		],
		[
			'names a bucket that is not there',
			() => ({ bucket: 'nowhere' }),
			/^Error: There is no bucket "nowhere"/,
		],
		[
			'has a path in its endpoint',
			() => ({ endpoint: 'https://minio.example.com/console' }),
			/^Error: .*remove "\/console"/,
		],
		['has no endpoint', () => ({ endpoint: '' }), /^Error: MinIO credential: Endpoint is empty/],
		['has another region', () => ({ region: 'eu-west-1' }), /^Error: The region is not the one/],
		[
			'has a port where nothing is',
			() => ({ endpoint: '127.0.0.1:9' }),
			/^Error: No object store answers/,
		],
		[
			'speaks HTTPS to an HTTP port',
			() => ({ useSSL: true }),
			/^Error: .*does not speak HTTPS.*Use SSL off/,
		],
	])('a credential that %s', async (_what, more, expected) => {
		const verdict = await test(minioApiTest, credential(more(store.port)));

		expect(verdict).toMatch(expected);
		expect(verdict).not.toContain('very-secret-key');
	});

	it('a credential that may not list the bucket passes with a note', async () => {
		store.fault({ method: 'GET', status: 403, code: 'AccessDenied' });

		expect(await test(minioApiTest, credential({}))).toMatch(
			/^OK: The keys are right.*may not list/,
		);
	});

	const html = { 'content-type': 'text/html; charset=utf-8' };
	const page = '<!doctype html><html><head><title>A page</title></head></html>';
	const noStore =
		/^Error: What answers at 127\.0\.0\.1:\d+ is not an object store with an S3 API.* Check Endpoint and port .*web console, often 9001/;
	it.each<[string, number, Record<string, string>, string, RegExp]>([
		["MinIO's console", 200, html, page, noStore],
		['a web server that has no such page', 404, html, page, noStore],
		['a web server that takes no such request', 405, html, page, noStore],
		['a web server that lets nobody in', 403, html, page, noStore],
		['an API', 200, { 'content-type': 'application/json' }, '{"ok":true}', noStore],
		['an API without such a route', 404, { 'content-type': 'application/json' }, '{}', noStore],
		['a server that says nothing', 200, {}, '', noStore],
		['a server that refuses without a word', 403, {}, '', noStore],
		['a server that knows nothing', 404, {}, '', noStore],
		['a news feed', 200, { 'content-type': 'text/xml' }, '<rss><channel/></rss>', noStore],
		['a sign-in page elsewhere', 302, { location: 'https://sign-in.example.com/' }, '', noStore],
		[
			'a server that sends all to HTTPS',
			301,
			{ location: 'https://127.0.0.1/avatars' },
			'',
			/^Error: .* speaks HTTPS, and was asked by HTTP\. Turn Use SSL on/,
		],
	])('a credential that leads to %s', async (_what, status, headers, body, expected) => {
		const server = createServer((_request, response) => {
			response.writeHead(status, headers).end(body);
		});
		const port = await portOf(server);
		const verdict = await test(minioApiTest, credential({ endpoint: `127.0.0.1:${port}` }));
		server.closeAllConnections();
		server.close();

		expect(verdict).toMatch(expected);
		expect(verdict).not.toContain('very-secret-key');
	});
});

describe('Container Registry API', () => {
	const data = { username: 'someone', password: 'pass-word-of-the-user', registry: '127.0.0.1:9' };

	it('is not green where the registry could not be asked', async () => {
		const verdict = await test(containerRegistryApiTest, data);
		expect(verdict).toMatch(
			/^Error: Not tested: 127\.0\.0\.1:9 .* cannot be reached .*ECONNREFUSED.* can be used all the same/,
		);
		expect(verdict).not.toContain(data.password);
	});

	it('names a field that is wrong', async () => {
		expect(await test(containerRegistryApiTest, { ...data, password: '' })).toMatch(
			/^Error: Container registry credential: Password is empty/,
		);
	});

	it.each<[RegistryLogin, RegExp]>([
		[{ tag: 'accepted', host: 'ghcr.io' }, /^OK: ghcr\.io accepts/],
		[{ tag: 'refused', host: 'ghcr.io' }, /^Error: ghcr\.io does not accept .*access token/],
		[{ tag: 'untested', host: 'ghcr.io', reason: 'it asks for no login' }, /^Error: Not tested: /],
	])('%j is told', async (login, expected) => {
		const { status, message } = await testedWith(async () => Promise.resolve(told(login)));
		expect(`${status}: ${message}`).toMatch(expected);
	});
});

/** The port of a server of this machine, once it listens. */
async function portOf(server: Server): Promise<string> {
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const address = server.address();
	return String(typeof address === 'object' && address ? address.port : 0);
}
