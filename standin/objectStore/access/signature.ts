import { createHash, createHmac } from 'node:crypto';
import { S3Error } from '../http/errors';
import { readClaim, type Claim } from './claim';
import type { Headers, QueryPair } from '../http/request';
import { encodePath, encodeUri } from '../http/uri';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 15 * 60 * 1000;

/** What a signature covers; a part of every request. */
export interface SignedRequest {
	method: string;
	/** As sent: percent-encoded, without the query. */
	path: string;
	/** Decoded. */
	query: readonly QueryPair[];
	/** Names in lower case. */
	headers: Headers;
}

export interface Credentials {
	accessKey: string;
	secretKey: string;
	/** Undefined accepts every region, as the question for a bucket's location needs it. */
	region: string | undefined;
}

/**
 * Verifies a Signature Version 4, from the Authorization header or the query.
 * Returns the payload hash it was made with: 64 hex digits or UNSIGNED-PAYLOAD. Throws S3Error.
 */
export function verifySignature(
	request: SignedRequest,
	credentials: Credentials,
	nowMs: number,
): string {
	const claim = readClaim(request);
	if (claim.accessKey !== credentials.accessKey) throw new S3Error('InvalidAccessKeyId');
	checkRegion(claim, credentials.region);
	checkTime(claim, nowMs);
	checkSignedHeaders(claim, request.headers);
	if (calculateSignature(request, claim, credentials.secretKey) !== claim.signature) {
		throw new S3Error('SignatureDoesNotMatch');
	}
	return claim.payloadHash;
}

function checkRegion(claim: Claim, region: string | undefined): void {
	if (region === undefined || claim.region === region) return;
	const code = claim.presigned
		? 'AuthorizationQueryParametersError'
		: 'AuthorizationHeaderMalformed';
	throw new S3Error(code, `The region '${claim.region}' is wrong; expecting '${region}'`, {
		Region: region,
	});
}

function checkTime({ presigned, signedAtMs }: Claim, nowMs: number): void {
	if (!presigned) {
		if (Math.abs(nowMs - signedAtMs) > MAX_SKEW_MS) throw new S3Error('RequestTimeTooSkewed');
		return;
	}
	if (signedAtMs - nowMs > MAX_SKEW_MS) {
		throw new S3Error('AccessDenied', 'Request is not valid yet');
	}
	if (nowMs > signedAtMs + presigned.expiresS * 1000) {
		throw new S3Error('AccessDenied', 'Request has expired');
	}
}

function checkSignedHeaders({ signedHeaders, presigned }: Claim, headers: Headers): void {
	const unsigned = Object.keys(headers)
		.filter((name) => name === 'host' || name.startsWith('x-amz-'))
		// The hash of a presigned body is part of what is signed, whether the header is or not.
		.filter((name) => !(presigned && name === 'x-amz-content-sha256'))
		.filter((name) => !signedHeaders.includes(name));
	if (unsigned.length > 0 || !signedHeaders.includes('host')) {
		throw new S3Error(
			'AccessDenied',
			'There were headers present in the request which were not signed',
			{ HeadersNotSigned: unsigned.join(', ') },
		);
	}
}

/** What goes into a signature beside the request and the secret key. */
export type SigningScope = Pick<Claim, 'timestamp' | 'region' | 'signedHeaders' | 'payloadHash'>;

/** The signature as 64 hex digits. */
export function calculateSignature(
	request: SignedRequest,
	{ timestamp, region, signedHeaders, payloadHash }: SigningScope,
	secretKey: string,
): string {
	const day = timestamp.slice(0, 8);
	const canonicalRequest = [
		request.method,
		encodePath(decodeURIComponent(request.path)),
		canonicalQuery(request.query),
		...signedHeaders.map((name) => `${name}:${canonicalValue(request.headers[name])}`),
		'',
		signedHeaders.join(';'),
		payloadHash,
	].join('\n');
	// Header values arrive as latin1: hashed so, a value that is not ASCII fails here as on a real server.
	const hash = createHash('sha256').update(canonicalRequest, 'latin1').digest('hex');
	const stringToSign = [ALGORITHM, timestamp, `${day}/${region}/s3/aws4_request`, hash].join('\n');
	const signingKey = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(
		(key, part) => createHmac('sha256', key).update(part).digest(),
		`AWS4${secretKey}`,
	);
	return createHmac('sha256', signingKey).update(stringToSign).digest('hex');
}

function canonicalQuery(query: readonly QueryPair[]): string {
	return query
		.filter(([name]) => name !== 'X-Amz-Signature')
		.map(([name, value]) => [encodeUri(name), encodeUri(value)] as const)
		.sort(([nameA, valueA], [nameB, valueB]) => {
			return compareText(nameA, nameB) || compareText(valueA, valueB);
		})
		.map((pair) => pair.join('='))
		.join('&');
}

function compareText(a: string, b: string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}

function canonicalValue(value = ''): string {
	return value.trim().replace(/ +/g, ' ');
}
