import { readFileSync } from 'node:fs';

/** The codes in whose place n8n puts words of its own, from n8n itself. */
export function codesOfN8n(): string[] {
	const source = readFileSync(
		'node_modules/n8n-workflow/dist/cjs/errors/abstract/node.error.js',
		'utf8',
	);
	const [table = ''] = /COMMON_ERRORS = \{[^}]*\}/.exec(source) ?? [];
	return [...table.matchAll(/^\s+([A-Z_]+): ['"]/gm)].map(([, code = '']) => code);
}
