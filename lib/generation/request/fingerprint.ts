import { createHash } from 'node:crypto';
import type { GenerationRequest } from './ports';

/** Names a request by its content: the same endpoint, input and files, in whatever order of fields, have the same one. */
export function fingerprintOf(
	endpointId: string,
	{ input, inlineFiles }: Pick<GenerationRequest, 'input' | 'inlineFiles'>,
): string {
	const files = Object.fromEntries(inlineFiles.map(({ field, sha256 }) => [field, { sha256 }]));
	return contentHash([endpointId, { ...input, ...files }]);
}

/** The same for equal content, in whatever order of fields. */
export function contentHash(content: unknown): string {
	return createHash('sha256')
		.update(JSON.stringify(sorted(content)))
		.digest('hex');
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
