import { globSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readSource, unusedExports } from './exports';

const read = (pattern: string) =>
	globSync(pattern).map((path) => readSource(path.replaceAll('\\', '/')));

const sources = read('{lib,nodes,credentials,cli,standin,demo}/**/*.ts');
const tests = read('{test,examples}/**/*.ts');
/** What n8n loads by its path. */
const entries = /\.(node|credentials)\.ts$/;

it('every export is used by another file, be it a test alone', () => {
	const exporters = sources.filter(({ file }) => !entries.test(file));
	expect(unusedExports(exporters, [...sources, ...tests])).toEqual([]);
});

describe('what is planted is found', () => {
	const found = (text: string, user: string) =>
		unusedExports([{ file: 'lib/base/data/text.ts', text }], [{ file: 'lib/x.ts', text: user }]);

	it.each([
		['export const a = 1;', '', ['lib/base/data/text.ts: a']],
		['export function a() {}\nexport class B {}', '', ['a', 'B'].map(inText)],
		['export const { a, b: c } = d;', "import { a } from './base/data/text'", [inText('c')]],
		['const a = 1;\nexport { a as b };', '', [inText('b')]],
		['export interface A {}', '', [inText('A')]],
		['export interface A {}\nfunction f(a: A) {}', '', []],
		['export const a = 1;', "import { a as b } from './base/data/text'", []],
		['export const a = 1;', "import * as text from './base/data/text'", []],
		['export const a = 1;', "export { a } from './base/data/text'", []],
		['export const a = 1;', "const { a } = await import('./base/data/text')", []],
		['export const a = 1;', "const { b } = await import('./base/data/text')", [inText('a')]],
		['export const a = 1;', "(await import('./base/data/text')).a()", []],
		['export type A = 1;', "type B = import('./base/data/text').A", []],
	])('%s / %s', (text, user, expected) => {
		expect(found(text, user)).toEqual(expected);
	});
});

function inText(name: string): string {
	return `lib/base/data/text.ts: ${name}`;
}
