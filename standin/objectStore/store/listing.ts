export interface PageOptions {
	prefix: string;
	/** Empty for none. */
	delimiter: string;
	/** Only what comes after this key or common prefix. */
	after: string;
	max: number;
}

export interface Page<Entry> {
	entries: Entry[];
	commonPrefixes: string[];
	truncated: boolean;
	/** The last key or common prefix of the page: the `after` of the next one. */
	last: string;
}

/** One page of entries, which must be in the order of the UTF-8 bytes of their keys. */
export function pageEntries<Entry extends { key: string }>(
	sorted: readonly Entry[],
	options: PageOptions,
): Page<Entry> {
	const page: Page<Entry> = { entries: [], commonPrefixes: [], truncated: false, last: '' };
	if (options.max === 0) return page;
	const after = Buffer.from(options.after);
	for (const entry of sorted) {
		if (!entry.key.startsWith(options.prefix)) continue;
		if (options.after && Buffer.compare(Buffer.from(entry.key), after) <= 0) continue;
		const common = commonPrefix(entry.key, options);
		if (common && (common === page.last || options.after.startsWith(common))) continue;
		if (page.entries.length + page.commonPrefixes.length >= options.max) {
			return { ...page, truncated: true };
		}
		if (common) page.commonPrefixes.push(common);
		else page.entries.push(entry);
		page.last = common || entry.key;
	}
	return page;
}

function commonPrefix(key: string, { prefix, delimiter }: PageOptions): string {
	const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
	return at < 0 ? '' : key.slice(0, at + delimiter.length);
}
