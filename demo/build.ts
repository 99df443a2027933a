import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = [
	'{cli,credentials,lib,nodes}/**/*',
	'gulpfile.js',
	'package.json',
	'tsconfig.json',
];
// The last file that a build writes.
export const BUILT = 'dist/known/nodes.json';

/** Builds the package where it was not built, or not since a source changed. */
export async function buildIfNeeded(folder: string): Promise<boolean> {
	if (isFresh(folder)) return false;
	const gulp = join(folder, 'node_modules', 'gulp', 'bin', 'gulp.js');
	const child = spawn(process.execPath, [gulp, '--silent'], {
		cwd: folder,
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	await once(child, 'exit');
	if (child.exitCode !== 0) throw new Error('The build failed: see "npm run build"');
	return true;
}

function isFresh(folder: string): boolean {
	const built = join(folder, BUILT);
	if (!existsSync(built)) return false;
	const builtAt = statSync(built).mtimeMs;
	const sources = globSync(SOURCES, { cwd: folder });
	return sources.every((file) => statSync(join(folder, file)).mtimeMs <= builtAt);
}
