import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { INodeProperties } from 'n8n-workflow';
import { ContainerRegistryApi } from '../../credentials/ContainerRegistryApi.credentials';
import { MinioApi } from '../../credentials/MinioApi.credentials';
import { RunPodApi } from '../../credentials/RunPodApi.credentials';
import { Secret, secretsIn } from '../../lib/base/data/secret';
import { parseContainerRegistry } from '../../lib/deployment/settings/containerRegistryCredential';
import { secretsOf } from '../../lib/deployment/settings/deploymentSettings';
import { VARIABLES } from '../../lib/deployment/settings/variables';
import { parseRunPodSettings } from '../../lib/runpod/http/runPodCredential';
import { parseStorageSettings, storageSecrets } from '../../lib/storage/client/minioCredential';

describe('a RunPod credential', () => {
	it.each([
		['abc123', 'abc123'],
		['  abc123 ', 'abc123'],
		['https://api.runpod.ai/v2/abc123', 'abc123'],
		['https://api.runpod.ai/v2/abc123/', 'abc123'],
		['https://api.runpod.ai/v2/abc123/run', 'abc123'],
		['https://console.runpod.io/serverless/user/endpoint/abc123?tab=requests', 'abc123'],
		['', ''],
		[undefined, ''],
	])('understands the endpoint %s', (endpointId, expected) => {
		expect(parseRunPodSettings({ apiKey: 'k', endpointId }).endpointId).toBe(expected);
	});

	it('has RunPod itself as its default', () => {
		const settings = parseRunPodSettings({ apiKey: ' k\n', queueBaseUrl: '' });
		expect(settings.apiKey.reveal()).toBe('k');
		expect(settings).toEqual({
			apiKey: new Secret('k'),
			endpointId: '',
			queueBaseUrl: 'https://api.runpod.ai/v2',
			managementBaseUrl: 'https://api.runpod.io/v2',
			graphqlUrl: 'https://api.runpod.io/graphql',
		});
	});

	it.each([
		[{}, 'https://api.runpod.io/graphql'],
		[{ managementBaseUrl: 'http://127.0.0.1:8080/v2/' }, 'http://127.0.0.1:8080/graphql'],
		[
			{ managementBaseUrl: 'https://proxy.example.com/runpod' },
			'https://proxy.example.com/runpod/graphql',
		],
		[{ graphqlUrl: 'https://graphql.example.com/ ' }, 'https://graphql.example.com'],
	])('has the GraphQL API of %j at %s', (given, expected) => {
		expect(parseRunPodSettings({ apiKey: 'k', ...given }).graphqlUrl).toBe(expected);
	});

	it.each([
		[{ apiKey: '' }, /API Key is empty/],
		[{ apiKey: 'a b' }, /character that no key has/],
		[{ apiKey: 'k', endpointId: 'https://example.com' }, /Endpoint ID must be/],
		[{ apiKey: 'k', endpointId: '../x' }, /Endpoint ID must be/],
		[{ apiKey: 'k', queueBaseUrl: 'ftp://a' }, /Queue API Base URL/],
		[{ apiKey: 'k', graphqlUrl: 'ftp://a' }, /GraphQL API URL/],
		[undefined, /RunPod credential/],
	])('%j is refused', (data, expected) => {
		expect(() => parseRunPodSettings(data)).toThrow(expected);
	});
});

describe('a MinIO credential', () => {
	const data = { endpoint: 'minio.example.com', accessKey: 'a', secretKey: 's', bucket: 'avatars' };

	it.each([
		['minio.example.com', true, ['minio.example.com', 443, true]],
		['minio.example.com', false, ['minio.example.com', 80, false]],
		['minio.example.com:9000', true, ['minio.example.com', 9000, true]],
		['localhost:9000', false, ['localhost', 9000, false]],
		['https://minio.example.com/', false, ['minio.example.com', 443, true]],
		['http://10.0.0.1:9000', true, ['10.0.0.1', 9000, false]],
		['HTTPS://Minio.Example.com', true, ['minio.example.com', 443, true]],
	])('understands %s with Use SSL %s', (endpoint, useSSL, [endPoint, port, isSSL]) => {
		expect(parseStorageSettings({ ...data, endpoint, useSSL })).toMatchObject({
			endPoint,
			port,
			useSSL: isSSL,
			region: 'us-east-1',
		});
	});

	it('keeps the public address apart', () => {
		const publicEndpoint = 'https://storage.example.com';
		expect(parseStorageSettings({ ...data, publicEndpoint }).publicAddress).toEqual({
			endPoint: 'storage.example.com',
			port: 443,
			useSSL: true,
		});
	});

	it.each([
		[{ endpoint: 'https://minio.example.com/bucket' }, /remove "\/bucket"/],
		[{ endpoint: 'minio.example.com/x?y' }, /remove "\/x\?y"/],
		[{ endpoint: 'ftp://minio' }, /Endpoint must be a host/],
		[{ endpoint: 'a b' }, /Endpoint must be a host/],
		[{ endpoint: '[::1]:9000' }, /Endpoint must be a name or an IPv4 address/],
		[{ publicEndpoint: 'http://a!b' }, /Public Endpoint must be a name or an IPv4 address/],
		[{ endpoint: 'minio:0' }, /Endpoint must not have port 0/],
		[{ endpoint: 'https://user:secret@minio' }, /remove the user name/],
		[{ bucket: 'A' }, /Bucket must be the name of a bucket/],
		[{ bucket: '' }, /Bucket is empty/],
		[{ secretKey: '' }, /Secret Key is empty/],
		[{ publicEndpoint: 'https://a/b' }, /Public Endpoint must be the host alone/],
	])('%j is refused', (more, expected) => {
		expect(() => parseStorageSettings({ ...data, ...more })).toThrow(expected);
	});
});

/** Of every credential class: how its data is parsed, with data that is right but for the field that is looked at. */
const parsers: Readonly<Record<string, { parse: (data: unknown) => unknown; data: object }>> = {
	ContainerRegistryApi: { parse: parseContainerRegistry, data: { username: 'u', password: 'p' } },
	MinioApi: {
		parse: parseStorageSettings,
		data: { endpoint: 'minio.example.com', accessKey: 'a', secretKey: 's', bucket: 'avatars' },
	},
	RunPodApi: { parse: parseRunPodSettings, data: { apiKey: 'k' } },
};

/** Hidden in the form and yet no secret, with the reason. */
const HIDDEN_ALONE: Readonly<Record<string, string>> = {
	'MinioApi.caCertificate': 'a certificate is public: every server shows it',
};

/** Of the name of a secret and yet shown in the form, with the reason. */
const SHOWN: Readonly<Record<string, string>> = {
	'MinioApi.accessKey': 'the name of an account, as a user name is',
};

const SECRET_NAME = /key|secret|token|password|passphrase|private|credential/i;
const VALUE = 'a-value-that-nobody-may-see';

const classes = [new ContainerRegistryApi(), new MinioApi(), new RunPodApi()].map(
	({ constructor: { name }, properties }) => ({ name, properties }),
);

/** What is wrong about how a credential keeps its secrets. */
function unkept(name: string, properties: readonly INodeProperties[]): string[] {
	const parser = parsers[name];
	if (!parser) return [`${name} has no parse in this test`];
	return properties.flatMap(({ name: field, typeOptions }) => {
		const full = `${name}.${field}`;
		const isHidden = typeOptions?.password === true;
		if (!isHidden && SECRET_NAME.test(field) && !(full in SHOWN))
			return [`${full} has no typeOptions.password`];
		if (!isHidden || full in HIDDEN_ALONE) return [];
		const found = secretsIn(parser.parse({ ...parser.data, [field]: VALUE }));
		return found.includes(VALUE) ? [] : [`${full} is parsed as no Secret, and so is not masked`];
	});
}

describe('the secrets of the credentials', () => {
	it.each(classes)('$name: hidden in the form and masked in messages', ({ name, properties }) => {
		expect(properties).not.toEqual([]);
		expect(unkept(name, properties)).toEqual([]);
	});

	it('every credential of the package is looked at', () => {
		const files = globSync('credentials/*.ts').map((path) => basename(path, '.credentials.ts'));
		expect(classes.map(({ name }) => name).sort()).toEqual(files.sort());
	});

	it('no exception is left that nobody needs', () => {
		const names = classes.flatMap(({ name, properties }) =>
			properties.map(({ name: field }) => `${name}.${field}`),
		);
		expect(names).toEqual(
			expect.arrayContaining([...Object.keys(HIDDEN_ALONE), ...Object.keys(SHOWN)]),
		);
	});

	it('what the form hides of a MinIO credential is masked in what the worker says, too', () => {
		const fields = classes
			.filter(({ name }) => name === 'MinioApi')
			.flatMap(({ properties }) => properties)
			.filter(
				({ name, typeOptions }) => typeOptions?.password && !(`MinioApi.${name}` in HIDDEN_ALONE),
			);
		for (const { name } of fields)
			expect(secretsIn(storageSecrets({ [name]: VALUE }))).toEqual([VALUE]);
	});

	// The name of a secret that RunPod keeps is none.
	it.each(VARIABLES.filter(({ name }) => /(KEY|SECRET|TOKEN|PASSWORD)(?!.*_NAME$)/.test(name)))(
		'$name is masked, and has no flag that others on the machine can read',
		({ name, flag }) => {
			expect(secretsIn(secretsOf({ [name]: VALUE }))).toEqual([VALUE]);
			expect(flag).toBeUndefined();
		},
	);

	it('a planted field that is forgotten is found', () => {
		const field = (name: string, typeOptions = {}): INodeProperties => ({
			displayName: name,
			name,
			type: 'string',
			default: '',
			typeOptions,
		});
		expect(
			unkept('MinioApi', [field('sessionToken'), field('salt', { password: true }), field('size')]),
		).toEqual([
			'MinioApi.sessionToken has no typeOptions.password',
			'MinioApi.salt is parsed as no Secret, and so is not masked',
		]);
		expect(unkept('OtherApi', [])).toEqual(['OtherApi has no parse in this test']);
	});
});

describe('a container registry credential', () => {
	it.each([
		[{}, 'Username is empty; Password is empty'],
		[{ username: 'somebody' }, 'Password is empty'],
		[{ username: 'some body', password: 'p' }, 'Username must be a user name'],
		[{ username: 4, password: ['p'] }, 'Username is empty; Password is empty'],
	])('%j is refused', (data, expected) => {
		expect(() => parseContainerRegistry(data)).toThrow(expected);
	});

	it.each([
		[undefined, 'registry-1.docker.io'],
		['', 'registry-1.docker.io'],
		['docker.io', 'registry-1.docker.io'],
		['https://index.docker.io/v1/', 'registry-1.docker.io'],
		['hub.docker.com', 'registry-1.docker.io'],
		[' GHCR.io ', 'ghcr.io'],
		['https://ghcr.io/someone/image', 'ghcr.io'],
		['registry.example.com:5000', 'registry.example.com:5000'],
	])('understands the registry %j', (given, expected) => {
		const data = { username: 'me', password: 'pass', registry: given };
		expect(parseContainerRegistry(data).registry).toBe(expected);
	});

	it.each(['a b', 'user@ghcr.io', 'ghcr.io:x', 'ghcr.io?x', '-', 'ghcr.io:99999'])(
		'refuses the registry %j',
		(given) => {
			const data = { username: 'me', password: 'pass', registry: given };
			expect(() => parseContainerRegistry(data)).toThrow(/Registry must be a host/);
		},
	);

	it('keeps its password from being shown', () => {
		const { username, password } = parseContainerRegistry({ username: ' me ', password: 'pass' });
		expect([username, String(password), password.reveal()]).toEqual(['me', '•••', 'pass']);
	});
});

describe('the form of a credential and what reads it have the same fields', () => {
	/** n8n itself adds them to a credential that signs HTTP requests. */
	const ofN8n = ['allowedDomains', 'allowedHttpRequestDomains'];

	it.each([
		['RunPod API', new RunPodApi(), parseRunPodSettings],
		['MinIO API', new MinioApi(), parseStorageSettings],
		['Container Registry API', new ContainerRegistryApi(), parseContainerRegistry],
	])('%s', (_label, credential, parse) => {
		const read = fieldsReadBy(parse).filter((name) => !ofN8n.includes(name));
		expect(read).toEqual(credential.properties.map(({ name }) => name).sort());
	});

	function fieldsReadBy(parse: (data: unknown) => unknown): string[] {
		const read = new Set<string>();
		const watched = new Proxy(
			{},
			{
				get: (_target, name) => {
					if (typeof name === 'string') read.add(name);
					return undefined;
				},
			},
		);
		// What must be filled is empty here.
		expect(() => parse(watched)).toThrow(/is empty/);
		return [...read].sort();
	}
});
