import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { devDependencies, engines } from '../../package.json';
import { N8N_VERSIONS } from '../versions/n8nVersions';

/** The rows of the README's table of versions: n8n, n8n-core, n8n-workflow, Node.js. */
function tableOf(text: string): string[][] {
	const [, chapter = ''] = text.split(/^## Compatibility\n/m);
	return [...chapter.matchAll(/^\| (\d[\d.]+) +\|(.*)\|$/gm)].map(([, n8n = '', rest = '']) => [
		n8n,
		...rest.split('|').map((cell) => cell.trim()),
	]);
}

const tried = N8N_VERSIONS.map(({ n8n, core, workflow, node }) => [n8n, core, workflow, node]);
const [oldest] = N8N_VERSIONS;
const newest = N8N_VERSIONS.at(-1);

it('the README names exactly the versions that are tried', () => {
	expect(tableOf(readFileSync('README.md', 'utf8'))).toEqual(tried);
});

it('the least versions of package.json are those of the table', () => {
	expect(engines.n8n).toBe(`>=${oldest.n8n}`);
	const [major = 0, minor = 0] = engines.node.replace('>=', '').split('.').map(Number);
	const [oldestMajor = 0, oldestMinor = 0] = oldest.node.split('.').map(Number);
	expect([major, minor <= oldestMinor]).toEqual([oldestMajor, true]);
});

it('the newest version is the one that all other tests use', () => {
	expect(newest).toMatchObject({
		core: devDependencies['n8n-core'],
		workflow: devDependencies['n8n-workflow'],
		node: devDependencies.node,
	});
	const whole = readFileSync('demo/n8n/install.ts', 'utf8');
	expect(whole).toContain(`N8N_VERSION = '${newest?.n8n ?? ''}'`);
});

describe('what is planted is found', () => {
	it('a version that nobody tried', () => {
		const planted =
			'# A\n## Compatibility\n\n| n8n |\n| --- |\n| 1.60.1 | 1.60.0 | 1.59.0 | 18 |\n';
		expect(tableOf(planted)).toEqual([['1.60.1', '1.60.0', '1.59.0', '18']]);
	});
});
