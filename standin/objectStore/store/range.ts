import { S3Error } from '../http/errors';
import type { ByteRange } from './store';

/** One range of a Range header; undefined for none, and for what S3 ignores. Throws InvalidRange. */
export function readRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
	const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
	if (first === undefined || last === undefined || first + last === '') return undefined;
	if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined;
	const range =
		first === ''
			? { start: Math.max(0, sizeBytes - Number(last)), end: sizeBytes - 1 }
			: { start: Number(first), end: Math.min(sizeBytes - 1, Number(last || sizeBytes)) };
	if (range.start > range.end) {
		throw new S3Error('InvalidRange', undefined, {
			RangeRequested: header ?? '',
			ActualObjectSize: String(sizeBytes),
		});
	}
	return range;
}
