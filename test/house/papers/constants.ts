import { readFileSync } from 'node:fs';

/**
 * The value of a constant or a member that stands in a source file as a sum of products, such as `50 * MEGABYTE`.
 * @throws Error where there is none of that name, or it is no such number
 */
export function constantIn(file: string, name: string): number {
	const text = readFileSync(file, 'utf8');
	const valueOf = (word: string): number => {
		const literal = Number(word.replaceAll('_', ''));
		if (word !== '' && !Number.isNaN(literal)) return literal;
		const pattern = new RegExp(
			`(?:^|[\\s.'])${word}'?(?:: \\w+)?(?: =|:) ([A-Z\\d][\\w *+.]*)[;,]`,
			'm',
		);
		const [, sum] = pattern.exec(text) ?? [];
		if (word === '' || sum === undefined) throw new Error(`${file} has no number ${word}`);
		return sum
			.split('+')
			.map((product) => product.split('*').reduce((whole, part) => whole * valueOf(part.trim()), 1))
			.reduce((whole, part) => whole + part, 0);
	};
	return valueOf(name);
}
