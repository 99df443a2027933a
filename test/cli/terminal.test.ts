import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { IMAGE, NEXT_IMAGE, startRig, type Rig } from '../lib/deployment/rig';

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
		expect(exitCode).toBe(2);
		for (const { id } of rig.management.contents().endpoints) expect(err.join()).toContain(id);
		expect(rig.writes()).toEqual([]);
	});

	it('waits for the first worker, and lets it go again', async () => {
		const { exitCode, err, out } = await rig.command(['deploy', '--yes', '--wait']);
		const [endpoint] = rig.management.contents().endpoints;
		expect(exitCode).toBe(0);
		expect(err.join('\n')).toMatch(
			/^ {2}\d+:\d\d ready \(.*1 ready\): A worker is up: a job starts at once, or after the one that runs\.$/m,
		);
		expect(out).toEqual([`${rig.queue.baseUrl}/${String(endpoint?.id)}`]);
		expect(endpoint?.workers).toEqual({ min: 0, max: 1, idleTimeout: 60 });
	});

	it('says why no worker comes, with an exit code of its own, and prints the invoke base all the same', async () => {
		const args = ['deploy', '--yes', '--wait', '--workers-max', '0'];
		const { exitCode, out, err } = await rig.command(args);
		expect(exitCode).toBe(4);
		expect(out).toEqual([expect.stringContaining(rig.queue.baseUrl)]);
		expect(err.at(-1)).toContain('is ready: it is paused. At most 0 workers may run');
	});
	it('lets the worker go at Ctrl+C while it waits', async () => {
		await rig.close();
		rig = await startRig({ queue: { coldStartMs: 60_000 } });
		const isWaiting = (line: string) => line.includes('A worker is starting');
		const { exitCode } = await rig.command(['deploy', '--yes', '--wait'], {}, isWaiting);
		expect(exitCode).toBe(130);
		expect(rig.management.contents().endpoints).toMatchObject([{ workers: { min: 0, max: 1 } }]);
	});

	it('stops between two requests at Ctrl+C, and says what exists', async () => {
		const isTemplate = (line: string) => line.startsWith('Creating template');
		const { exitCode, err } = await rig.command(['deploy', '--yes'], {}, isTemplate);
		expect(exitCode).toBe(130);
		expect(err.at(-1)).toMatch(
			/Stopped before .* What exists now: registry auth wan-avatar-registry/,
		);
		expect(rig.writes()).toEqual(['POST /v2/registries']);
	});

	it('finds what stands on a later page of a list', async () => {
		await rig.close();
		rig = await startRig({ management: { pageSize: 1 } });
		await rig.deploy();
		await rig.deploy({ WAN_AVATAR_NAME: 'theirs' });
		rig.clearCalls();
		expect((await rig.command(['deploy', '--yes'])).err).toContain('Nothing to change.');
		expect(rig.writes()).toEqual([]);
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

	it('is content when RunPod takes the template down with its endpoint', async () => {
		await rig.close();
		rig = await startRig({ management: { bindsTemplates: true } });
		await rig.deploy();
		expect((await rig.command(['destroy', '--yes'])).exitCode).toBe(0);
		expect(rig.management.contents()).toEqual({ registries: [], templates: [], endpoints: [] });
	});

	it('deletes a registry auth after the endpoint that pulls with it, and cannot replace it before', async () => {
		await rig.close();
		rig = await startRig({ management: { keepsUsedRegistries: true } });
		const { registry_auth_id } = await rig.deploy();
		const rotation = ['deploy', '--yes', '--rotate-registry-auth'];
		const { exitCode, err } = await rig.command(rotation, { DOCKERHUB_PASSWORD: 'another-secret' });
		expect(exitCode).not.toBe(0);
		expect(err.join()).toContain('in use by a pod');
		expect(rig.management.contents().registries).toMatchObject([{ id: registry_auth_id }]);

		expect((await rig.command(['destroy', '--yes'])).exitCode).toBe(0);
		expect(rig.management.contents()).toEqual({ registries: [], templates: [], endpoints: [] });
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
		expect(err).toContain(
			`Kept registry auth wan-avatar-registry (${registry}): theirs still use it`,
		);
		expect(rig.management.contents()).toMatchObject({
			registries: [{ id: registry }],
			templates: [{ name: 'theirs' }],
			endpoints: [],
		});
	});
});

describe('update-image that stops half-way', () => {
	const args = ['update-image', '--yes', '--image', NEXT_IMAGE];

	beforeEach(async () => {
		await rig.deploy();
		rig.clearCalls();
	});

	it.each([400, 404, 422])('at an answer with %d says what has the new image', async (status) => {
		rig.management.fault({ route: 'updateEndpoint', kind: 'answer', status });
		const { exitCode, err } = await rig.command(args);
		expect(exitCode).toBe(1);
		expect(err.at(-1)).toMatch(
			/The template wan-avatar-template \(.+\) has the new image already\. Updating the image again goes on from there\.$/,
		);
	});

	it('at Ctrl+C does so too, as JSON', async () => {
		const isEndpoint = (line: string) => line.startsWith('Updating endpoint');
		const { exitCode, out } = await rig.command([...args, '--json'], {}, isEndpoint);
		expect(exitCode).toBe(130);
		const [template] = rig.management.contents().templates;
		expect(JSON.parse(out.join('\n'))).toMatchObject({
			error: {
				code: 'STOPPED',
				remedy: expect.stringContaining('has the new image already'),
				details: { template_id: template?.id, updated: 'template' },
			},
		});
		expect(rig.management.contents()).toMatchObject({
			templates: [{ image: NEXT_IMAGE }],
			endpoints: [{ image: IMAGE }],
		});
	});

	it('at the first step says that nothing was changed, unless that is not known', async () => {
		rig.management.fault({ route: 'updateTemplate', kind: 'answer', status: 400 });
		const refused = await rig.command(args);
		expect(refused.err.at(-1)).toMatch(/ Nothing was changed\.$/);
		const isTemplate = (line: string) => line.startsWith('Updating template');
		const stopped = await rig.command(args, {}, isTemplate);
		expect(stopped.err.at(-1)).toMatch(/Stopped before .* Nothing was changed\.$/);
		rig.management.fault({ route: 'updateTemplate', kind: 'answer', status: 500, times: 9 });
		const unclear = await rig.command(args);
		expect(unclear.err.at(-1)).toMatch(/may or may not have happened: run it again/);
		expect(unclear.err.at(-1)).not.toContain('Nothing was changed');
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

	it('tells where the queue API does not know the endpoint, such as at a wrong address', async () => {
		await rig.deploy();
		const wrong = { RUNPOD_QUEUE_BASE_URL: rig.queue.baseUrl.replace('/v2', '/v3') };
		const { exitCode, out, err } = await rig.command(['health'], wrong);
		expect(exitCode).toBe(4);
		expect(out[0]).toMatch(/^wan-avatar \(.*\): unknown$/);
		expect(out[1]).toContain('The queue API does not know this endpoint');
		expect(err).toEqual([]);
	});
});

describe('what is wrong with the command line', () => {
	it.each(['1e9', 'Infinity', '10081', '0', 'x'])(
		'--wait-timeout %s ends with 2 before anything',
		async (minutes) => {
			const args = ['deploy', '--yes', '--wait', '--wait-timeout', minutes];
			const { exitCode, err } = await rig.command(args);
			expect(exitCode).toBe(2);
			expect(err.join(' ')).toContain('at most 10080');
			expect(rig.management.calls()).toEqual([]);
		},
	);

	it('is JSON too with --json', async () => {
		const { exitCode, out } = await rig.command(['plan', '--json', '--no-such-option']);
		expect(exitCode).toBe(2);
		expect(JSON.parse(out.join('\n'))).toMatchObject({
			error: { code: 'INVALID_INPUT', message: expect.stringContaining('--no-such-option') },
		});
	});

	it('help is no error', async () => {
		const { exitCode, out } = await rig.command(['plan', '--json', '--help']);
		expect(exitCode).toBe(0);
		expect(out.join('\n')).not.toContain('"error"');
	});
});

it('an error of another kind is JSON too with --json', async () => {
	const { exitCode, out } = await rig.command(['deploy', '--json']);
	expect(exitCode).toBe(1);
	expect(JSON.parse(out.join('\n'))).toMatchObject({
		error: { code: 'INTERNAL', message: 'nobody is here to answer' },
	});
});
