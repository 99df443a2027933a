import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod/v4';
import { BUILT, buildIfNeeded } from '../build';
import { npm } from './npm';

const ROOT = resolve(__dirname, '..', '..');

const manifest = z.looseObject({ name: z.string(), version: z.string() });

/**
 * Builds and packs this package and installs the tarball into an n8n user folder the way n8n's own UI does: unpacked,
 * rid of all dependencies but its own, and completed by npm. n8n must not be running on the folder.
 */
export async function installPackage(userFolder: string, signal?: AbortSignal): Promise<void> {
	await buildIfNeeded(ROOT);
	const nodes = join(userFolder, '.n8n', 'nodes');
	if (await isInstalled(join(nodes, 'package.json'))) return;
	const modules = join(nodes, 'node_modules');
	await mkdir(modules, { recursive: true });
	const scratch = await mkdtemp(join(nodes, 'packing-'));
	try {
		const folder = await unpack(scratch, signal);
		const { name, version } = await stripManifest(folder);
		const flags = ['--ignore-scripts', '--bin-links=false', '--install-strategy=shallow'];
		const quiet = ['--audit=false', '--fund=false', '--package-lock=false'];
		await npm(['install', ...flags, ...quiet], { folder, signal });
		await rm(join(modules, name), { recursive: true, force: true });
		await rename(folder, join(modules, name));
		await enter(join(nodes, 'package.json'), name, version);
	} finally {
		await rm(scratch, { recursive: true, force: true });
	}
}

/** The ledger is the last file that an install writes, as the metadata is of a build. */
async function isInstalled(ledgerFile: string): Promise<boolean> {
	if (!existsSync(ledgerFile)) return false;
	const [installed, built] = await Promise.all(
		[ledgerFile, join(ROOT, BUILT)].map((file) => stat(file)),
	);
	return installed !== undefined && built !== undefined && installed.mtimeMs > built.mtimeMs;
}

async function unpack(scratch: string, signal?: AbortSignal): Promise<string> {
	const flags = ['--ignore-scripts', '--silent', `--pack-destination=${scratch}`];
	await npm(['pack', ...flags], { folder: ROOT, signal });
	const tarball = (await readdir(scratch)).find((name) => name.endsWith('.tgz'));
	if (tarball === undefined) throw new Error('npm pack made no tarball');
	await promisify(execFile)('tar', ['-xzf', tarball], { cwd: scratch });
	return join(scratch, 'package');
}

async function stripManifest(folder: string): Promise<z.infer<typeof manifest>> {
	const file = join(folder, 'package.json');
	const { devDependencies, peerDependencies, optionalDependencies, ...kept } = manifest.parse(
		JSON.parse(await readFile(file, 'utf8')),
	);
	await writeFile(file, JSON.stringify(kept, null, 2));
	return manifest.parse(kept);
}

const ledger = z.looseObject({ dependencies: z.record(z.string(), z.string()) });

/** n8n keeps a list of what it installed. */
async function enter(file: string, name: string, version: string): Promise<void> {
	const text = existsSync(file) ? await readFile(file, 'utf8') : '';
	const known = text === '' ? { private: true, dependencies: {} } : ledger.parse(JSON.parse(text));
	const dependencies = { ...known.dependencies, [name]: version };
	const whole = { name: 'installed-nodes', ...known, dependencies };
	await writeFile(file, JSON.stringify(whole, null, 2));
}
