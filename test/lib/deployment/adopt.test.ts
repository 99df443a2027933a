import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openConsole, planJson, type Console } from './console';
import { startProgram } from '../../cli/program';
import { IMAGE, NEXT_IMAGE, startRig, USER_VARIABLES, type Environment, type Rig } from './rig';

jest.setTimeout(60_000);

let rig: Rig;
let person: Console;

beforeEach(async () => {
	rig = await startRig();
	person = openConsole(rig);
});

afterEach(async () => {
	await rig.close();
});

interface Ids {
	registry: string;
	template: string;
	endpoint: string;
}

/** What somebody's own script made: other names, other values, the same worker. */
async function madeByScript(): Promise<Ids> {
	const { MINIO_ENDPOINT, MINIO_ACCESS_KEY, MINIO_SECRET_KEY, MINIO_USE_SSL, MINIO_BUCKET } =
		USER_VARIABLES;
	const registry = await person.make('registries', {
		name: 'docker login',
		username: 'dexsynccom',
		password: 'secret-of-docker-hub',
	});
	const template = await person.make('templates', {
		name: 'twin template',
		image: IMAGE,
		disk: 80,
		registry,
		serverless: true,
		env: {
			MINIO_ENDPOINT,
			MINIO_ACCESS_KEY,
			MINIO_SECRET_KEY,
			MINIO_USE_SSL,
			MINIO_BUCKET,
			RUNPOD_INIT_TIMEOUT: '800',
			EXTRA: 'of the script',
		},
	});
	const endpoint = await person.make('serverless', {
		name: 'twin avatar -fb',
		type: 'QUEUE',
		templateId: template,
		gpu: { pools: ['ADA_80_PRO'] },
		workers: { min: 0, max: 3, idleTimeout: 5 },
		scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
		timeout: 1_800_000,
	});
	rig.clearCalls();
	return { registry, template, endpoint };
}

function flagsOf({ registry, template, endpoint }: Ids): string[] {
	return ['--endpoint-id', endpoint, '--template-id', template, '--registry-auth-id', registry];
}

describe('what exists under other names', () => {
	it('is taken over by its IDs, with nothing to change and everything kept', async () => {
		const ids = await madeByScript();
		const plan = await planJson(rig, flagsOf(ids));
		expect(plan).toMatchObject({
			name: 'twin avatar',
			changes_something: false,
			steps: [
				{ resource: 'registry auth', action: 'keep', name: 'docker login', id: ids.registry },
				{ resource: 'template', action: 'keep', name: 'twin template', id: ids.template },
				{ resource: 'endpoint', action: 'keep', name: 'twin avatar', id: ids.endpoint },
			],
		});
		const kept = plan.kept.filter(({ resource }) => resource === 'endpoint');
		expect(kept.map(({ field, value }) => [field, value])).toEqual([
			['disk', '80'],
			['env.RUNPOD_INIT_TIMEOUT', '800'],
			['gpu.pools', 'ADA_80_PRO'],
			['workers.max', '3'],
			['workers.idleTimeout', '5'],
			['timeout', '1800000'],
			['flashboot', 'OFF'],
		]);
		const before = rig.management.contents();
		expect(await deploy(flagsOf(ids))).toBe(`${rig.queue.baseUrl}/${ids.endpoint}`);
		expect(rig.management.contents()).toEqual(before);
	});

	it('is changed in what was given, and in nothing else', async () => {
		const ids = await madeByScript();
		const variables = {
			RUNPOD_ENDPOINT_ID: `https://api.runpod.ai/v2/${ids.endpoint}`,
			RUNPOD_TEMPLATE_ID: ids.template,
			RUNPOD_REGISTRY_AUTH_ID: ids.registry,
		};
		const changes = { ...variables, RUNPOD_IMAGE_NAME: NEXT_IMAGE, RUNPOD_WORKERS_MAX: '5' };
		await deploy([], changes);
		expect(rig.writes()).toEqual([
			`PATCH /v2/templates/${ids.template}`,
			`PATCH /v2/serverless/${ids.endpoint}`,
		]);
		expect(rig.management.contents()).toMatchObject({
			templates: [{ name: 'twin template', image: NEXT_IMAGE, env: { EXTRA: 'of the script' } }],
			endpoints: [
				{
					name: 'twin avatar -fb',
					image: NEXT_IMAGE,
					workers: { min: 0, max: 5, idleTimeout: 5 },
					timeout: 1_800_000,
					env: { EXTRA: 'of the script' },
				},
			],
		});
	});

	it('needs the ID of the endpoint alone: its registry auth is the one that it names, and no template is made', async () => {
		const ids = await madeByScript();
		const plan = await planJson(rig, ['--endpoint-id', ids.endpoint]);
		expect(plan).toMatchObject({
			changes_something: false,
			steps: [
				{ resource: 'registry auth', action: 'keep', id: ids.registry },
				{ resource: 'endpoint', action: 'keep', id: ids.endpoint },
			],
			notes: [
				expect.stringContaining('whose ID is given'),
				expect.stringContaining('No template of this endpoint was found'),
			],
		});
	});

	it('finds the template by the ID that an endpoint names', async () => {
		const ids = await madeByScript();
		const [endpoint] = rig.management.contents().endpoints;
		const body = JSON.stringify({ endpoints: [{ ...endpoint, templateId: ids.template }] });
		rig.management.fault({ route: 'listEndpoints', kind: 'answer', status: 200, body });
		const { steps } = await planJson(rig, ['--endpoint-id', ids.endpoint]);
		expect(steps.map(({ resource, id }) => [resource, id])).toEqual([
			['registry auth', ids.registry],
			['template', ids.template],
			['endpoint', ids.endpoint],
		]);
	});

	it('finds the template by the name of the endpoint, not by the name of another deployment', async () => {
		await rig.deploy();
		await rig.deploy({ WAN_AVATAR_NAME: 'second' });
		const { endpoints, templates } = rig.management.contents();
		const second = endpoints.find(({ name }) => name === 'second');
		const { steps } = await planJson(rig, ['--endpoint-id', String(second?.id)]);
		const template = templates.find(({ name }) => name === 'second-template');
		expect(steps).toMatchObject([
			{ name: 'second-registry' },
			{ id: template?.id, name: 'second-template' },
			{ id: second?.id, name: 'second' },
		]);
	});

	it('can be a template and a registry auth alone, from which an endpoint is made', async () => {
		const { registry, template, endpoint } = await madeByScript();
		await person.remove('serverless', endpoint);
		const flags = ['--template-id', template, '--registry-auth-id', registry, '--name', 'new'];
		const publicImage = { DOCKERHUB_USERNAME: '', DOCKERHUB_PASSWORD: '' };
		await deploy(flags, publicImage);
		expect(rig.management.contents()).toMatchObject({
			registries: [{ id: registry }],
			templates: [{ id: template }],
			endpoints: [
				{ name: 'new', image: IMAGE, registry, disk: 80, env: { EXTRA: expect.anything() } },
			],
		});
	});

	it('is rotated under its own name', async () => {
		const ids = await madeByScript();
		await deploy([...flagsOf(ids), '--rotate-registry-auth']);
		const { registries, endpoints } = rig.management.contents();
		expect(registries).toMatchObject([{ name: 'docker login' }]);
		expect(registries[0]?.id).not.toBe(ids.registry);
		expect(endpoints).toMatchObject([{ registry: registries[0]?.id }]);
	});

	it('has its own registry auth set back by Docker Hub credentials', async () => {
		const { endpoint_id, registry_auth_id } = await rig.deploy();
		const password = 'another-secret';
		const registry = await person.make('registries', { name: 'another', username: 'u', password });
		await person.change('serverless', { registry });
		await deploy(['--endpoint-id', endpoint_id]);
		expect(rig.management.contents().endpoints).toMatchObject([{ registry: registry_auth_id }]);
	});

	it('that does not exist is an error, before any change', async () => {
		const ids = await madeByScript();
		for (const kind of ['endpoint', 'template', 'registry auth']) {
			const flag = `--${kind.replace(' ', '-')}-id`;
			const { exitCode, err } = await rig.command(['deploy', '--yes', flag, 'unknown']);
			expect(exitCode).toBe(2);
			expect(err.join()).toContain(`The account has no ${kind} of the ID unknown. Nothing was`);
		}
		expect(rig.management.contents().endpoints).toMatchObject([{ id: ids.endpoint }]);
		expect(rig.writes()).toEqual([]);
	});

	it('as a template with a volume is refused, never deleted', async () => {
		const template = await person.make('templates', {
			name: 'with a volume',
			image: IMAGE,
			mounts: { persistent: { size: 20, path: '/workspace' } },
		});
		rig.clearCalls();
		const { exitCode, err } = await rig.command(['deploy', '--yes', '--template-id', template]);
		expect(exitCode).toBe(2);
		expect(err.join()).toContain('has a volume, and serverless workers take none');
		expect(rig.writes()).toEqual([]);
	});

	it('has its health told, and is taken down without what it only names', async () => {
		const ids = await madeByScript();
		const health = await rig.command(['health', '--endpoint-id', ids.endpoint]);
		expect(health.out[0]).toContain(`twin avatar -fb (${ids.endpoint}): `);
		await rig.command(['destroy', '--yes', '--endpoint-id', ids.endpoint]);
		expect(rig.management.contents()).toMatchObject({
			registries: [{ id: ids.registry }],
			templates: [{ id: ids.template }],
			endpoints: [],
		});
		const rest = ['--template-id', ids.template, '--registry-auth-id', ids.registry];
		await rig.command(['destroy', '--yes', ...rest]);
		expect(rig.management.contents()).toEqual({ registries: [], templates: [], endpoints: [] });
	});
});

describe('update-image', () => {
	const withoutOthers: Environment = {
		MINIO_ENDPOINT: '',
		MINIO_ACCESS_KEY: '',
		MINIO_SECRET_KEY: '',
		MINIO_BUCKET: '',
	};

	it('puts the image into endpoint and template, and changes nothing else', async () => {
		const { endpoint_id, template_id } = await rig.deploy();
		await person.change('serverless', { workers: { max: 20 } });
		rig.clearCalls();
		const program = startProgram(['update-image', '--yes', '--image', NEXT_IMAGE], {
			...rig.environment,
			...withoutOthers,
		});
		expect((await program.ended()).exitCode).toBe(0);
		expect(program.out()).toBe(`${rig.queue.baseUrl}/${endpoint_id}\n`);
		expect(rig.writes()).toEqual([
			`PATCH /v2/templates/${String(template_id)}`,
			`PATCH /v2/serverless/${endpoint_id}`,
		]);
		expect(rig.management.contents()).toMatchObject({
			templates: [{ image: NEXT_IMAGE }],
			endpoints: [{ image: NEXT_IMAGE, workers: { max: 20 } }],
		});
		const again = await rig.command(['update-image', '--yes', '--image', NEXT_IMAGE, '--json']);
		expect(again.err).toContain('Nothing to change.');
		expect(JSON.parse(again.out.join('\n'))).toMatchObject({
			endpoint_id,
			template_id,
			image: NEXT_IMAGE,
			changed: false,
		});
	});

	it('takes what exists under other names by its IDs', async () => {
		const ids = await madeByScript();
		const flags = ['--endpoint-id', ids.endpoint, '--template-id', ids.template];
		const { exitCode } = await rig.command(['update-image', '--yes', ...flags], {
			RUNPOD_IMAGE_NAME: NEXT_IMAGE,
		});
		expect(exitCode).toBe(0);
		expect(rig.management.contents()).toMatchObject({
			templates: [{ image: NEXT_IMAGE }],
			endpoints: [{ image: NEXT_IMAGE }],
		});
	});

	it('asks first, needs an image, and says when nothing is deployed', async () => {
		const none = await rig.command(['update-image', '--yes']);
		expect(none.exitCode).toBe(1);
		expect(none.err.join()).toContain('no endpoint of the name "wan-avatar"');
		await rig.deploy();
		rig.clearCalls();
		const missing = await rig.command(['update-image', '--yes'], { RUNPOD_IMAGE_NAME: '' });
		expect(missing.exitCode).toBe(2);
		expect(missing.err.join()).toContain('RUNPOD_IMAGE_NAME is missing');
		const unasked = await rig.command(['update-image', '--image', NEXT_IMAGE]);
		expect(unasked.err.at(-1)).toBe('wan-avatar: nobody is here to answer');
		expect(rig.writes()).toEqual([]);
	});
});

/** By the built program; gives what it prints. */
async function deploy(args: string[], changes: Environment = {}): Promise<string> {
	const program = startProgram(['deploy', '--yes', ...args], { ...rig.environment, ...changes });
	const { exitCode } = await program.ended();
	if (exitCode !== 0) throw new Error(program.err());
	return program.out().trim();
}
