import * as z from 'zod/v4';
import { WanAvatarError } from '../../base/errors/errors';
import type { Page, PageRequest } from './bucket';

/** The client parses a page in one go: a larger one would hold up all of n8n. */
const MAX_PAGE = 200;

/** How many keys are asked for. */
export function pageSizeOf({ limit = MAX_PAGE }: PageRequest): number {
	return Math.min(limit, MAX_PAGE);
}

const listed = z.object({
	objects: z.array(
		z.object({
			name: z.string().optional(),
			prefix: z.string().optional(),
			size: z.coerce.number().nonnegative().catch(0),
			etag: z.string().catch(''),
			lastModified: z.date().optional().catch(undefined),
		}),
	),
	isTruncated: z.boolean().catch(false),
});

/**
 * One page of what the server listed.
 * @throws WanAvatarError STORAGE where it has more than was asked for, and where there is to be more, but the page does not
 * go on from the one before it
 */
export function pageOf(answer: unknown, asked: PageRequest): Page {
	const { after = '', prefix = '' } = asked;
	const { objects: items, isTruncated } = listed.parse(answer);
	if (items.length > pageSizeOf(asked)) throw tooMany(items.length, pageSizeOf(asked));
	const objects = items.flatMap(({ name: key, size: sizeBytes, etag, lastModified }) =>
		key === undefined || key === ''
			? []
			: [{ key, sizeBytes, etag, lastModifiedMs: lastModified?.getTime() ?? NaN }],
	);
	const folders = items.flatMap(({ prefix: folder }) => folder ?? []);
	if (!isTruncated) return { objects, folders };
	const next = lastOf(objects.at(-1)?.key, folders.at(-1));
	if (next === undefined || !isAfter(next, after)) throw withoutProgress(prefix);
	return { objects, folders, next };
}

/** The client puts folders after all keys: which of the two comes last decides where the next page begins. */
function lastOf(key: string | undefined, folder: string | undefined): string | undefined {
	if (key === undefined || folder === undefined) return folder ?? key;
	return isAfter(key, folder) ? key : folder;
}

/** In the order of the keys' UTF-8 bytes. */
function isAfter(key: string, other: string): boolean {
	return Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
}

function tooMany(count: number, asked: number): WanAvatarError {
	return new WanAvatarError(
		'STORAGE',
		`The object store lists ${String(count)} keys at once, and was asked for ${String(asked)}`,
		{
			remedy:
				'It does not know max-keys of ListObjectsV2. Check for a proxy before it, or give IDs and paths by hand.',
		},
	);
}

function withoutProgress(prefix: string): WanAvatarError {
	const where = prefix === '' ? 'the bucket' : `"${prefix}"`;
	return new WanAvatarError(
		'STORAGE',
		`The object store lists the same part of ${where} again, and says that there is more`,
		{
			remedy:
				'It does not go on from the last key (start-after of ListObjectsV2). Check for a proxy or cache before it, or give IDs and paths by hand.',
		},
	);
}
