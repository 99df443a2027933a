import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { claimsIn, isNamed, looseIn, proofsIn, titlesIn, type Proof } from './proofs';

const papers = ['docs/security.md', 'docs/reliability.md'].map((file) => ({
	file,
	text: readFileSync(file, 'utf8'),
}));

/** Claims that no test is named for. */
const unproven = (text: string) => claimsIn(text).filter((claim) => proofsIn(claim).length === 0);

function missing({ file, name }: Proof): boolean {
	if (!file.endsWith('.test.ts') || !existsSync(file)) return true;
	return !isNamed(name, titlesIn(file, readFileSync(file, 'utf8')));
}

const missingIn = (text: string) => proofsIn(text).filter(missing);

describe.each(papers)('$file', ({ text }) => {
	it('names a test for each line of its lists and tables', () => {
		expect(claimsIn(text).length).toBeGreaterThan(20);
		expect(unproven(text)).toEqual([]);
	});

	it('claims nothing beside these', () => {
		expect(looseIn(text)).toEqual([]);
	});

	it('names only tests that there are', () => {
		expect(missingIn(text)).toEqual([]);
	});
});

describe('what is planted is found', () => {
	const here = '`test/house/papers/proofs.test.ts`';

	it('a line without a test', () => {
		const table = `| a | b |\n| - | - |\n| c | d |\n| e | ${here} · "x" |`;
		const list = `Two things:\n\n- f\n  and g\n- h ${here} · "x"\n\n1. i`;
		expect(unproven(`# Title\n\nWords.\n\n${table}\n\n${list}`)).toEqual([
			'| c | d |',
			'- f and g',
			'1. i',
		]);
	});

	it('a claim outside of lists and tables', () => {
		const text =
			'# Title\n\nSee [there](x.md).\n\nLimits:\n\n| a |\n| - |\n| b |\n\nNo key is sent.';
		expect(looseIn(text)).toEqual(['No key is sent.']);
	});

	it('a test that there is not, that has no name, or that stands in no test file', () => {
		const rows = [
			`${here} · "a test that there is not"`,
			here,
			'`test/nowhere/x.test.ts` · "a line without a test"',
			'`test/house/papers/proofs.ts` · "a line without a test"',
			`${here} · "a line without a test" · "what is planted is found › $file"`,
		];
		expect(missingIn(rows.join('\n')).map(({ name }) => name)).toEqual([
			'a test that there is not',
			'',
			'a line without a test',
			'a line without a test',
			'what is planted is found › $file',
		]);
		expect(missingIn(`${here} · "what is planted is found › a line without a test"`)).toEqual([]);
	});

	it('a test that is skipped, or that only a note has', () => {
		const text = `
			// it('noted', () => {});
			it.skip('skipped', () => {});
			describe.skip('group', () => { it('within', () => {}); });
			(isThere ? describe : describe.skip)('where it can run', () => {
				it.each([['row']])('%s', () => {});
			});
			item('it is no test');`;
		expect(titlesIn('x.test.ts', text)).toEqual([['where it can run'], ['where it can run', '%s']]);
	});
});
