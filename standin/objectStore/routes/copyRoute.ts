import { writeFile } from '../http/body';
import { checkWrite, isNotModified } from '../store/conditions';
import { S3Error } from '../http/errors';
import { quote, xmlAnswer, type Answer, type Exchange, type Operation } from './operation';
import type { Headers } from '../http/request';
import { keptHeaders } from '../store/storedObject';

/** The header that names the object to copy. */
export const COPY_SOURCE = 'x-amz-copy-source';

export const copyObject: Operation = {
	method: 'PUT',
	needsHeader: COPY_SOURCE,
	allowsHeaders: /^x-amz-(copy-source-if-.+|metadata-directive|meta-.+)$/,
	run: answerCopy,
};

async function answerCopy({ request, store }: Exchange): Promise<Answer> {
	const { bucket, key, headers } = request;
	store.requireBucket(bucket);
	const source = readSource(headers);
	const original = store.require(source.bucket, source.key);
	if (isNotModified(headers, original, `${COPY_SOURCE}-`)) throw new S3Error('PreconditionFailed');
	const replaces = readDirective(headers) === 'REPLACE';
	if (source.bucket === bucket && source.key === key && !replaces) {
		throw new S3Error('InvalidRequest', 'A copy to itself must replace the metadata');
	}
	const kept = replaces ? keptHeaders(headers) : original.headers;
	const content = store.read(source.bucket, source.key);
	const copy = await store.put(
		bucket,
		key,
		async (path) => {
			const { sizeBytes, md5Hex } = await writeFile(content, path);
			return { sizeBytes, etag: md5Hex, headers: kept };
		},
		(current) => {
			checkWrite(headers, current);
		},
	);
	return xmlAnswer(
		[
			'CopyObjectResult',
			[
				['LastModified', new Date(copy.modifiedMs).toISOString()],
				['ETag', quote(copy.etag)],
			],
		],
		{ etag: quote(copy.etag) },
	);
}

/** Where the header says that the object is. */
export function readSource(headers: Headers): { bucket: string; key: string } {
	const [path = '', version] = (headers[COPY_SOURCE] ?? '').split('?versionId=');
	if (version !== undefined) throw new S3Error('NotImplemented', 'Versions are not implemented');
	try {
		const [bucket = '', ...key] = decodeURIComponent(path).replace(/^\//, '').split('/');
		return { bucket, key: key.join('/') };
	} catch {
		throw new S3Error('InvalidArgument', 'Copy Source must be URL-encoded');
	}
}

function readDirective(headers: Headers): string {
	const directive = headers['x-amz-metadata-directive'] ?? 'COPY';
	if (directive === 'COPY' || directive === 'REPLACE') return directive;
	throw new S3Error('InvalidArgument', 'Unknown metadata directive.');
}
