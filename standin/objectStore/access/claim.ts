import { S3Error, type S3ErrorCode } from '../http/errors';
import type { Headers, QueryPair } from '../http/request';

/** What a request says of its own signature. */
export interface Claim {
	accessKey: string;
	region: string;
	/** YYYYMMDDTHHMMSSZ */
	timestamp: string;
	signedAtMs: number;
	/** Lower case, in the order signed. */
	signedHeaders: readonly string[];
	signature: string;
	/** 64 hex digits, or UNSIGNED-PAYLOAD. */
	payloadHash: string;
	/** Only in query authentication. */
	presigned?: { expiresS: number };
}

const MAX_EXPIRES_S = 7 * 24 * 3600;
const OLD_VERSION =
	'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
export const UNSIGNED = 'UNSIGNED-PAYLOAD';

/** Reads the signature from the Authorization header or the query; throws S3Error. */
export function readClaim(request: { headers: Headers; query: readonly QueryPair[] }): Claim {
	const { authorization } = request.headers;
	const presigned = request.query.some(([name]) => name === 'X-Amz-Algorithm');
	const isOldVersion =
		authorization?.startsWith('AWS ') === true ||
		(!presigned && request.query.some(([name]) => name === 'AWSAccessKeyId'));
	if (isOldVersion) throw new S3Error('InvalidRequest', OLD_VERSION);
	if (authorization !== undefined && presigned) {
		throw new S3Error('InvalidArgument', 'Only one auth mechanism allowed');
	}
	if (authorization !== undefined) return readHeaderClaim(authorization, request.headers);
	if (presigned) return readQueryClaim(new Map(request.query), request.headers);
	throw new S3Error('AccessDenied');
}

const authorizationForm =
	/^AWS4-HMAC-SHA256 +Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([0-9a-f]{64})$/;

function readHeaderClaim(authorization: string, headers: Headers): Claim {
	const malformed = 'AuthorizationHeaderMalformed';
	const [, credential, signedHeaders, signature] = authorizationForm.exec(authorization) ?? [];
	if (!credential || !signedHeaders || !signature) throw new S3Error(malformed);
	if (headers['x-amz-security-token'] !== undefined) throw new S3Error('InvalidTokenId');
	return {
		...readCredential(credential, headers['x-amz-date'], malformed),
		signedHeaders: signedHeaders.split(';'),
		signature,
		payloadHash: checkPayloadHash(headers['x-amz-content-sha256']),
	};
}

function readQueryClaim(parameters: ReadonlyMap<string, string>, headers: Headers): Claim {
	const malformed = 'AuthorizationQueryParametersError';
	const required = (name: string): string => {
		const value = parameters.get(name);
		if (!value) throw new S3Error(malformed, `${name} is missing`);
		return value;
	};
	if (required('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') throw new S3Error(malformed);
	if (parameters.has('X-Amz-Security-Token')) throw new S3Error('InvalidTokenId');
	const hash = parameters.get('X-Amz-Content-Sha256') ?? headers['x-amz-content-sha256'];
	return {
		...readCredential(required('X-Amz-Credential'), required('X-Amz-Date'), malformed),
		signedHeaders: required('X-Amz-SignedHeaders').split(';'),
		signature: required('X-Amz-Signature'),
		payloadHash: checkPayloadHash(hash ?? UNSIGNED),
		presigned: { expiresS: readExpiresS(required('X-Amz-Expires')) },
	};
}

function readCredential(
	credential: string,
	timestamp: string | undefined,
	malformed: S3ErrorCode,
): Pick<Claim, 'accessKey' | 'region' | 'timestamp' | 'signedAtMs'> {
	const [accessKey, day, region, service, terminator, ...rest] = credential.split('/');
	if (!timestamp) throw new S3Error('AccessDenied', 'A valid x-amz-date is required');
	const signedAtMs = parseTimestamp(timestamp);
	const scoped = service === 's3' && terminator === 'aws4_request' && rest.length === 0;
	if (
		!accessKey ||
		!region ||
		!scoped ||
		Number.isNaN(signedAtMs) ||
		day !== timestamp.slice(0, 8)
	) {
		throw new S3Error(malformed, 'The credential scope or the date is wrong');
	}
	return { accessKey, region, timestamp, signedAtMs };
}

function parseTimestamp(timestamp: string): number {
	const iso = timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
	return iso === timestamp ? NaN : Date.parse(iso);
}

function readExpiresS(text: string): number {
	const expiresS = /^\d+$/.test(text) ? Number(text) : NaN;
	if (!(expiresS >= 1 && expiresS <= MAX_EXPIRES_S)) {
		throw new S3Error(
			'AuthorizationQueryParametersError',
			`X-Amz-Expires must be 1 to ${String(MAX_EXPIRES_S)} seconds`,
		);
	}
	return expiresS;
}

function checkPayloadHash(hash: string | undefined): string {
	if (hash === undefined) {
		throw new S3Error('InvalidRequest', 'Missing required header: x-amz-content-sha256');
	}
	if (hash === UNSIGNED || /^[0-9a-f]{64}$/.test(hash)) return hash;
	if (hash.startsWith('STREAMING-')) {
		throw new S3Error('NotImplemented', 'aws-chunked bodies are not implemented');
	}
	throw new S3Error('InvalidArgument', 'x-amz-content-sha256 must be a valid sha256 value');
}
