import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { EXIT } from '../../cli/exitCodes';
import { VARIABLES } from '../../lib/deployment/variables';

const rows = readFileSync('docs/deploy.md', 'utf8')
	.split('\n')
	.filter((line) => line.startsWith('| '))
	.map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

it.each(VARIABLES)(
	'docs/deploy.md has $name with its flag and default',
	({ name, flag, fallback }) => {
		const row = rows.find(([, variable]) => variable === name);
		expect(row).toBeDefined();
		expect(row?.[2]).toBe(flag === undefined ? '' : `--${flag}`);
		if (fallback === undefined) expect(['', 'required']).toContain(row?.[3]);
		else expect(row?.[3]).toBe(fallback);
	},
);

it('docs/deploy.md has every exit code', () => {
	const codes = rows.map(([, code]) => Number(code)).filter((code) => !Number.isNaN(code));
	expect(codes).toEqual(Object.values(EXIT));
});
