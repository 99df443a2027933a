import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../lib/base/data/secret';
import { parseRunPodSettings } from '../../lib/runpod/http/runPodCredential';
import { parseStorageSettings } from '../../lib/storage/client/minioCredential';

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
		});
	});

	it.each([
		[{ apiKey: '' }, /API Key is empty/],
		[{ apiKey: 'a b' }, /character that no key has/],
		[{ apiKey: 'k', endpointId: 'https://example.com' }, /Endpoint ID must be/],
		[{ apiKey: 'k', endpointId: '../x' }, /Endpoint ID must be/],
		[{ apiKey: 'k', queueBaseUrl: 'ftp://a' }, /Queue API Base URL/],
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
		[{ endpoint: 'https://user:secret@minio' }, /remove the user name/],
		[{ bucket: 'A' }, /Bucket must be the name of a bucket/],
		[{ bucket: '' }, /Bucket is empty/],
		[{ secretKey: '' }, /Secret Key is empty/],
		[{ publicEndpoint: 'https://a/b' }, /Public Endpoint must be the host alone/],
	])('%j is refused', (more, expected) => {
		expect(() => parseStorageSettings({ ...data, ...more })).toThrow(expected);
	});
});
