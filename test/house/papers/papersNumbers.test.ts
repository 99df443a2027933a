import { describe, expect, it } from '@jest/globals';
import { constantIn } from './constants';
import { FOREIGN, SAID, type Said } from './numbers';
import { papers, prose } from './texts';

const NUMBER =
	/\b\d[\d.,]*(?: to \d+)? ?(?:%|(?:[kMG]B|bytes|s|seconds?|min|minutes?|hours?|days?|workers|at once)\b)/g;

/** Numbers with a unit that stand in none of the listed words. */
function unknownIn(file: string, text: string, known: readonly Said[]): string[] {
	// What the name of a test says is that test's.
	const plain = prose(text).replaceAll(/ · "[^"]*"/g, '');
	const spans = known.flatMap(([of, words]) => (of === file ? spansOf(words, plain) : []));
	return [...plain.matchAll(NUMBER)].flatMap(({ 0: found, index }) =>
		spans.some(([from, to]) => index >= from && index + found.length <= to) ? [] : [found],
	);
}

/** Where the words begin and end, each time. */
function spansOf(words: string, text: string): [from: number, to: number][] {
	const parts = text.split(words).slice(0, -1);
	let at = 0;
	return parts.map((part) => {
		const from = at + part.length;
		at = from + words.length;
		return [from, at];
	});
}

const textOf = (file: string) => prose(papers.find((paper) => paper.file === file)?.text ?? '');

// The figures of docs/bench.md are a run's: `test/house/papers/benchPage.test.ts` holds the page.
const isOfUsers = ({ file }: { file: string }) =>
	!/^(CONTRIBUTING|docs\/(architecture|bench|decisions))/.test(file);

it.each([...SAID, ...FOREIGN])('%s says "%s"', (file, words) => {
	expect(textOf(file)).toContain(words);
});

it.each(papers.filter(isOfUsers))('$file has no number of which nobody knows whence', (paper) => {
	expect(unknownIn(paper.file, paper.text, [...SAID, ...FOREIGN])).toEqual([]);
});

describe('what is planted is found', () => {
	it('a number that is not listed', () => {
		const known: Said[] = [['x.md', 'at most 7 MB']];
		expect(
			unknownIn('x.md', 'It takes at most 7 MB, within\n9 seconds; at most 8 MB.', known),
		).toEqual(['9 seconds', '8 MB']);
		expect(unknownIn('x.md', '5 MB, held by `x` · "takes 6 MB" · "and 7 MB"', known)).toEqual([
			'5 MB',
		]);
	});

	it('a constant that is gone', () => {
		expect(() => constantIn('lib/contract/linkLimit.ts', 'MAX_LINK_AGE')).toThrow(/has no number/);
		expect(constantIn('lib/generation/request/upload.ts', 'driving video')).toBe(2 ** 31);
	});
});
