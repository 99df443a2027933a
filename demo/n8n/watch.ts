import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/v4';

const ROOT = resolve(__dirname, '..', '..');
const WATCHED = ['credentials', 'lib', 'nodes'];
/** An editor writes a file in several steps. */
const QUIET_MS = 100;

const manifest = z.object({ name: z.string() });

export interface WatchOptions {
	/** Of the n8n in which the package is installed; it runs with `N8N_DEV_RELOAD=true`. */
	userFolder: string;
	/** The checkout that is watched. Default: this one. */
	root?: string;
	say: (line: string) => void;
	signal: AbortSignal;
}

/**
 * Builds the node anew whenever a source changes, and puts it into the running n8n, which loads it again.
 * @returns what waits for the build that is under way
 */
export function watchSources({
	userFolder,
	root = ROOT,
	say,
	signal,
}: WatchOptions): () => Promise<void> {
	let isDue = false;
	let building: Promise<void> | undefined;
	const buildAll = async () => {
		while (isDue && !signal.aborted) {
			isDue = false;
			await delay(QUIET_MS);
			const startMs = performance.now();
			const isBuilt = await build(root);
			if (isBuilt) await deliver(root, userFolder);
			const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
			say(isBuilt ? `Built in ${seconds} s; n8n loads the node again.` : 'The build failed.');
		}
		building = undefined;
	};
	for (const folder of WATCHED)
		watch(join(root, folder), { recursive: true, signal }, () => {
			isDue = true;
			building ??= buildAll().catch((error: unknown) => {
				building = undefined;
				say(`The build could not be taken over: ${String(error)}`);
			});
		});
	return async () => {
		await building;
	};
}

/** Without the check of types, which takes longer than all else: see `npm run check`. */
async function build(root: string): Promise<boolean> {
	const gulp = join(root, 'node_modules', 'gulp', 'bin', 'gulp.js');
	const child = spawn(process.execPath, [gulp, '--silent', 'quick'], {
		cwd: root,
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	await once(child, 'exit');
	return child.exitCode === 0;
}

async function deliver(root: string, userFolder: string): Promise<void> {
	const { name } = manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
	const installed = join(userFolder, '.n8n', 'nodes', 'node_modules', name);
	await cp(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
}
