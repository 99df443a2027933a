import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { name, version } from '../../package.json';
import { startRig, type Environment, type Rig } from '../lib/deployment/rig';
import { CTRL_C, hasScript, typeAtTerminal } from './pseudoTerminal';
import { FILES, startRunRig, type RunRig } from './run/runRig';

jest.setTimeout(180_000);

const run = promisify(execFile);

let folder: string;
let tarball: string;
let environment: Environment;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-tarball-'));
	tarball = join(folder, `${name}-${version}.tgz`);
	environment = {
		PATH: pathOfTheMachine(),
		HOME: folder,
		npm_config_cache: join(folder, 'cache'),
		npm_config_omit: 'peer',
		npm_config_update_notifier: 'false',
	};
	await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder]);
});

afterAll(() => {
	rmSync(folder, { recursive: true, force: true });
});

async function runByNpx(words: string[], env: Environment) {
	const args = ['--yes', `--package=${tarball}`, 'wan-avatar', ...words];
	return await run('npx', args, { env, cwd: folder });
}

it("runs plan from the packed tarball by npx, on the machine's own Node and without n8n", async () => {
	const rig = await startRig();
	try {
		await plan(rig);
	} finally {
		await rig.close();
	}
});

async function plan(rig: Rig): Promise<void> {
	const env = { ...rig.environment, ...environment };
	const { stdout: nodeVersion } = await run('node', ['--version'], { env, cwd: folder });
	const plan = await runByNpx(['plan'], env);
	const installed = globSync('cache/_npx/*/node_modules/*', { cwd: folder });

	expect(nodeVersion).toMatch(/^v(2[0-9]|[3-9]\d)\./);
	expect(plan.stdout).toContain('+ create  endpoint wan-avatar');
	expect(plan.stderr).not.toMatch(/warning/i);
	const npx = `npm_config_omit=peer npx --package=${tarball} wan-avatar`;
	expect(plan.stderr).toContain(`Next: apply it with: ${npx} deploy`);
	expect(installed.map((path) => path.split(/[/\\]/).at(-1))).toEqual([name]);
	expect(rig.writes()).toEqual([]);
}

const inTerminal = hasScript || process.env.SKIP_NOTHING ? it : it.skip;

inTerminal("runs one job from it in a terminal, on the machine's own Node", async () => {
	const jobs = await startRunRig();
	try {
		await runOneJob(jobs);
	} finally {
		await jobs.close();
	}
});

async function runOneJob(jobs: RunRig): Promise<void> {
	const env = { ...jobs.environment, ...environment };
	await runByNpx(['run', '--help'], env);
	const [program = ''] = globSync(join(folder, 'cache/_npx/*/node_modules/.bin/wan-avatar'));
	const words = (file: string) => ['run', ...FILES, '--out', join(folder, file)];
	const type = (file: string) =>
		typeAtTerminal([program, ...words(file)].map((word) => `'${word}'`).join(' '), env);

	jobs.standIn.queue.script({ kind: 'never', times: 1 });
	const stopped = type('stopped.mp4');
	await stopped.until('running on worker');
	stopped.press(CTRL_C);
	expect(await stopped.ended()).toBe(130);
	expect(jobs.states()).toEqual(['CANCELLED']);
	expect(stopped.screen()).toContain('The job was cancelled on RunPod.');

	const made = type('made.mp4');
	expect(await made.ended()).toBe(0);
	expect(made.screen()).toContain(`\r\n${join(folder, 'made.mp4')}\r\n`);

	const { stdout } = await run(program, [...words('json.mp4'), '--json'], { env });
	const file = join(folder, 'json.mp4');
	expect(JSON.parse(stdout)).toMatchObject({ status: 'COMPLETED', file });
	expect(existsSync(file)).toBe(true);
	expect(jobs.states()).toEqual(['CANCELLED', 'COMPLETED', 'COMPLETED']);
}

/** Without this checkout's own Node. */
function pathOfTheMachine(): string {
	const path = process.env.PATH ?? '';
	return path
		.split(delimiter)
		.filter((entry) => !entry.includes('node_modules'))
		.join(delimiter);
}
