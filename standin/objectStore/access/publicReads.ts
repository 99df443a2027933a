import type { S3Request } from '../http/request';

/** What anyone may read without a key, as a bucket policy grants it. */
export class PublicReads {
	readonly #granted: { bucket: string; keys: RegExp }[] = [];

	grant(bucket: string, keys: RegExp): void {
		this.#granted.push({ bucket, keys });
	}

	/** Whether it is a granted read that names no key; one that names a key is signed. */
	allow({ method, bucket, key, parameters, headers }: S3Request): boolean {
		const isSigned = headers.authorization !== undefined || parameters.has('X-Amz-Signature');
		if (isSigned || key === '' || (method !== 'GET' && method !== 'HEAD')) return false;
		return this.#granted.some((one) => one.bucket === bucket && one.keys.test(key));
	}
}
