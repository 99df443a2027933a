import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../../cli/output/exitCodes';
import { VARIABLES } from '../../lib/deployment/settings/variables';

const page = readFileSync('docs/deploy.md', 'utf8');
const rows = page
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

describe('the table for the Python script', () => {
	const [table = ''] = /### From the Python script[^]*?(?=\n## )/.exec(page) ?? [];

	it.each([
		'RUNPOD_API_KEY',
		'DOCKERHUB_USERNAME',
		'DOCKERHUB_PASSWORD',
		'RUNPOD_IMAGE_NAME',
		'MINIO_ENDPOINT',
		'MINIO_ACCESS_KEY',
		'MINIO_SECRET_KEY',
		'MINIO_USE_SSL',
		'MINIO_BUCKET',
		'RUNPOD_INIT_TIMEOUT',
		'executionTimeoutMs',
	])('has %s', (name) => {
		const [, left] =
			table
				.split('\n')
				.find((line) => line.includes(`\`${name}\``))
				?.split('|') ?? [];
		expect(left).toContain(name);
	});

	it('names no variable that there is not', () => {
		const names = [...table.matchAll(/(?:RUNPOD|WAN|MINIO|DOCKERHUB)_[A-Z_]+[A-Z]/g)].map(String);
		const known = new Set<string>(VARIABLES.map(({ name }) => name));
		expect(names.filter((name) => !known.has(name))).toEqual([]);
		expect(names).toContain('RUNPOD_EXECUTION_TIMEOUT_MS');
	});
});
