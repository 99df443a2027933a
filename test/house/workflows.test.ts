import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

/** What could run other code than was looked at, or with more rights than it needs. */
function faultsIn(text: string): string[] {
	const used = [...text.matchAll(/^\s*-?\s*uses:\s*(.*)$/gm)].map(([, action]) => action ?? '');
	const unpinned = used.filter(
		(action) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action),
	);
	const top = /^permissions:\n((?: {2}.*\n)*)/m.exec(text)?.[1];
	return [
		...unpinned.map((action) => `not pinned by commit and version: ${action}`),
		...(top === '  contents: read\n' ? [] : ['more than contents: read for all jobs']),
		...(text.includes('pull_request_target') ? ['strangers get secrets'] : []),
	];
}

const files = globSync('.github/workflows/*.yml');

it('there is one for changes and one for releases', () => {
	expect(files.map((file) => file.split(/[\\/]/).at(-1)).sort()).toEqual(['ci.yml', 'release.yml']);
});

it.each(files)('%s runs what was looked at, with few rights', (file) => {
	expect(faultsIn(readFileSync(file, 'utf8'))).toEqual([]);
});

it('what is planted is found', () => {
	const planted =
		'permissions:\n  contents: write\njobs:\n  a:\n    steps:\n      - uses: a/b@v4\n';
	expect(faultsIn(planted)).toEqual([
		'not pinned by commit and version: a/b@v4',
		'more than contents: read for all jobs',
	]);
});
