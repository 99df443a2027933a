import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';

let cache: string;

beforeEach(() => {
	cache = mkdtempSync(join(tmpdir(), 'wan-avatar-cache-'));
});
afterEach(() => {
	rmSync(cache, { recursive: true, force: true });
});

const runpod = { RUNPOD_API_KEY: 'key-of-the-test', RUNPOD_ENDPOINT_ID: 'endpoint1' };

it.each([
	[
		'an API key alone',
		{ RUNPOD_API_KEY: runpod.RUNPOD_API_KEY },
		'RUNPOD_API_KEY is set, and RUNPOD_ENDPOINT_ID is missing.',
	],
	[
		'half of MinIO',
		{ ...runpod, MINIO_ENDPOINT: 'minio:9000', MINIO_BUCKET: 'avatars' },
		'MINIO_ENDPOINT, MINIO_BUCKET are set, and MINIO_ACCESS_KEY, MINIO_SECRET_KEY are missing.',
	],
])('npm run n8n with %s says what is missing, and installs nothing', (_, variables, message) => {
	const { status, stderr } = spawnSync(
		process.execPath,
		['--import', 'tsx', 'demo/n8n/main.ts', '--port', '17480'],
		{ encoding: 'utf8', env: { PATH: process.env.PATH, XDG_CACHE_HOME: cache, ...variables } },
	);

	expect(stderr).toContain(message);
	expect(stderr).not.toContain(runpod.RUNPOD_API_KEY);
	expect(status).toBe(1);
	expect(readdirSync(cache)).toEqual([]);
});

it.each([
	[
		'without Redis',
		['--queue'],
		/^Queue mode needs Redis and PostgreSQL, and .*redis-server.*is not installed/,
	],
	['with --watch', ['--queue', '--watch'], /^--watch reloads one n8n, and --queue starts several/],
])(
	'npm run n8n -- --queue %s says why it does not start, and installs nothing',
	(_, args, message) => {
		const { status, stderr } = spawnSync(
			process.execPath,
			['--import', 'tsx', 'demo/n8n/main.ts', '--port', '17480', ...args],
			// Its path leads to no program.
			{ encoding: 'utf8', env: { PATH: cache, XDG_CACHE_HOME: cache } },
		);

		expect(stderr).toMatch(message);
		expect(status).toBe(1);
		expect(readdirSync(cache)).toEqual([]);
	},
);
