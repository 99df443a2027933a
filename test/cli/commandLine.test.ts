import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { scripts } from '../../package.json';
import { startProgram } from './program';
import { SECRETS, startRig, type Rig } from '../lib/deployment/rig';

jest.setTimeout(60_000);

const run = promisify(execFile);

let rig: Rig;
let folder: string;

beforeEach(async () => {
	rig = await startRig();
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-command-line-'));
});

afterEach(async () => {
	await rig.close();
	rmSync(folder, { recursive: true, force: true });
});

function fileOf(name: string, text: string | Buffer): string {
	const path = join(folder, name);
	writeFileSync(path, text);
	return path;
}

describe('a file of variables', () => {
	it.each(['plan', 'deploy', 'destroy', 'health', 'update-image'])(
		'%s ends with 2 where it does not exist',
		async (command) => {
			const program = startProgram([command, '--dotenv', 'missing.env'], rig.environment);
			expect((await program.ended()).exitCode).toBe(2);
			expect(program.err()).toBe(
				'wan-avatar: The file missing.env does not exist. Correct it and run again. Nothing was sent to RunPod.\n',
			);
			expect(rig.management.calls()).toEqual([]);
		},
	);

	it('is read by --dotenv, also in a process of its own', async () => {
		const path = fileOf('twin.env', 'WAN_AVATAR_NAME=twin\n');
		const program = startProgram(['plan', '--dotenv', path], rig.environment);
		expect((await program.ended()).exitCode).toBe(0);
		expect(program.out()).toContain('Plan for twin');
	});

	it('is .env of the working folder where none is given', async () => {
		fileOf('.env', 'WAN_AVATAR_NAME=twin\n');
		const program = [resolve('dist/cli/wan-avatar.js'), 'plan'];
		const options = { cwd: folder, env: rig.environment };
		expect((await run(process.execPath, program, options)).stdout).toContain('Plan for twin');
	});

	it.each(['--env-file', '--env-file=', '--env-file-if-exists', '--env-file-if-exists='])(
		'%s, which Node takes for its own, is refused with the right name',
		async (flag) => {
			const path = fileOf('twin.env', 'WAN_AVATAR_NAME=twin\n');
			const flags = flag.endsWith('=') ? [`${flag}${path}`] : [flag, path];
			const program = startProgram(['plan', ...flags], rig.environment);
			expect((await program.ended()).exitCode).toBe(2);
			expect(program.err()).toContain('is an option of Node');
			expect(program.err()).toContain('Give the file with --dotenv <path>.');
			expect(rig.management.calls()).toEqual([]);
		},
	);

	it('may have what other programs read, but what looks like a slip is pointed out', async () => {
		const text = 'RUNPOD_WORKER_MAX=3\nMINIO_ROOT_USER=theirs\nRUNPOD_IMAGE=a\nDATABASE_URL=b\n';
		const path = fileOf('twin.env', `${text}RUNPOD_IMAGE_NAME=dexsynccom/twin-avatar:1\n`);
		const { exitCode, err } = await rig.command(['plan', '--dotenv', path]);
		expect(exitCode).toBe(0);
		expect(err.filter((line) => line.includes('not read'))).toEqual([
			`Note: ${path} has RUNPOD_WORKER_MAX, which is not read: is RUNPOD_WORKERS_MAX meant?`,
		]);
	});

	it.each([
		['twin.env', '--dotenv', 'WAN_AVATAR_NAME=twin\n'],
		['settings.json', '--settings', '{"WAN_AVATAR_NAME": "twin"}'],
	])('%s may begin with a byte order mark, and must be UTF-8', async (name, flag, text) => {
		const marked = await rig.command(['plan', flag, fileOf(name, `\uFEFF${text}`)]);
		expect(marked.out[0]).toBe('Plan for twin');
		expect(marked.err.join()).not.toContain('not read');
		const path = fileOf(name, Buffer.from(`\uFEFF${text}`, 'utf16le'));
		const { exitCode, err } = await rig.command(['plan', flag, path]);
		expect(exitCode).toBe(2);
		expect(err).toEqual([
			`wan-avatar: The file ${path} is not UTF-8. Save it as UTF-8. Correct it and run again. Nothing was sent to RunPod.`,
		]);
	});

	it.each(['abc#2024', 'abc#2024 # a note', ' abc#', '#abc'])(
		'in which a # would cut a value is refused: %j',
		async (value) => {
			const path = fileOf('twin.env', `# a#b\nexport WAN_AVATAR_NAME=${value}\nOTHER=a#b\n`);
			const { exitCode, err } = await rig.command(['plan', '--dotenv', path]);
			expect(exitCode).toBe(2);
			expect(err.join()).toContain(`WAN_AVATAR_NAME in ${path} has a #`);
			expect(err.join()).toContain('Put the value into quotes');
			expect(err.join()).not.toContain('2024');
			expect(rig.management.calls()).toEqual([]);
		},
	);

	it.each([
		['"ab#1"', 'ab#1'],
		["'ab#1' # a note", 'ab#1'],
		['abc # a note#1', 'abc'],
		['# a note', 'avatar-templates'],
		['', 'avatar-templates'],
		['abc\nOTHER="\nMINIO_BUCKET=a#b\n"', 'abc'],
	])('may have a # in quotes and in a note: %j', async (value, wanted) => {
		const path = fileOf('twin.env', `RUNPOD_WORKER_ENV='{"A": "b#c"}'\nMINIO_BUCKET=${value}\n`);
		const { out, err } = await rig.command(['plan', '--dotenv', path], {
			MINIO_BUCKET: wanted === 'avatar-templates' ? wanted : '',
		});
		const text = [...out, ...err].join('\n');
		expect(text).toContain(wanted.includes('#') ? 'MINIO_BUCKET in' : `MINIO_BUCKET: ${wanted}`);
		expect(text).not.toContain('has a #');
	});

	it('is not looked for in a folder of the name .env', async () => {
		mkdirSync(join(folder, '.env'));
		const program = [resolve('dist/cli/wan-avatar.js'), 'plan'];
		const options = { cwd: folder, env: rig.environment };
		expect((await run(process.execPath, program, options)).stdout).toContain('Plan for wan-avatar');
	});

	it('of settings that names what there is not is refused with what may be meant', async () => {
		const path = fileOf('settings.json', '{"RUNPOD_WORKER_MAX": 2, "theirs": 1}');
		const { exitCode, err } = await rig.command(['plan', '--settings', path]);
		expect(exitCode).toBe(2);
		expect(err.join()).toContain('RUNPOD_WORKER_MAX (is RUNPOD_WORKERS_MAX meant?), theirs');
	});
});

describe('what is malformed is named as it was given', () => {
	it.each([
		[['--workers-max', 'two'], {}, '--workers-max must be a whole number'],
		[[], { RUNPOD_WORKERS_MAX: 'two' }, 'RUNPOD_WORKERS_MAX must be a whole number'],
		[
			['--workers-min', '3', '--workers-max', '2'],
			{},
			'--workers-min must not be more than --workers-max (2)',
		],
		[
			['--workers-min', '3'],
			{ RUNPOD_WORKERS_MAX: '2' },
			'--workers-min must not be more than RUNPOD_WORKERS_MAX (2)',
		],
		[
			['--min-cuda', '12.4'],
			{ RUNPOD_ALLOWED_CUDA_VERSIONS: '12.8' },
			'--min-cuda cannot be given together with RUNPOD_ALLOWED_CUDA_VERSIONS',
		],
	])('%j with %j', async (flags, changes, words) => {
		const { exitCode, err } = await rig.command(['plan', ...flags], changes);
		expect(exitCode).toBe(2);
		expect(err.join()).toContain(`wan-avatar: ${words}`);
		expect(rig.management.calls()).toEqual([]);
	});

	it('also where it does not fit what exists', async () => {
		await rig.deploy();
		const { exitCode, err } = await rig.command(['plan', '--workers-min', '3']);
		expect(exitCode).toBe(2);
		expect(err.join()).toContain('Give a lower --workers-min or a higher RUNPOD_WORKERS_MAX');
	});

	it('in a file, with the file', async () => {
		const path = fileOf('twin.env', 'RUNPOD_GPU_COUNT=many\n');
		const { err } = await rig.command(['plan', '--dotenv', path]);
		expect(err.join()).toContain(`wan-avatar: RUNPOD_GPU_COUNT in ${path} must be a whole number`);
	});

	it.each([
		['MINIO_BUCKET', false],
		['RUNPOD_INIT_TIMEOUT', false],
		['MINIO_SECRET_KEY', false],
		['HF_TOKEN', true],
		['toString', true],
	])('a further variable %s of the worker: allowed is %s', async (key, isAllowed) => {
		const changes = { RUNPOD_WORKER_ENV: JSON.stringify({ [key]: 'a value' }) };
		const { exitCode, err } = await rig.command(['plan', '--minio-bucket', 'videos'], changes);
		expect(exitCode).toBe(isAllowed ? 0 : 2);
		const words = `RUNPOD_WORKER_ENV must not have the key "${key}", which has a setting of its own`;
		expect(err.join().includes(words)).toBe(!isAllowed);
	});
});

describe('help', () => {
	const commands = ['deploy', 'plan', 'destroy', 'health', 'update-image'];

	it('of the program names every command, every secret, and examples', async () => {
		const { exitCode, out } = await rig.command(['--help']);
		const text = out.join('\n');
		expect(exitCode).toBe(0);
		for (const command of commands) expect(text).toContain(`\n  ${command} [options]`);
		for (const secret of [...Object.keys(SECRETS), 'RUNPOD_WORKER_ENV'])
			expect(text).toContain(`\n  ${secret}  `);
		expect(text).toContain('\n  wan-avatar plan --dotenv twin.env\n');
		expect(text).toContain('Run wan-avatar deploy --help for all options of deploy');
	});

	it.each(commands)('of %s names the secrets that it reads, and examples', async (command) => {
		const text = (await rig.command([command, '--help'])).out.join('\n');
		expect(text).toContain('\n  RUNPOD_API_KEY  ');
		expect(text.includes('\n  MINIO_SECRET_KEY  ')).toBe(['deploy', 'plan'].includes(command));
		expect(text).toContain(`Examples:\n  wan-avatar ${command}`);
		for (const value of Object.values(SECRETS)) expect(text).not.toContain(value);
	});

	it.each(commands)('is where an error of %s sends to, and shows all options', async (command) => {
		const { exitCode, err } = await rig.command([command, '--no-such-option']);
		expect(exitCode).toBe(2);
		const [, words = ''] = /Run wan-avatar (.*) for all options\./.exec(err.join('\n')) ?? [];
		const { out } = await rig.command(words.split(' '));
		expect(out.join('\n')).toContain('--dotenv <path>');
		expect(out.join('\n')).toContain('--name <name>');
	});

	it('names npm run where that was used', async () => {
		const changes = { npm_lifecycle_event: 'plan', npm_package_name: 'n8n-nodes-wan-avatar' };
		const { err } = await rig.command(['plan', '--no-such-option'], changes);
		expect(err.join('\n')).toContain('Run npm run plan -- --help for all options.');
	});
});

describe('what a plan comes to', () => {
	it('is its last line', async () => {
		expect((await rig.command(['plan'])).out.at(-1)).toBe('3 to create, 0 to change, 0 kept');
		await rig.deploy();
		expect((await rig.command(['plan'])).out.at(-1)).toBe('0 to create, 0 to change, 3 kept');
		const { out } = await rig.command(['plan', '--workers-max', '3']);
		expect(out.at(-1)).toBe('0 to create, 1 to change, 2 kept');
		const { err } = await rig.command(['destroy', '--yes']);
		expect(err).toContain('3 to delete, 0 kept');
	});
});

describe('the next step', () => {
	it('of plan is deploy with the same flags, and of a deployment its health', async () => {
		const flags = ['--name', 'my twin', '--workers-max', '3'];
		const planned = await rig.command(['plan', ...flags, '--rotate-registry-auth', '--json'], {});
		expect(planned.err).toEqual([
			"Next: apply it with: wan-avatar deploy --name 'my twin' --workers-max 3 --rotate-registry-auth",
		]);
		const deployed = await rig.command(['deploy', '--yes', ...flags]);
		expect(deployed.err.at(-1)).toBe(
			"Next: give this address as Endpoint ID to the RunPod API credential in n8n, and see how it is with: wan-avatar health --name 'my twin'",
		);
		expect(deployed.out).toHaveLength(1);
		const again = await rig.command(['plan', ...flags]);
		expect(again.err).toEqual([
			'Nothing to change.',
			"Next: see how it is with: wan-avatar health --name 'my twin'",
		]);
	});

	it('of health fits its word', async () => {
		const { endpoint_id } = await rig.deploy();
		const cold = await rig.command(['health']);
		expect(cold.err).toEqual([
			`Next: generate a video in n8n (the Endpoint ID is ${endpoint_id}), or here with: wan-avatar run --image portrait.png --video driving-video.mp4`,
		]);
		await rig.deploy({ RUNPOD_WORKERS_MAX: '0' });
		const paused = await rig.command(['health']);
		expect(paused.err).toEqual([
			'Next: let workers run again with Set Workers in n8n, in the RunPod console, or, with all variables of the deployment, with: wan-avatar deploy --workers-max 1',
		]);
	});

	it('of update-image says only what there is to come', async () => {
		await rig.deploy();
		const image = ['update-image', '--yes', '--image', 'dexsynccom/twin-avatar:2'];
		expect((await rig.command(image)).err.at(-1)).toContain('workers take the image on');
		expect((await rig.command(image)).err.slice(-2)).toEqual([
			'Nothing to change.',
			'Next: see how it is with: wan-avatar health',
		]);
	});

	it('of destroy says what stays', async () => {
		await rig.deploy();
		expect((await rig.command(['destroy', '--yes'])).err.at(-1)).toContain('The videos stay');
		expect((await rig.command(['destroy', '--yes'])).err.slice(-2)).toEqual([
			'Nothing to delete.',
			'Next: where it has another name, give that with --name.',
		]);
	});
});

describe('destroy tells of jobs', () => {
	let release: () => void = () => undefined;

	afterEach(() => {
		release();
	});

	it('that wait and run, before it asks', async () => {
		await rig.close();
		const released = new Promise<void>((resolve) => {
			release = () => {
				resolve();
			};
		});
		const handlerFor = () => async () => {
			await released;
			return { minio_key: 'a.mp4' };
		};
		rig = await startRig({ management: { handlerFor } });
		const { invoke_base } = await rig.deploy();
		const headers = {
			authorization: `Bearer ${SECRETS.RUNPOD_API_KEY}`,
			'content-type': 'application/json',
		};
		const body = JSON.stringify({ input: { user_id: 'u' } });
		for (let i = 0; i < 3; i++)
			await fetch(`${invoke_base}/run`, { method: 'POST', headers, body });
		const health = async () => await (await fetch(`${invoke_base}/health`, { headers })).text();
		while (!(await health()).includes('"inProgress":1')) await sleep(20);

		const asked = await rig.command(['destroy']);
		expect(asked.err).toContain(
			'  Note: Jobs that are lost with the endpoint: 2 waiting and 1 running.',
		);
		expect(rig.writes().filter((write) => write.startsWith('DELETE'))).toEqual([]);
		const { out } = await rig.command(['destroy', '--yes', '--json']);
		expect(JSON.parse(out.join('\n'))).toMatchObject({
			open_jobs: { in_queue: 2, in_progress: 1 },
		});
	});

	it('also where there are none, or RunPod does not tell', async () => {
		await rig.deploy();
		expect((await rig.command(['destroy'])).err).toContain('  Note: No job waits or runs.');
		rig.queue.fault({ route: 'health', kind: 'answer', status: 401 });
		const { exitCode, err } = await rig.command(['destroy', '--yes']);
		expect(exitCode).toBe(0);
		expect(err).toContain('  Note: How many jobs wait and run is not known: RunPod did not tell.');
		expect(rig.management.contents().endpoints).toEqual([]);
	});

	it('and waits no longer than some seconds for a silent RunPod', async () => {
		await rig.deploy();
		rig.queue.fault({ route: 'health', kind: 'silent', times: Infinity });
		const program = startProgram(['destroy', '--yes'], rig.environment);
		expect((await program.ended()).exitCode).toBe(0);
		expect(program.err()).toContain('is not known: RunPod did not tell');
	});
});

describe('npm run', () => {
	it.each(['plan', 'deploy', 'destroy', 'health', 'update-image'])('%s is there', (command) => {
		expect(new Map(Object.entries(scripts)).get(command)).toBe(`tsx cli/main.ts ${command}`);
	});

	it('plan takes flags after --, and gives the exit code', async () => {
		const env = { PATH: process.env.PATH, ...rig.environment };
		const { stdout } = await run('npm', ['run', '--silent', 'plan', '--', '--name', 'twin'], {
			env,
		});
		expect(stdout).toContain('Plan for twin');
		await expect(
			run('npm', ['run', '--silent', 'health', '--', '--dotenv', 'missing.env'], { env }),
		).rejects.toMatchObject({ code: 2 });
	});
});
