import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { revealed, Secret, secretsIn } from '../../../../lib/base/data/secret';
import {
	parseDeployment,
	parseSettings,
	parseTarget,
} from '../../../../lib/deployment/settings/deploymentSettings';
import type { DeploymentSettings } from '../../../../lib/deployment/settings/deploymentSettings';
import {
	parseRunPodSettings,
	type RunPodSettings,
} from '../../../../lib/runpod/http/runPodCredential';
import {
	parseStorageSettings,
	type StorageSettings,
} from '../../../../lib/storage/client/minioCredential';

const VALUE = 'the-secret-value';
const secret = new Secret(VALUE);

describe('a secret', () => {
	it.each<[string, () => unknown]>([
		['String()', () => String(secret)],
		['concat', () => 'a '.concat(secret.toString())],
		['JSON', () => JSON.stringify({ deep: [secret] })],
		['inspect, which console.log uses', () => inspect({ deep: { secret } }, { depth: 9 })],
		['inspect of hidden fields', () => inspect(secret, { showHidden: true })],
		['an error made of it', () => new Error(String(secret)).message],
		['a copy of its fields', () => JSON.stringify(Object.assign({}, secret))],
	])('is not shown by %s', (_name, print) => {
		expect(String(print())).not.toContain(VALUE);
	});

	it('is given out by reveal, and by revealed for a whole body', () => {
		expect(secret.reveal()).toBe(VALUE);
		const body = { a: [{ secret }], b: null, c: 1, d: 'x', e: false };
		expect(revealed(body)).toEqual({ a: [{ secret: VALUE }], b: null, c: 1, d: 'x', e: false });
	});

	it('is a type of its own: the compiler takes no plain text for one', () => {
		// @ts-expect-error a plain text is no secret
		const key: RunPodSettings['apiKey'] = VALUE;
		// @ts-expect-error a plain text is no secret
		const storageKeys: Pick<StorageSettings, 'accessKey' | 'secretKey'> = { accessKey: 'a' };
		// @ts-expect-error a plain text is no secret
		const password: NonNullable<DeploymentSettings['dockerHub']>['password'] = VALUE;
		// @ts-expect-error a secret is no plain text
		const text: string = secret;
		expect([key, storageKeys, password, text]).toHaveLength(4);
	});
});

describe('secretsIn', () => {
	it('finds every one, however deep, once; what would be struck out of ordinary words is left out', () => {
		const settings = { a: secret, b: [{ c: new Secret('another') }, secret], d: new Secret('yes') };
		expect(secretsIn(settings)).toEqual([VALUE, 'another']);
		expect(secretsIn({ ...settings, a: 'plain' })).not.toContain('plain');
		expect(secretsIn(undefined)).toEqual([]);
	});

	const variables = {
		RUNPOD_API_KEY: 'rpa_secret-of-runpod',
		RUNPOD_IMAGE_NAME: 'a/b:1',
		DOCKERHUB_USERNAME: 'somebody',
		DOCKERHUB_PASSWORD: 'secret-of-docker-hub',
		MINIO_ENDPOINT: 'minio.example.com',
		MINIO_ACCESS_KEY: 'secret-access-key',
		MINIO_SECRET_KEY: 'secret-of-minio',
		MINIO_BUCKET: 'avatars',
		RUNPOD_WORKER_ENV: '{"HF_TOKEN": "hf_secret"}',
	};
	const deployment = ['hf_secret', 'secret-access-key', 'secret-of-docker-hub', 'secret-of-minio'];

	it.each<[string, unknown, string[]]>([
		[
			'the settings of a deployment',
			parseDeployment(variables, {
				DOCKERHUB_USERNAME: 'somebody',
				DOCKERHUB_PASSWORD: new Secret('secret-of-docker-hub'),
				MINIO_ENDPOINT: 'minio.example.com',
				MINIO_ACCESS_KEY: new Secret('secret-access-key'),
				MINIO_SECRET_KEY: new Secret('secret-of-minio'),
				MINIO_USE_SSL: true,
				MINIO_BUCKET: 'avatars',
			}),
			deployment,
		],
		[
			'all settings of the terminal',
			parseSettings(variables),
			[...deployment, 'rpa_secret-of-runpod'],
		],
		[
			'the settings of destroy and health',
			parseTarget(variables),
			[...deployment, 'rpa_secret-of-runpod'],
		],
		['a RunPod credential', parseRunPodSettings({ apiKey: 'rpa_key' }), ['rpa_key']],
		[
			'a MinIO credential',
			parseStorageSettings({
				endpoint: 'a',
				accessKey: 'access',
				secretKey: 'very',
				bucket: 'abc',
			}),
			['access', 'very'],
		],
	])('finds those of %s without a list of fields', (_name, settings, expected) => {
		expect([...secretsIn(settings)].sort()).toEqual(expected.sort());
	});
});
