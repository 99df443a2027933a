import { describe, expect, it } from '@jest/globals';
import {
	calculateSignature,
	verifySignature,
	type SignedRequest,
} from '../../../standin/objectStore/access/signature';

// The published examples of "Authenticating Requests (AWS Signature Version 4)" in the S3 documentation.
const credentials = {
	accessKey: 'AKIAIOSFODNN7EXAMPLE',
	secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
	region: 'us-east-1',
};
const TIMESTAMP = '20130524T000000Z';
const signedAtMs = Date.UTC(2013, 4, 24);
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const putHash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072';
const credential = `${credentials.accessKey}/20130524/us-east-1/s3/aws4_request`;
const host = 'examplebucket.s3.amazonaws.com';

interface Example {
	name: string;
	request: SignedRequest;
	payloadHash: string;
	signature: string;
}

const common = { host, 'x-amz-date': TIMESTAMP };
const examples: Example[] = [
	{
		name: 'GET Object',
		request: {
			method: 'GET',
			path: '/test.txt',
			query: [],
			headers: { ...common, range: 'bytes=0-9', 'x-amz-content-sha256': emptyHash },
		},
		payloadHash: emptyHash,
		signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
	},
	{
		name: 'PUT Object',
		request: {
			method: 'PUT',
			path: '/test$file.text',
			query: [],
			headers: {
				...common,
				date: 'Fri, 24 May 2013 00:00:00 GMT',
				'x-amz-content-sha256': putHash,
				'x-amz-storage-class': 'REDUCED_REDUNDANCY',
			},
		},
		payloadHash: putHash,
		signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
	},
	{
		name: 'GET Bucket Lifecycle',
		request: {
			method: 'GET',
			path: '/',
			query: [['lifecycle', '']],
			headers: { ...common, 'x-amz-content-sha256': emptyHash },
		},
		payloadHash: emptyHash,
		signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
	},
	{
		name: 'GET Bucket (List Objects)',
		request: {
			method: 'GET',
			path: '/',
			query: [
				['max-keys', '2'],
				['prefix', 'J'],
			],
			headers: { ...common, 'x-amz-content-sha256': emptyHash },
		},
		payloadHash: emptyHash,
		signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
	},
];

const PRESIGNED = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
const presignedRequest: SignedRequest = {
	method: 'GET',
	path: '/test.txt',
	query: [
		['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
		['X-Amz-Credential', credential],
		['X-Amz-Date', TIMESTAMP],
		['X-Amz-Expires', '86400'],
		['X-Amz-SignedHeaders', 'host'],
		['X-Amz-Signature', PRESIGNED],
	],
	headers: { host },
};

describe('the published examples of Signature Version 4', () => {
	it.each(examples)('calculates and accepts $name', ({ request, payloadHash, signature }) => {
		const signedHeaders = Object.keys(request.headers).sort();
		const scope = { timestamp: TIMESTAMP, region: 'us-east-1', signedHeaders, payloadHash };

		expect(calculateSignature(request, scope, credentials.secretKey)).toBe(signature);
		expect(verifySignature(sign(request, signature), credentials, signedAtMs)).toBe(payloadHash);
	});

	it('accepts the presigned URL', () => {
		expect(verifySignature(presignedRequest, credentials, signedAtMs)).toBe('UNSIGNED-PAYLOAD');
	});
});

describe('a signature in the header', () => {
	const [example] = examples;
	if (!example) throw new Error('There is no example');
	const signed = sign(example.request, example.signature);
	const { authorization = '' } = signed.headers;

	it.each<[string, Partial<SignedRequest>]>([
		['method', { method: 'HEAD' }],
		['path', { path: '/test2.txt' }],
		['query', { query: [['partNumber', '1']] }],
		['signed header', { headers: { ...signed.headers, range: 'bytes=0-99' } }],
		['payload hash', { headers: { ...signed.headers, 'x-amz-content-sha256': putHash } }],
	])('does not cover another %s', (_what, change) => {
		expect(codeOf({ ...signed, ...change })).toBe('SignatureDoesNotMatch');
	});

	it.each([14, -14])('may be %i minutes off', (minutes) => {
		expect(verifySignature(signed, credentials, signedAtMs + minutes * 60_000)).toBe(emptyHash);
	});

	it.each([16, -16])('may not be %i minutes off', (minutes) => {
		expect(codeOf(signed, { nowMs: signedAtMs + minutes * 60_000 })).toBe('RequestTimeTooSkewed');
	});

	it('refuses a wrong secret, an unknown key and another region, each by its own code', () => {
		expect(codeOf(signed, { secretKey: 'other' })).toBe('SignatureDoesNotMatch');
		expect(codeOf(signed, { accessKey: 'other' })).toBe('InvalidAccessKeyId');
		expect(codeOf(signed, { region: 'eu-west-1' })).toBe('AuthorizationHeaderMalformed');
	});

	it('refuses x-amz headers that were added after signing', () => {
		const headers = { ...signed.headers, 'x-amz-meta-owner': 'me' };
		expect(codeOf({ ...signed, headers })).toBe('AccessDenied');
	});

	it.each([
		['without a signature', authorization.replace(/,Signature.*/, '')],
		['for another service', authorization.replace('/s3/', '/iam/')],
		['of another day', authorization.replace('20130524/', '20130525/')],
	])('refuses an authorization %s as malformed', (_what, changed) => {
		const headers = { ...signed.headers, authorization: changed };
		expect(codeOf({ ...signed, headers })).toBe('AuthorizationHeaderMalformed');
	});

	it('refuses one of Version 2, and says which it takes', () => {
		const authorization = 'AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=';
		expect(codeOf({ ...signed, headers: { ...signed.headers, authorization } })).toBe(
			'InvalidRequest',
		);
	});

	it('refuses chunked signing, which it does not know', () => {
		const chunked = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
		const headers = { ...signed.headers, 'x-amz-content-sha256': chunked };
		expect(codeOf({ ...signed, headers })).toBe('NotImplemented');
	});

	it('is required', () => {
		expect(codeOf(example.request)).toBe('AccessDenied');
	});
});

describe('a signature in the query', () => {
	it('ends with its expiry, and does not begin long before its date', () => {
		const expiresMs = signedAtMs + 86_400_000;

		expect(codeOf(presignedRequest, { nowMs: expiresMs })).toBeUndefined();
		expect(codeOf(presignedRequest, { nowMs: expiresMs + 1 })).toBe('AccessDenied');
		expect(codeOf(presignedRequest, { nowMs: signedAtMs - 3_600_000 })).toBe('AccessDenied');
	});

	it.each([
		['X-Amz-Expires', '86401', 'SignatureDoesNotMatch'],
		['X-Amz-Expires', '604801', 'AuthorizationQueryParametersError'],
		['X-Amz-Expires', '0', 'AuthorizationQueryParametersError'],
		['X-Amz-Expires', '', 'AuthorizationQueryParametersError'],
		['X-Amz-Date', '20130524', 'AuthorizationQueryParametersError'],
		['X-Amz-Algorithm', 'AWS4-HMAC-SHA1', 'AuthorizationQueryParametersError'],
		['X-Amz-SignedHeaders', 'range', 'AccessDenied'],
		['X-Amz-Signature', PRESIGNED.replace('a', 'b'), 'SignatureDoesNotMatch'],
	])('refuses %s changed to "%s"', (changed, value, code) => {
		const query = presignedRequest.query.map(([name, old]) => {
			return [name, name === changed ? value : old] as const;
		});
		expect(codeOf({ ...presignedRequest, query })).toBe(code);
	});

	it('does not go with an Authorization header', () => {
		const headers = { host, authorization: 'AWS4-HMAC-SHA256 …' };
		expect(codeOf({ ...presignedRequest, headers })).toBe('InvalidArgument');
	});
});

function sign(request: SignedRequest, signature: string): SignedRequest {
	const signedHeaders = Object.keys(request.headers).sort().join(';');
	const authorization = `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${signedHeaders},Signature=${signature}`;
	return { ...request, headers: { ...request.headers, authorization } };
}

function codeOf(
	request: SignedRequest,
	{ nowMs = signedAtMs, ...change }: Partial<typeof credentials> & { nowMs?: number } = {},
): unknown {
	try {
		verifySignature(request, { ...credentials, ...change }, nowMs);
		return undefined;
	} catch (error) {
		return error instanceof Error && 'code' in error ? error.code : error;
	}
}
