import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { IMAGE, NEXT_IMAGE, SECRETS, startRig, type Environment, type Rig } from './rig';

jest.setTimeout(60_000);

let rig: Rig;

beforeEach(async () => {
	rig = await startRig();
});

afterEach(async () => {
	await rig.close();
});

describe('plan', () => {
	it('shows every field that will be made, and changes nothing', async () => {
		const { exitCode, out } = await rig.command(['plan']);
		expect(exitCode).toBe(0);
		expect(out).toEqual(
			expect.arrayContaining([
				'Plan for wan-avatar',
				'  + create  registry auth wan-avatar-registry',
				'      password: •••',
				'  + create  template wan-avatar-template',
				`      image: ${IMAGE}`,
				'      env.MINIO_SECRET_KEY: •••',
				'      env.MINIO_BUCKET: avatar-templates',
				'  + create  endpoint wan-avatar',
				'      gpu.pools: AMPERE_80, ADA_80_PRO, HOPPER_141',
				'      timeout: 3600000',
			]),
		);
		expect(rig.writes()).toEqual([]);
	});

	it('shows only the fields that differ', async () => {
		await rig.deploy();
		const changes = { RUNPOD_WORKERS_MAX: '3', MINIO_SECRET_KEY: 'new-secret-of-minio' };
		const { out } = await rig.command(['plan'], changes);
		expect(out.filter((line) => line.startsWith('      '))).toEqual([
			'      env.MINIO_SECRET_KEY: ••• → •••',
			'      env.MINIO_SECRET_KEY: ••• → •••',
			'      workers.max: 1 → 3',
		]);
	});

	it('gives the same as JSON', async () => {
		await rig.deploy();
		const { out } = await rig.command(['plan', '--json', '--image', NEXT_IMAGE]);
		const change = { field: 'image', from: IMAGE, to: NEXT_IMAGE };
		expect(JSON.parse(out.join('\n'))).toMatchObject({
			changes_something: true,
			steps: [
				{ resource: 'registry auth', action: 'keep' },
				{ resource: 'template', action: 'update', changes: [change] },
				{ resource: 'endpoint', action: 'update', changes: [change] },
			],
		});
	});
});

describe('deploy', () => {
	it('asks first, and changes nothing when nobody says yes', async () => {
		const { err } = await rig.command(['deploy']);
		expect(err.at(-1)).toBe('wan-avatar: nobody is here to answer');
		expect(rig.writes()).toEqual([]);
	});

	it('makes no registry auth for a public image', async () => {
		const publicImage = { DOCKERHUB_USERNAME: '', DOCKERHUB_PASSWORD: '' };
		const { exitCode } = await rig.command(['deploy', '--yes'], publicImage);
		expect(exitCode).toBe(0);
		expect(rig.writes()).toEqual(['POST /v2/templates', 'POST /v2/serverless']);
		await rig.command(['deploy', '--yes'], publicImage);
		expect(rig.writes()).toHaveLength(2);
	});

	it('sends a changed password out only when it is told to rotate', async () => {
		await rig.deploy();
		rig.clearCalls();
		const changes = { DOCKERHUB_PASSWORD: 'another-secret' };
		await rig.command(['deploy', '--yes'], changes);
		expect(rig.writes()).toEqual([]);

		const [before] = rig.management.contents().registries;
		const [template] = rig.management.contents().templates;
		const [endpoint] = rig.management.contents().endpoints;
		await rig.command(['deploy', '--yes', '--rotate-registry-auth'], changes);
		const [after] = rig.management.contents().registries;
		expect(rig.writes()).toEqual([
			`DELETE /v2/registries/${String(before?.id)}`,
			'POST /v2/registries',
			`PATCH /v2/templates/${String(template?.id)}`,
			`PATCH /v2/serverless/${String(endpoint?.id)}`,
		]);
		expect(after?.password).toBe('another-secret');
		expect(rig.management.contents().endpoints).toMatchObject([{ registry: after?.id }]);
	});

	it('keeps variables that somebody added in the console', async () => {
		const { endpoint_id } = await rig.deploy();
		const endpoint = await rig.client.getEndpoint(endpoint_id);
		await rig.client.updateEndpoint(endpoint, { env: { ...endpoint.env, HF_TOKEN: 'hf_1234' } });
		await rig.command(['deploy', '--yes'], { RUNPOD_INIT_TIMEOUT: '2400' });
		expect(rig.management.contents().endpoints).toMatchObject([
			{ env: { HF_TOKEN: 'hf_1234', RUNPOD_INIT_TIMEOUT: '2400' } },
		]);
	});

	it('refuses two things of one name, and lists their IDs', async () => {
		await rig.deploy();
		const response = await fetch(`${rig.management.baseUrl}/serverless`, {
			method: 'POST',
			headers: { authorization: `Bearer ${rig.management.apiKey}` },
			body: JSON.stringify({
				name: 'wan-avatar',
				type: 'QUEUE',
				image: IMAGE,
				gpu: { pools: ['AMPERE_80'] },
				scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
			}),
		});
		expect(response.status).toBe(201);
		rig.clearCalls();
		const { exitCode, err } = await rig.command(['deploy', '--yes']);
		expect(exitCode).toBe(1);
		for (const { id } of rig.management.contents().endpoints) expect(err.join()).toContain(id);
		expect(rig.writes()).toEqual([]);
	});

	it('waits for the first worker, and lets it go again', async () => {
		const { exitCode, err, out } = await rig.command(['deploy', '--yes', '--wait']);
		const [endpoint] = rig.management.contents().endpoints;
		expect(exitCode).toBe(0);
		expect(err).toContain(
			'  ready: A worker is up: a job starts at once, or after the one that runs.',
		);
		expect(out).toEqual([`${rig.queue.baseUrl}/${String(endpoint?.id)}`]);
		expect(endpoint?.workers).toEqual({ min: 0, max: 1, idleTimeout: 60 });
	});

	it('says why no worker comes, with an exit code of its own', async () => {
		const { exitCode, err } = await rig.command([
			'deploy',
			'--yes',
			'--wait',
			'--workers-max',
			'0',
		]);
		expect(exitCode).toBe(4);
		expect(err.at(-1)).toContain('is ready: it is paused. At most 0 workers may run');
	});
});

describe('destroy', () => {
	it('leaves nothing of ours and everything of others', async () => {
		const others = { WAN_AVATAR_NAME: 'theirs', DOCKERHUB_PASSWORD: 'their-secret' };
		await rig.deploy(others);
		const theirs = rig.management.contents();
		await rig.deploy();
		const { exitCode } = await rig.command(['destroy', '--yes']);
		expect(exitCode).toBe(0);
		expect(rig.management.contents()).toEqual(theirs);
		expect((await rig.command(['destroy', '--yes'])).err).toContain('Nothing to delete.');
	});

	it('keeps a registry auth that others pull with', async () => {
		const { registry_auth_id } = await rig.deploy();
		const registry = String(registry_auth_id);
		await rig.client.createTemplate({
			name: 'theirs',
			image: IMAGE,
			disk: 10,
			env: {},
			registry,
			serverless: true,
			startSsh: false,
			startJupyter: false,
		});
		const { err } = await rig.command(['destroy', '--yes']);
		expect(err.at(-1)).toBe(
			`Kept registry auth wan-avatar-registry (${registry}): theirs still use it`,
		);
		expect(rig.management.contents()).toMatchObject({
			registries: [{ id: registry }],
			templates: [{ name: 'theirs' }],
			endpoints: [],
		});
	});
});

describe('health', () => {
	it('has one plain word and an exit code for it', async () => {
		const before = await rig.command(['health']);
		expect(before.exitCode).toBe(1);
		expect(before.err.join()).toContain('no endpoint of the name "wan-avatar"');
		await rig.deploy();
		const cold = await rig.command(['health', '--json']);
		expect(cold.exitCode).toBe(0);
		expect(JSON.parse(cold.out.join(''))).toMatchObject({
			health: 'cold',
			workers: { running: 0, min: 0, max: 1 },
			jobs: { in_queue: 0, in_progress: 0 },
		});
		await rig.deploy({ RUNPOD_WORKERS_MAX: '0' });
		expect((await rig.command(['health'])).exitCode).toBe(4);
	});
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
		[{ RUNPOD_WORKERS_MIN: '2' }, 'RUNPOD_WORKERS_MIN must not be more than RUNPOD_WORKERS_MAX'],
		[{ RUNPOD_EXECUTION_TIMEOUT_MS: '1.5' }, 'RUNPOD_EXECUTION_TIMEOUT_MS must be a whole number'],
		[{ RUNPOD_FLASHBOOT: 'fast' }, 'RUNPOD_FLASHBOOT is malformed'],
		[{ RUNPOD_GPU_POOLS: 'AMPERE 80' }, 'RUNPOD_GPU_POOLS is malformed'],
		[{ RUNPOD_MIN_CUDA_VERSION: 'twelve' }, 'RUNPOD_MIN_CUDA_VERSION is malformed'],
		[{ RUNPOD_WORKER_ENV: '[]' }, 'RUNPOD_WORKER_ENV must be a JSON object'],
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
		const args = ['--env-file', dotEnv, '--settings', file, '--name', 'from-flag'];
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
});
