import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';

const documents = ['README.md', 'CONTRIBUTING.md', 'docs/**/*.md'].flatMap((pattern) =>
	globSync(pattern),
);

/** Paths of this repository that a text names as code; those with a placeholder or a star are none. */
function pathsIn(text: string): string[] {
	const named = text.matchAll(
		/`((?:lib|nodes|credentials|cli|standin|demo|examples|test|docs)\/[\w./-]*)`/g,
	);
	return [...named].flatMap(([, path]) => path ?? []);
}

it.each(documents)('%s names only files and folders that are there', (file) => {
	expect(pathsIn(readFileSync(file, 'utf8')).filter((path) => !existsSync(path))).toEqual([]);
});

it('a path that is not there is found', () => {
	expect(pathsIn('see `lib/nowhere/x.ts` and `npm test`')).toEqual(['lib/nowhere/x.ts']);
});

/** Links to files and headings of this repository that lead nowhere. */
function brokenLinksIn(file: string, text: string): string[] {
	const links = [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(
		([, link = '']) => link,
	);
	return links.filter((link) => {
		const [path = '', anchor] = link.split('#');
		const target = path === '' ? file : join(dirname(file), path);
		if (!existsSync(target)) return true;
		return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
	});
}

/** As GitHub makes them. */
function anchorsOf(text: string): string[] {
	return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replaceAll(/[^\w\s-]/g, '')
			.replaceAll(' ', '-'),
	);
}

it.each([...documents, 'CHANGELOG.md', 'SECURITY.md'])(
	'%s has no link that leads nowhere',
	(file) => {
		expect(brokenLinksIn(file, readFileSync(file, 'utf8'))).toEqual([]);
	},
);

it('a link that leads nowhere is found', () => {
	const text = '[a](LICENSE) [b](nowhere.md) [c](#what-you-need) [d](#there) [e](https://n8n.io)';
	expect(brokenLinksIn('README.md', text)).toEqual(['nowhere.md', '#there']);
});

it('every test that a recipe proves with is there', () => {
	const proofs =
		readFileSync('CONTRIBUTING.md', 'utf8').match(/^Proof: `npm test -- [^`]*`/gm) ?? [];
	const parts = proofs.flatMap((proof) => proof.slice(0, -1).split(' ').slice(4));
	const tests = globSync('test/**/*.test.ts').map((file) => file.replaceAll('\\', '/'));
	expect(parts.length).toBeGreaterThan(5);
	expect(parts.filter((part) => !tests.some((file) => file.includes(part)))).toEqual([]);
});
