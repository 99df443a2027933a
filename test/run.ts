import { spawnSync } from 'node:child_process';

/** `npm test` builds, lints and runs all tests; with a part of a path, `npm test -- lib/storage`, only what matches. */
const parts = process.argv.slice(2);

const steps = [['build'], ...(parts.length === 0 ? [['lint']] : []), ['jest', '--', ...parts]];
for (const step of steps) {
	const { status } = spawnSync('npm', ['run', ...step], {
		stdio: 'inherit',
		shell: process.platform === 'win32',
	});
	if (status !== 0) process.exit(status ?? 1);
}
