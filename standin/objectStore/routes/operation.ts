import type { Readable } from 'node:stream';
import { S3Error } from '../http/errors';
import type { S3Request } from '../http/request';
import type { Store } from '../store/store';
import type { Uploads } from '../store/uploads';
import { renderXml, type XmlElement } from '../http/xml';

/** A verified request and all that is needed to answer it. */
export interface Exchange {
	request: S3Request;
	/** What the body must hash to; see verifySignature. */
	payloadHash: string;
	store: Store;
	uploads: Uploads;
	region: string;
	now: () => number;
	/** Set, a listing gives its first page again and again. */
	endlessListing?: { newTokens: boolean } | undefined;
}

export interface Answer {
	status: number;
	headers?: Readonly<Record<string, string>>;
	body?: string | Readable;
}

/** One operation of S3, known by its method, its query and its x-amz- headers. */
export interface Operation {
	method: string;
	/** Query parameters that must be there. */
	needs?: readonly string[];
	/** Query parameters that may be there. */
	allows?: readonly string[];
	/** An x-amz- header that must be there. */
	needsHeader?: string;
	/** x-amz- headers that may be there. */
	allowsHeaders?: RegExp;
	run: (exchange: Exchange) => Answer | Promise<Answer>;
}

/** Throws NotImplemented for whatever no operation knows. */
export function findOperation(operations: readonly Operation[], request: S3Request): Operation {
	const found = operations.find((operation) => fits(operation, request));
	if (!found) throw new S3Error('NotImplemented');
	return found;
}

function fits(operation: Operation, { method, parameters, headers }: S3Request): boolean {
	const { needs = [], allows = [], needsHeader, allowsHeaders } = operation;
	if (method !== operation.method) return false;
	if (!needs.every((name) => parameters.has(name))) return false;
	if (needsHeader !== undefined && headers[needsHeader] === undefined) return false;
	const strangeParameter = [...parameters.keys()].some((name) => {
		return !needs.includes(name) && !allows.includes(name) && !commonParameter.test(name);
	});
	const strangeHeader = Object.keys(headers).some((name) => {
		const amz = name.startsWith('x-amz-') || name.startsWith('x-minio-');
		return amz && !commonHeader.test(name) && name !== needsHeader && !allowsHeaders?.test(name);
	});
	return !strangeParameter && !strangeHeader;
}

const commonParameter =
	/^(X-Amz-(Algorithm|Content-Sha256|Credential|Date|Expires|SignedHeaders|Signature)|x-id)$/;
const commonHeader = /^x-amz-(content-sha256|date|user-agent)$/;

export function xmlAnswer(root: XmlElement, headers: Record<string, string> = {}): Answer {
	return {
		status: 200,
		headers: { 'content-type': 'application/xml', ...headers },
		body: renderXml(root),
	};
}

/** A query parameter that counts, from 0 to 1000; larger values are cut to 1000. */
export function readLimit(request: S3Request, name: string): number {
	const text = request.parameters.get(name) ?? '1000';
	if (!/^\d{1,10}$/.test(text)) throw new S3Error('InvalidArgument', `${name} must be a number`);
	return Math.min(Number(text), 1000);
}

export function quote(etag: string): string {
	return `"${etag}"`;
}
