import { globSync, readFileSync } from 'node:fs';

export interface Paper {
	file: string;
	/** As it is written. */
	text: string;
}

/** What people read about the package; the generated page of operations is compared with the node by a test of its own. */
export const papers: readonly Paper[] = [
	'README.md',
	'CONTRIBUTING.md',
	...globSync('docs/**/*.md')
		.map((file) => file.replaceAll('\\', '/'))
		.filter((file) => file !== 'docs/operations.md'),
].map((file) => ({ file, text: readFileSync(file, 'utf8') }));

/** In one line, without blocks of code and the padding of tables. */
export function prose(text: string): string {
	return text.replaceAll(/```[^]*?```/g, '').replaceAll(/\s+/g, ' ');
}

/** What stands in blocks of code and between backticks. */
export function code(text: string): string[] {
	const blocks = [...text.matchAll(/```\w*\n([^]*?)```/g)].flatMap(([, block = '']) =>
		block.split('\n'),
	);
	const spans = [...prose(text).matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
	return [...blocks, ...spans];
}

/** What stands in italics and begins as a name does. */
export function italics(text: string): string[] {
	const plain = prose(text).replaceAll(/`[^`]*`/g, '');
	return [...plain.matchAll(/(?<!\w)_([A-Z][^_]*)_(?!\w)/g)].map(([, name = '']) => name);
}

/** The rows of all tables whose first column has that title, by cells. */
export function rows(text: string, title: string): string[][] {
	const tables = text.split(/\n\n/).filter((part) => new RegExp(`^\\| ${title} +\\|`).test(part));
	return tables.flatMap((table) =>
		table
			.trim()
			.split('\n')
			.slice(2)
			.map((row) => row.split(/(?<!\\)\|/).slice(1, -1))
			.map((cells) => cells.map((cell) => cell.trim().replaceAll(/[_*`]/g, ''))),
	);
}
