import { S3Error } from '../http/errors';
import type { S3Request } from '../http/request';

/** What a key may do with an object, or `list`. */
export type Right = 'read' | 'write' | 'delete' | 'list';

/** Rights that the access key does not have. */
export interface Denial {
	rights: readonly Right[];
	/** Of which keys; of all, when it is not given. A listing is matched by its prefix. */
	keys?: RegExp;
}

/** The policy of one access key: everything is allowed that is not denied. */
export class Policy {
	#denials: readonly Denial[] = [];

	set(denials: readonly Denial[]): void {
		this.#denials = denials;
	}

	/** Throws AccessDenied. `exists` tells whether there is such an object. */
	check(request: S3Request, exists: (bucket: string, key: string) => boolean): void {
		if (this.#denials.length === 0 || request.bucket === '') return;
		const { bucket, key, parameters } = request;
		const right = rightFor(request);
		this.#require(right, key === '' ? (parameters.get('prefix') ?? '') : key);
		const source = copySource(request);
		if (source !== undefined) this.#require('read', source);
		// Who may not list is not told what is missing.
		if (right === 'read' && !exists(bucket, key)) this.#require('list', key);
	}

	#require(right: Right, key: string): void {
		const denial = this.#denials.find(
			({ rights, keys }) => rights.includes(right) && (keys === undefined || keys.test(key)),
		);
		if (denial) throw new S3Error('AccessDenied');
	}
}

function rightFor({ method, key, parameters }: S3Request): Right {
	if (key === '') return parameters.has('delete') ? 'delete' : 'list';
	if (method === 'DELETE') return parameters.has('uploadId') ? 'write' : 'delete';
	return method === 'GET' || method === 'HEAD' ? 'read' : 'write';
}

function copySource({ headers }: S3Request): string | undefined {
	const source = headers['x-amz-copy-source'];
	return source && decodeURIComponent(source).replace(/^\/?[^/]*\//, '');
}
