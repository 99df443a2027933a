import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { installOnce } from '../../demo/n8n/cache';
import { npm } from '../../demo/n8n/npm';
import { devDependencies } from '../../package.json';
import type { N8nVersion } from './n8nVersions';

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];
// Nothing is compiled: the engine runs without what n8n uses natively, such as SSH and SQLite.
const LEAN = ['--ignore-scripts', '--omit=optional'];

/** Installs n8n-core, and with it n8n-workflow, once for all checkouts; this one has the newest already. */
export async function installEngine({ core }: N8nVersion): Promise<string> {
	if (core === devDependencies['n8n-core']) return resolve('.');
	return await install('n8n-core', core, LEAN);
}

/** @returns the program */
export async function installNode({ node }: N8nVersion): Promise<string> {
	if (node === process.versions.node) return process.execPath;
	return join(await install('node', node, []), 'node_modules', 'node', 'bin', 'node');
}

async function install(name: string, version: string, flags: string[]): Promise<string> {
	return await installOnce(`${name}-${version}`, async (folder, final) => {
		console.log(`Installing ${name} ${version} once into ${final}`);
		// npm runs the script that fetches the program only where it is allowed by name.
		const manifest = { private: true, allowScripts: { node: true } };
		await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
		await npm(['install', `${name}@${version}`, ...flags, ...QUIET], { folder });
	});
}
