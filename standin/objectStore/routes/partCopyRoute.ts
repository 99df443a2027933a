import { writeFile } from '../http/body';
import { S3Error } from '../http/errors';
import { isNotModified } from '../store/conditions';
import type { ByteRange } from '../store/store';
import type { StoredObject } from '../store/storedObject';
import { COPY_SOURCE, readSource } from './copyRoute';
import { storePart } from './multipart';
import { quote, xmlAnswer, type Answer, type Exchange, type Operation } from './operation';

const RANGE = `${COPY_SOURCE}-range`;

/** A part of an upload whose content is an object of the store, or a range of it. */
export const copyPart: Operation = {
	method: 'PUT',
	needs: ['uploadId', 'partNumber'],
	needsHeader: COPY_SOURCE,
	allowsHeaders: /^x-amz-copy-source-(range|if-.+)$/,
	run: answerPartCopy,
};

async function answerPartCopy(exchange: Exchange): Promise<Answer> {
	const { request, store } = exchange;
	const source = readSource(request.headers);
	const original = store.require(source.bucket, source.key);
	if (isNotModified(request.headers, original, `${COPY_SOURCE}-`)) {
		throw new S3Error('PreconditionFailed');
	}
	const range = readSourceRange(request.headers[RANGE], original);
	const part = await storePart(exchange, async (path) => {
		return await writeFile(store.read(source.bucket, source.key, range), path);
	});
	return xmlAnswer([
		'CopyPartResult',
		[
			['LastModified', new Date(part.modifiedMs).toISOString()],
			['ETag', quote(part.md5Hex)],
		],
	]);
}

function readSourceRange(
	text: string | undefined,
	{ sizeBytes }: StoredObject,
): ByteRange | undefined {
	if (text === undefined) return undefined;
	const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
	const range = { start: Number(first), end: Number(last) };
	if (range.start <= range.end && range.end < sizeBytes) return range;
	throw new S3Error(
		'InvalidArgument',
		`Range specified is not valid for source object of size: ${String(sizeBytes)}`,
	);
}
