import { lstat, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod/v4';
import { installOnce } from '../../../demo/n8n/cache';
import { npm } from '../../../demo/n8n/npm';
import { name } from '../../../package.json';
import type { Peer } from './versions';

/** As n8n installs a community package: without what it is developed with, and without what n8n brings along. */
const FLAGS = ['--omit=dev', '--omit=peer', '--ignore-scripts', '--no-audit', '--no-fund'];

/**
 * Installs a peer from npm into a folder of its own, once for all checkouts.
 * @returns the folder that npm installed into
 * @throws Error with npm's last words where the registry has it not
 */
export async function installPeer(peer: Peer): Promise<string> {
	return await installOnce(join('peers', `${peer.package}@${peer.version}`), async (part) => {
		await installInto(part, `${peer.package}@${peer.version}`);
	});
}

/** Packs this package and installs the tarball, as from npm; `work` gets the folder that npm installed into. */
export async function withOwnInstall<T>(work: (folder: string) => Promise<T>): Promise<T> {
	const folder = await mkdtemp(join(tmpdir(), 'wan-avatar-install-'));
	try {
		const flags = ['--ignore-scripts', '--silent', `--pack-destination=${folder}`];
		await npm(['pack', ...flags], { folder: resolve('.') });
		const tarball = (await readdir(folder)).find((entry) => entry.endsWith('.tgz'));
		if (tarball === undefined) throw new Error('npm pack made no tarball');
		await installInto(folder, join(folder, tarball));
		return await work(folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

export const OWN_NAME = name;

async function installInto(folder: string, what: string): Promise<void> {
	await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
	await npm(['install', what, ...FLAGS, '--loglevel=error'], { folder });
}

/** The folder of a package in what npm installed. */
export function packageFolder(installed: string, packageName: string): string {
	return join(installed, 'node_modules', packageName);
}

const lock = z.looseObject({ packages: z.record(z.string(), z.unknown()) });

/** What npm unpacked: all files, to the byte, and how many packages they are of. */
export async function sizeOf(installed: string): Promise<{ bytes: number; packages: number }> {
	const modules = join(installed, 'node_modules');
	const text = await readFile(join(modules, '.package-lock.json'), 'utf8');
	const { packages } = lock.parse(JSON.parse(text));
	const entries = await readdir(modules, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile() && entry.name !== '.package-lock.json');
	let bytes = 0;
	for (const { parentPath, name: file } of files)
		bytes += (await lstat(join(parentPath, file))).size;
	return { bytes, packages: Object.keys(packages).length };
}

const manifest = z.looseObject({
	n8n: z.looseObject({ nodes: z.array(z.string()), credentials: z.array(z.string()).default([]) }),
});

/** The files of the classes that n8n loads of a package. */
export async function classFiles(folder: string): Promise<string[]> {
	const { n8n } = manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
	return [...n8n.nodes, ...n8n.credentials].map((file) => resolve(folder, file));
}

/** Why a package cannot be measured, in the words of npm. */
export function refusal(error: unknown): string {
	const text = error instanceof Error ? error.message : String(error);
	const [code = 'an error'] = /\bE\d{3}\b|\bE[A-Z]+\b/.exec(text) ?? [];
	return `npm cannot install it here (${code})`;
}
