import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import * as z from 'zod/v4';
import codex from '../../../nodes/WanAvatar/WanAvatar.node.json';

const PLACEHOLDER = /(^|\.)example\.(com|net|org)$/;

/** Addresses of people: where the package says that its papers are, or that somebody can be reached. */
function placeholdersIn(text: string): string[] {
	const hosts = [...text.matchAll(/https?:\/\/([\w.-]+)|[\w.]+@([\w.-]+\.\w+)/g)];
	return hosts.flatMap(([whole, host, mailHost]) =>
		PLACEHOLDER.test(host ?? mailHost ?? '') ? [whole] : [],
	);
}

type WithDocumentation = (given: typeof codex, url: string | undefined) => typeof codex;

/** In examples of settings a placeholder stands for a server of the reader's. */
const SERVERS = ['https://minio.example.com'];

const papers = [
	'README.md',
	'SECURITY.md',
	'CONTRIBUTING.md',
	'NOTICE',
	...globSync('docs/**/*.md'),
	...globSync('credentials/*.ts').map((file) => file.replaceAll('\\', '/')),
];

it.each(papers)('%s gives no invented address', (file) => {
	const text = readFileSync(file, 'utf8').replaceAll(/^\s*placeholder: .*$/gm, '');
	const found = placeholdersIn(text).filter((url) => !SERVERS.includes(url));
	expect(found).toEqual([]);
});

describe("the editor's link to the documentation", () => {
	const withDocumentation = z
		.object({ tested: z.object({ withDocumentation: z.custom<WithDocumentation>() }) })
		.parse(jest.requireActual(resolve('gulpfile.js'))).tested.withDocumentation;

	it('is in no source: the build makes it of the homepage in package.json', () => {
		expect(codex.resources).toEqual({});
	});

	it('is in no built package while the homepage is a placeholder', () => {
		expect(
			placeholdersIn(readFileSync('dist/nodes/WanAvatar/WanAvatar.node.json', 'utf8')),
		).toEqual([]);
		expect(withDocumentation(codex, 'https://example.com/n8n-nodes-wan-avatar')).toEqual(codex);
		expect(withDocumentation(codex, undefined)).toEqual(codex);
	});

	it('is there once the homepage is known', () => {
		const url = 'https://github.com/somebody/n8n-nodes-wan-avatar';
		expect(withDocumentation(codex, url).resources).toEqual({ primaryDocumentation: [{ url }] });
	});
});

it('what is planted is found', () => {
	expect(
		placeholdersIn('see https://example.com/docs or me@example.com, not https://n8n.io'),
	).toEqual(['https://example.com', 'me@example.com']);
});
