import type { Bucket, ListedObject } from './bucket';
import { listWanted, type Wanted } from './listing';

/** So many requests answer one search: the first looks for keys that begin with the text. */
const MAX_REQUESTS = 20;

/** What a list to choose from shows. */
export interface Found {
	objects: ListedObject[];
	/** To be given back for more; nothing when all are found. */
	token?: string;
	/** A search within keys ended before the last key: there may be more. */
	isUnfinished?: true;
}

/**
 * Keys in their order, a page at a time. A text is first taken for the beginning of keys, by one request; where none
 * begins so, for a part of them, whatever its case, by as many more as leave twenty in all.
 */
export async function searchKeys(
	bucket: Pick<Bucket, 'listPage'>,
	wanted: Wanted,
	text: string,
	token?: string,
): Promise<Found> {
	const { mode, after } = readToken(token);
	if (mode === 'contains') return await searchWithin(bucket, wanted, text, MAX_REQUESTS, after);
	const { objects, next } = await startingWith(bucket, wanted, text, after);
	if (objects.length === 0 && text !== '' && after === undefined)
		return await searchWithin(bucket, wanted, text, MAX_REQUESTS - 1);
	if (next === undefined) return { objects };
	if (objects.length === 0 && text === '')
		return await searchWithin(bucket, wanted, text, MAX_REQUESTS - 1, next);
	return { objects, token: `starts:${next}` };
}

async function startingWith(
	bucket: Pick<Bucket, 'listPage'>,
	wanted: Wanted,
	text: string,
	after: string | undefined,
) {
	// A whole key may have been pasted, with the prefix.
	const prefix = text.startsWith(wanted.prefix) ? text : `${wanted.prefix}${text}`;
	return await listWanted(bucket, { ...wanted, prefix }, after);
}

async function searchWithin(
	bucket: Pick<Bucket, 'listPage'>,
	wanted: Wanted,
	text: string,
	maxRequests: number,
	from?: string,
): Promise<Found> {
	const part = text.toLowerCase();
	const isWanted = (key: string) => wanted.isWanted(key) && key.toLowerCase().includes(part);
	const objects: ListedObject[] = [];
	let after = from;
	for (let requests = 0; requests < maxRequests; requests++) {
		const page = await listWanted(bucket, { ...wanted, isWanted }, after);
		objects.push(...page.objects);
		if (page.next === undefined) return { objects };
		after = page.next;
		// Without a text anything will do.
		if (text === '' && objects.length > 0) return { objects, token: `starts:${after}` };
	}
	return { objects, token: `contains:${after ?? ''}`, isUnfinished: true };
}

/** n8n hands a token back as it was given. */
function readToken(token = ''): { mode: string; after?: string } {
	const [, mode = '', after = ''] = /^(starts|contains):([^]+)$/.exec(token) ?? [];
	return after === '' ? { mode: '' } : { mode, after };
}
