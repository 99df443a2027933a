import type { Bucket, ListedObject } from './bucket';

/** Folders to pass over, and what in the others counts. */
export interface Wanted {
	/** What the keys begin with; may be empty. */
	prefix: string;
	hiddenFolders: readonly string[];
	isWanted: (key: string) => boolean;
}

/** Sorts after every key that begins with the text before it. */
const LAST = '\u{10FFFF}';

export interface WantedPage {
	objects: ListedObject[];
	/** After which key the next page begins; nothing on the last one. */
	next?: string;
}

/** One page, by one request; a page that ends inside a hidden folder is followed by what comes after the folder. */
export async function listWanted(
	bucket: Pick<Bucket, 'listPage'>,
	{ prefix, hiddenFolders, isWanted }: Wanted,
	after?: string,
): Promise<WantedPage> {
	const from = after === undefined ? {} : { after };
	const { objects, next } = await bucket.listPage({ prefix, ...from });
	const isHidden = (key: string) => hiddenFolders.some((folder) => key.startsWith(folder));
	const wanted = objects.filter(({ key }) => !isHidden(key) && isWanted(key));
	if (next === undefined) return { objects: wanted };
	const hidden = hiddenFolders.find((folder) => next.startsWith(folder));
	return { objects: wanted, next: hidden === undefined ? next : `${hidden}${LAST}` };
}

/** All pages, one after the other; whoever reads may stop between two. */
export async function* allPages(
	bucket: Pick<Bucket, 'listPage'>,
	wanted: Wanted,
): AsyncGenerator<WantedPage> {
	let after: string | undefined;
	do {
		const page = await listWanted(bucket, wanted, after);
		yield page;
		after = page.next;
	} while (after !== undefined);
}
