import { describe, expect, it } from '@jest/globals';
import { pageEntries, type PageOptions } from '../../../standin/objectStore/store/listing';
import { readRange } from '../../../standin/objectStore/store/range';
import { childText, parseXml, renderXml } from '../../../standin/objectStore/http/xml';

describe('a page of keys', () => {
	const keys = ['a/1', 'a/2', 'b', 'c/1', 'c/2/3', 'd'];

	it('rolls keys up to their common prefixes', () => {
		const page = list(keys, { delimiter: '/' });

		expect(page.entries).toEqual([{ key: 'b' }, { key: 'd' }]);
		expect(page.commonPrefixes).toEqual(['a/', 'c/']);
		expect(page.truncated).toBe(false);
	});

	it('begins the common prefix after the prefix asked for', () => {
		const page = list(keys, { delimiter: '/', prefix: 'c/' });

		expect(page.entries).toEqual([{ key: 'c/1' }]);
		expect(page.commonPrefixes).toEqual(['c/2/']);
	});

	it.each([1, 2, 3, 4, 5])('neither loses nor repeats anything with %i to a page', (max) => {
		const whole = list(keys, { delimiter: '/' });
		const seen: string[] = [];
		let page = list(keys, { delimiter: '/', max });
		for (let pages = 0; pages < 10; pages += 1) {
			seen.push(...page.entries.map(({ key }) => key), ...page.commonPrefixes);
			if (!page.truncated) break;
			page = list(keys, { delimiter: '/', max, after: page.last });
		}

		expect(seen.sort()).toEqual(
			[...whole.entries.map(({ key }) => key), ...whole.commonPrefixes].sort(),
		);
	});

	it('says that there is more only when there is', () => {
		expect(list(keys, { max: 6 }).truncated).toBe(false);
		expect(list(keys, { max: 5 })).toMatchObject({ truncated: true, last: 'c/2/3' });
		expect(list(keys, { max: 0 })).toMatchObject({ truncated: false, entries: [] });
	});

	function list(sorted: string[], options: Partial<PageOptions>) {
		const entries = sorted.map((key) => ({ key }));
		return pageEntries(entries, { prefix: '', delimiter: '', after: '', max: 1000, ...options });
	}
});

describe('a Range header', () => {
	it.each([
		['bytes=0-9', { start: 0, end: 9 }],
		['bytes=90-', { start: 90, end: 99 }],
		['bytes=-10', { start: 90, end: 99 }],
		['bytes=-1000', { start: 0, end: 99 }],
		['bytes=99-1000', { start: 99, end: 99 }],
		['bytes=9-0', undefined],
		['bytes=0-1,3-4', undefined],
		['lines=0-9', undefined],
		[undefined, undefined],
	])('reads %s of 100 bytes', (header, range) => {
		expect(readRange(header, 100)).toEqual(range);
	});

	it.each([
		['bytes=100-', 100],
		['bytes=-0', 100],
		['bytes=0-', 0],
	])('refuses %s of %i bytes', (header, sizeBytes) => {
		expect(() => readRange(header, sizeBytes)).toThrow('not satisfiable');
	});
});

describe('XML', () => {
	it('gives back what was written, whatever the characters', () => {
		const key = `a & b < "c" > 'd' \u0001 \r\n é 漢 😀 &amp; &#65;`;
		const text = renderXml([
			'Delete',
			[
				['Object', [['Key', key]]],
				['Quiet', true],
			],
		]);
		const root = parseXml(text);
		const [object] = root.children;

		expect(root.name).toBe('Delete');
		expect(childText(root, 'Quiet')).toBe('true');
		expect(object && childText(object, 'Key')).toBe(key);
	});

	it.each([
		'',
		'text',
		'<a>',
		'<a></b>',
		'<a/><b/>',
		'</a>',
		'<a><b></a></b>',
		'<!DOCTYPE a><a/>',
		'<a>&#x110000;</a>',
	])('refuses %j', (source) => {
		expect(() => parseXml(source)).toThrow('not well-formed');
	});
});
