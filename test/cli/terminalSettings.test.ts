import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SECRETS, startRig, type Environment, type Rig } from '../lib/deployment/rig';

jest.setTimeout(60_000);

let rig: Rig;

beforeEach(async () => {
	rig = await startRig();
});

afterEach(async () => {
	await rig.close();
});

describe('settings', () => {
	const malformed: [Environment, string][] = [
		[{ RUNPOD_API_KEY: '' }, 'RUNPOD_API_KEY is missing'],
		[{ RUNPOD_API_KEY: 'a key' }, 'RUNPOD_API_KEY is malformed'],
		[{ RUNPOD_IMAGE_NAME: '' }, 'RUNPOD_IMAGE_NAME is missing'],
		[{ RUNPOD_IMAGE_NAME: 'https://hub/image' }, 'RUNPOD_IMAGE_NAME is malformed'],
		[{ DOCKERHUB_USERNAME: '' }, 'DOCKERHUB_USERNAME is missing'],
		[{ DOCKERHUB_PASSWORD: '' }, 'DOCKERHUB_PASSWORD is missing'],
		[{ MINIO_ENDPOINT: '' }, 'MINIO_ENDPOINT is missing'],
		[{ MINIO_ENDPOINT: 'https://minio.example.com' }, 'MINIO_ENDPOINT is malformed'],
		[{ MINIO_ACCESS_KEY: '' }, 'MINIO_ACCESS_KEY is missing'],
		[{ MINIO_SECRET_KEY: '' }, 'MINIO_SECRET_KEY is missing'],
		[{ MINIO_USE_SSL: 'perhaps' }, 'MINIO_USE_SSL must be true or false'],
		[{ MINIO_BUCKET: '' }, 'MINIO_BUCKET is missing'],
		[{ MINIO_BUCKET: 'Avatar Templates' }, 'MINIO_BUCKET is malformed'],
		[{ RUNPOD_WORKERS_MAX: 'two' }, 'RUNPOD_WORKERS_MAX must be a whole number'],
		[
			{ RUNPOD_WORKERS_MIN: '2', RUNPOD_WORKERS_MAX: '1' },
			'RUNPOD_WORKERS_MIN must not be more than RUNPOD_WORKERS_MAX',
		],
		[{ RUNPOD_ENDPOINT_ID: 'no id' }, 'RUNPOD_ENDPOINT_ID is malformed'],
		[{ RUNPOD_TEMPLATE_ID: '../templates' }, 'RUNPOD_TEMPLATE_ID is malformed'],
		[{ RUNPOD_REGISTRY_AUTH_ID: 'a/b' }, 'RUNPOD_REGISTRY_AUTH_ID is malformed'],
		[{ RUNPOD_EXECUTION_TIMEOUT_MS: '1.5' }, 'RUNPOD_EXECUTION_TIMEOUT_MS must be a whole number'],
		[{ RUNPOD_FLASHBOOT: 'fast' }, 'RUNPOD_FLASHBOOT is malformed'],
		[{ RUNPOD_GPU_POOLS: 'AMPERE 80' }, 'RUNPOD_GPU_POOLS is malformed'],
		[{ RUNPOD_MIN_CUDA_VERSION: 'twelve' }, 'RUNPOD_MIN_CUDA_VERSION is malformed'],
		[{ RUNPOD_WORKER_ENV: '[]' }, 'RUNPOD_WORKER_ENV must be a JSON object'],
		[{ RUNPOD_WORKER_ENV: '{"constructor": null}' }, 'RUNPOD_WORKER_ENV must be a JSON object'],
		[{ RUNPOD_MANAGEMENT_BASE_URL: 'api' }, 'RUNPOD_MANAGEMENT_BASE_URL is malformed'],
	];

	it.each(malformed)('%j is one line that names it, before any request', async (changes, words) => {
		const { exitCode, out, err } = await rig.command(['deploy', '--yes'], changes);
		expect(exitCode).toBe(2);
		expect(out).toEqual([]);
		expect(err).toEqual([expect.stringContaining(`wan-avatar: ${words}`)]);
		expect(rig.management.calls()).toEqual([]);
		for (const secret of Object.values(SECRETS)) expect(err.join()).not.toContain(secret);
	});

	it('come from flags before variables, those before .env, and that before a settings file', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-settings-'));
		const [dotEnv, file] = [join(folder, '.env'), join(folder, 'settings.json')];
		writeFileSync(
			dotEnv,
			'RUNPOD_GPU_COUNT=3\nRUNPOD_CONTAINER_DISK_GB=130\n# note\nMINIO_BUCKET="env-file"\n',
		);
		const settings = { RUNPOD_GPU_COUNT: 4, RUNPOD_DATA_CENTER_IDS: ['EU-RO-1', 'CA-MTL-1'] };
		writeFileSync(file, JSON.stringify(settings));
		const args = ['--dotenv', dotEnv, '--settings', file, '--name', 'from-flag'];
		const { exitCode } = await rig.command(['deploy', '--yes', ...args]);
		rmSync(folder, { recursive: true });
		expect(exitCode).toBe(0);
		expect(rig.management.contents().endpoints).toMatchObject([
			{
				name: 'from-flag',
				disk: 130,
				env: { MINIO_BUCKET: 'avatar-templates' },
				gpu: { count: 3 },
				dataCenterIds: ['EU-RO-1', 'CA-MTL-1'],
			},
		]);
	});

	it.each(['--endpoint-id', '--template-id', '--registry-auth-id', '--name'])(
		'that say what is meant must not be empty: %s',
		async (flag) => {
			await rig.deploy();
			rig.clearCalls();
			for (const blank of [[flag, ''], [`${flag}=`], [flag, ' ']]) {
				const { exitCode, err } = await rig.command(['destroy', '--yes', ...blank]);
				expect(exitCode).toBe(2);
				expect(err).toEqual([expect.stringContaining(`wan-avatar: ${flag} is empty`)]);
			}
			expect(rig.management.calls()).toEqual([]);
		},
	);

	it('of blanks alone do not hide what stands in a file', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-settings-'));
		const file = join(folder, 'twin.env');
		writeFileSync(file, 'WAN_AVATAR_NAME=twin\n');
		const { out } = await rig.command(['plan', '--dotenv', file], { WAN_AVATAR_NAME: ' ' });
		rmSync(folder, { recursive: true });
		expect(out).toContain('Plan for twin');
	});

	it('in a file that names what there is not are refused', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-settings-'));
		const file = join(folder, 'settings.json');
		writeFileSync(file, '{"RUNPOD_WORKER_MAX": 2}');
		const { exitCode, err } = await rig.command(['plan', '--settings', file]);
		rmSync(folder, { recursive: true });
		expect(exitCode).toBe(2);
		expect(err.join()).toContain('names a setting that there is not: RUNPOD_WORKER_MAX');
	});
});

describe('secrets', () => {
	it('are in no output of any command, also where RunPod says them back', async () => {
		const echo = (status: number) =>
			JSON.stringify({ title: 'Bad', status, detail: `got ${Object.values(SECRETS).join(' ')}` });
		const outputs: string[] = [];
		const note = async (args: string[], changes: Environment = {}) => {
			const { out, err } = await rig.command(args, changes);
			outputs.push(...out, ...err);
		};
		for (const operation of ['createRegistry', 'createTemplate', 'createEndpoint'] as const) {
			rig.management.fault({ route: operation, kind: 'answer', status: 422, body: echo(422) });
			await note(['deploy', '--yes', '--json']);
		}
		await note(['plan']);
		await note(['deploy', '--yes', '--wait', '--json']);
		await note(['plan', '--json'], { MINIO_SECRET_KEY: 'secret-of-minio-2' });
		await note(['deploy', '--yes', '--rotate-registry-auth']);
		await note(['deploy', '--yes'], { MINIO_ACCESS_KEY: 'two words' });
		await note(['health', '--json']);
		rig.management.fault({ route: 'deleteTemplate', kind: 'answer', status: 400, body: echo(400) });
		await note(['destroy', '--yes', '--json'], { RUNPOD_API_KEY: SECRETS.RUNPOD_API_KEY });
		const text = outputs.join('\n');
		expect(text).toContain('•••');
		expect(text).toContain('RunPod keeps it');
		for (const secret of [...Object.values(SECRETS), 'secret-of-minio-2'])
			expect(text).not.toContain(secret);
	});

	it.each([
		['the API key', { RUNPOD_ENDPOINT_ID: SECRETS.RUNPOD_API_KEY }, SECRETS.RUNPOD_API_KEY],
		['another API key', { RUNPOD_ENDPOINT_ID: 'rpa_ANOTHERKEY' }, 'ANOTHERKEY'],
		['a MinIO key', { RUNPOD_TEMPLATE_ID: SECRETS.MINIO_SECRET_KEY }, SECRETS.MINIO_SECRET_KEY],
	])('are in no error where %s stands in the wrong variable', async (_name, changes, secret) => {
		for (const command of ['plan', 'destroy']) {
			const { exitCode, out, err } = await rig.command([command, '--json'], changes);
			expect(exitCode).not.toBe(0);
			const text = [...out, ...err].join('\n');
			expect(text).toContain('•••');
			expect(text).not.toContain(secret);
		}
	});

	it.each(['sekret-1', "se'kret-1 '", 'a sekret-1\nb', 'a=sekret-1'])(
		'are in no error where %j is given by a flag that there is not',
		async (secret) => {
			const args = ['plan', '--json', `--minio-secret-key=${secret}`];
			const { exitCode, out, err } = await rig.command(args);
			expect(exitCode).toBe(2);
			const text = [...out, ...err].join('\n');
			expect(text).toContain("unknown option '--minio-secret-key'");
			expect(text).not.toContain('kret-1');
		},
	);
});
