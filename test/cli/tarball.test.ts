import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { name, version } from '../../package.json';
import { startRig, type Rig } from '../lib/deployment/rig';

jest.setTimeout(180_000);

const run = promisify(execFile);

let rig: Rig;
let folder: string;

beforeEach(async () => {
	rig = await startRig();
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-tarball-'));
});

afterEach(async () => {
	await rig.close();
	rmSync(folder, { recursive: true, force: true });
});

it("runs plan from the packed tarball by npx, on the machine's own Node and without n8n", async () => {
	await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
	const tarball = join(folder, `${name}-${version}.tgz`);
	const env = {
		...rig.environment,
		PATH: pathOfTheMachine(),
		HOME: folder,
		npm_config_cache: join(folder, 'cache'),
		npm_config_omit: 'peer',
		npm_config_update_notifier: 'false',
	};
	const { stdout: nodeVersion } = await run('node', ['--version'], { env, cwd: folder });
	const plan = await run('npx', ['--yes', `--package=${tarball}`, 'wan-avatar', 'plan'], {
		env,
		cwd: folder,
	});
	const installed = globSync('cache/_npx/*/node_modules/*', { cwd: folder });

	expect(nodeVersion).toMatch(/^v(2[0-9]|[3-9]\d)\./);
	expect(plan.stdout).toContain('+ create  endpoint wan-avatar');
	expect(plan.stderr).not.toMatch(/warning/i);
	const npx = `npm_config_omit=peer npx --package=${tarball} wan-avatar`;
	expect(plan.stderr).toContain(`Next: apply it with: ${npx} deploy`);
	expect(installed.map((path) => path.split(/[/\\]/).at(-1))).toEqual([name]);
	expect(rig.writes()).toEqual([]);
});

/** Without this checkout's own Node. */
function pathOfTheMachine(): string {
	const path = process.env.PATH ?? '';
	return path
		.split(delimiter)
		.filter((entry) => !entry.includes('node_modules'))
		.join(delimiter);
}
