import { execFileSync } from 'node:child_process';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import { n8n, name, version } from '../../package.json';

let folder: string;
let installed: string;

/** As n8n does on an install from its UI: pack, unpack, drop what is only for development, install what is left. */
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-install-'));
	npm(['pack', '--ignore-scripts', '--pack-destination', folder], resolve('.'));
	installed = unpack(join(folder, `${name}-${version}.tgz`));
	const file = join(installed, 'package.json');
	const whole = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(file, 'utf8')));
	const { devDependencies, peerDependencies, optionalDependencies, ...rest } = whole;
	expect([devDependencies, peerDependencies]).toEqual([expect.anything(), { 'n8n-workflow': '*' }]);
	expect(optionalDependencies).toBeUndefined();
	writeFileSync(file, JSON.stringify(rest));
	npm(['install', '--ignore-scripts', '--bin-links=false', '--no-audit', '--no-fund'], installed);
}, 120_000);

afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

it('adds exactly one package', () => {
	expect(existsSync(join(installed, 'node_modules'))).toBe(false);
});

describe('the commands of the README', () => {
	/** The arguments for npm, of the README's lines for a folder of this test. */
	const commands = () =>
		[...readFileSync('README.md', 'utf8').matchAll(/^ *npm (.* --prefix .*)$/gm)].map(
			([, command = '']) =>
				command
					.replace('./', `${folder}/`)
					.replace('~/.n8n/nodes', join(folder, 'nodes'))
					.split(' '),
		);
	const packages = () =>
		readdirSync(join(folder, 'nodes', 'node_modules')).filter((entry) => !entry.startsWith('.'));

	it('install exactly one package, also over an earlier one', () => {
		const [install = []] = commands();
		mkdirSync(join(folder, 'nodes'));
		npm(install, folder);
		expect(packages()).toEqual([name]);
		npm(install, folder);
		expect(packages()).toEqual([name]);
	});

	it('remove it', () => {
		const [, remove = []] = commands();
		npm(remove, folder);
		expect(packages()).toEqual([]);
	});
});

it('takes less than 2.5 MB', () => {
	const files = readdirSync(installed, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
	const sizeBytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
	expect(sizeBytes).toBeGreaterThan(100_000);
	expect(sizeBytes).toBeLessThan(2_500_000);
});

it('finds n8n-workflow through NODE_PATH, and loads', () => {
	const script = `
		for (const file of ${JSON.stringify([...n8n.nodes, ...n8n.credentials])}) {
			const exported = Object.values(require('./' + file));
			console.log(new exported[0]().displayName ?? new exported[0]().description.displayName);
		}`;
	const NODE_PATH = [resolve('node_modules'), process.env.NODE_PATH]
		.filter(Boolean)
		.join(delimiter);
	const output = execFileSync(process.execPath, ['-e', script], {
		cwd: installed,
		encoding: 'utf8',
		env: { ...process.env, NODE_PATH },
	});
	expect(output.trim().split('\n')).toEqual([
		'Wan Avatar',
		'Wan Avatar Trigger',
		'Container Registry API',
		'MinIO API',
		'RunPod API',
	]);
});

it('carries the licence of every package that is bundled', () => {
	const licences = readFileSync(join(installed, 'dist/vendor/LICENSES.txt'), 'utf8');
	for (const bundled of ['commander', 'minio', 'undici', 'zod'])
		expect(licences).toMatch(new RegExp(`^=== ${bundled} \\d`, 'm'));
	expect(/^=== .*\(undefined\)/m.exec(licences)).toBeNull();
	const texts = licences.split(/^=== .*$/m).slice(1);
	expect(texts.filter((text) => !/permission|license/i.test(text))).toEqual([]);
	expect(licences).not.toContain('decode-uri-component');
});

function npm(args: string[], cwd: string): void {
	execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
}

/** By npm, since not every machine has a tar. */
function unpack(tarball: string): string {
	const scratch = join(folder, 'unpacked');
	mkdirSync(scratch);
	npm(['install', '--omit=peer', '--ignore-scripts', '--bin-links=false', tarball], scratch);
	const unpacked = join(folder, 'package');
	renameSync(join(scratch, 'node_modules', name), unpacked);
	return unpacked;
}
