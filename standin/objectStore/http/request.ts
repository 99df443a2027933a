import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

export type QueryPair = readonly [name: string, value: string];
export type Headers = Readonly<Record<string, string>>;

/** A path-style request: /bucket/key?query. */
export interface S3Request {
	method: string;
	/** As sent: percent-encoded, without the query. */
	path: string;
	/** Empty for requests to the store itself. */
	bucket: string;
	/** Empty for requests to a bucket. */
	key: string;
	/** Decoded, in the order sent. */
	query: readonly QueryPair[];
	parameters: ReadonlyMap<string, string>;
	headers: Headers;
	body: Readable;
}

/** Undefined when the address cannot be decoded. */
export function readRequest(incoming: IncomingMessage): S3Request | undefined {
	const [path = '/', ...rest] = (incoming.url ?? '/').split('?');
	try {
		const query = readQuery(rest.join('?'));
		return {
			method: incoming.method ?? 'GET',
			path,
			...readResource(path),
			query,
			parameters: new Map(query),
			headers: readHeaders(incoming),
			body: incoming,
		};
	} catch (error) {
		if (error instanceof URIError) return undefined;
		throw error;
	}
}

function readResource(path: string): { bucket: string; key: string } {
	const [, bucket = '', ...key] = decodeURIComponent(path).split('/');
	return { bucket, key: key.join('/') };
}

function readQuery(query: string): QueryPair[] {
	return query
		.split('&')
		.filter((pair) => pair !== '')
		.map((pair) => {
			const [name = '', ...value] = pair.split('=');
			return [decodeQuery(name), decodeQuery(value.join('='))];
		});
}

// S3 reads a plus in a query as a space, and one in a path as a plus.
function decodeQuery(text: string): string {
	return decodeURIComponent(text.replaceAll('+', '%20'));
}

function readHeaders(incoming: IncomingMessage): Headers {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(incoming.headers)) {
		if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value;
	}
	return headers;
}
