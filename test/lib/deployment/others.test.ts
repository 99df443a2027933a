import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { destroyEndpoint } from '../../../lib/deployment/apply/destroy';
import { openConsole, planJson, type Console } from './console';
import { IMAGE, NEXT_IMAGE, startRig, type Rig } from './rig';

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

/** An endpoint that pulls with this registry auth. */
async function endpointWith(registry: string, name: string): Promise<string> {
	return await person.make('serverless', {
		name,
		type: 'QUEUE',
		image: IMAGE,
		...(registry === '' ? {} : { registry }),
		gpu: { pools: ['AMPERE_80'] },
		scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
	});
}

async function registryAuth(): Promise<string> {
	const password = 'secret-of-docker-hub';
	return await person.make('registries', { name: 'dockerhub', username: 'dexsynccom', password });
}

describe('the rotation of a registry auth', () => {
	it.each([
		['found through the endpoint', []],
		['given by its ID', ['--registry-auth-id']],
	])('that others use too is refused, %s', async (_how, flags) => {
		const shared = await registryAuth();
		const twin = await endpointWith(shared, 'twin');
		await endpointWith(shared, 'other');
		await person.make('templates', { name: 'other-t', image: IMAGE, registry: shared });
		rig.clearCalls();

		const { exitCode, err } = await rig.command([
			...['deploy', '--yes', '--endpoint-id', twin, '--rotate-registry-auth'],
			...flags.flatMap((flag) => [flag, shared]),
		]);

		expect(exitCode).toBe(2);
		expect(err.join()).toContain(
			`dockerhub (${shared}) is not rotated: other-t, other use it too. Nothing was changed`,
		);
		expect(rig.writes()).toEqual([]);
	});

	it('that was only found through the endpoint is refused until its ID is given', async () => {
		const registry = await registryAuth();
		const twin = await endpointWith(registry, 'twin');
		const rotates = ['deploy', '--yes', '--endpoint-id', twin, '--rotate-registry-auth'];

		const refused = await rig.command(rotates);

		expect(refused.exitCode).toBe(2);
		expect(refused.err.join()).toContain('it was only found through the endpoint');
		expect(rig.management.contents().registries).toMatchObject([{ id: registry }]);
		const meant = await rig.command([...rotates, '--registry-auth-id', registry]);
		expect(meant.exitCode).toBe(0);
		const { registries, endpoints } = rig.management.contents();
		expect(registries).toHaveLength(1);
		expect(endpoints).toMatchObject([{ registry: registries[0]?.id }]);
	});
});

describe('a name and the ID of another endpoint', () => {
	it.each([['destroy'], ['deploy'], ['update-image'], ['health']])(
		'are not both followed by %s: which one is meant is asked',
		async (command) => {
			const { endpoint_id } = await rig.deploy({ WAN_AVATAR_NAME: 'twin' });
			await rig.deploy({ WAN_AVATAR_NAME: 'staging' });
			rig.clearCalls();
			const before = rig.management.contents();
			const yes = command === 'health' ? [] : ['--yes'];

			const { exitCode, err } = await rig.command([command, ...yes, '--name', 'staging'], {
				RUNPOD_ENDPOINT_ID: endpoint_id,
			});

			expect(exitCode).toBe(2);
			expect(err.join()).toContain(
				`--name is "staging", but the endpoint of RUNPOD_ENDPOINT_ID (${endpoint_id}) is named "twin"`,
			);
			expect(rig.management.contents()).toEqual(before);
		},
	);

	it('may be of one and the same, and plans say that it is taken by its ID', async () => {
		const { endpoint_id } = await rig.deploy({ WAN_AVATAR_NAME: 'twin' });
		const flags = ['--name', 'twin -fb', '--endpoint-id', endpoint_id];

		const { notes } = await planJson(rig, flags);
		const { exitCode, err } = await rig.command(['destroy', '--yes', ...flags]);

		const note = `The endpoint twin is the one whose ID is given (RUNPOD_ENDPOINT_ID: ${endpoint_id}).`;
		expect(notes).toEqual([note]);
		expect(err).toContain(`  Note: ${note}`);
		expect(exitCode).toBe(0);
		expect(rig.management.contents().endpoints).toEqual([]);
	});
});

describe("RunPod's FlashBoot suffix, copied from the console into the name", () => {
	it('makes no second endpoint', async () => {
		const first = await rig.deploy({ WAN_AVATAR_NAME: 'twin2 -fb' });
		const second = await rig.deploy({ WAN_AVATAR_NAME: 'twin2 -fb' });

		expect(second.endpoint_id).toBe(first.endpoint_id);
		expect(rig.management.contents().endpoints).toMatchObject([{ name: 'twin2' }]);
	});

	it('may be typed to confirm a deletion', async () => {
		const { endpoint_id } = await rig.deploy();
		await person.change('serverless', { name: 'wan-avatar -fb' });

		await destroyEndpoint(rig.client, endpoint_id, {
			confirmedName: 'wan-avatar -fb',
			endpointOnly: false,
		});

		expect(rig.management.contents().endpoints).toEqual([]);
	});
});

describe('destroying one endpoint', () => {
	it("leaves the template of another, whose ID stands in the environment, and that one's registry auth", async () => {
		const prod = await rig.deploy({ WAN_AVATAR_NAME: 'prod' });
		const staging = await rig.deploy({ WAN_AVATAR_NAME: 'staging' });

		const { exitCode, err } = await rig.command(
			['destroy', '--yes', '--endpoint-id', staging.endpoint_id],
			{
				RUNPOD_TEMPLATE_ID: String(prod.template_id),
				RUNPOD_REGISTRY_AUTH_ID: String(prod.registry_auth_id),
			},
		);

		expect(exitCode).toBe(0);
		expect(err.join('\n')).toContain('the endpoint prod is of it');
		const { endpoints, templates, registries } = rig.management.contents();
		expect(endpoints).toMatchObject([{ name: 'prod' }]);
		expect(templates.map(({ name }) => name)).toContain('prod-template');
		expect(registries.map(({ name }) => name)).toContain('prod-registry');
	});

	it('leaves a template that another endpoint names by its ID', async () => {
		const { template_id } = await rig.deploy();
		await endpointWith('', 'other');
		tellEndpoints((name) => (name === 'other' ? { templateId: template_id } : {}));

		await rig.command(['destroy', '--yes']);

		expect(rig.management.contents()).toMatchObject({
			endpoints: [{ name: 'other' }],
			templates: [{ id: template_id }],
		});
	});

	it('leaves a template of its name where it was made from another one', async () => {
		const real = await person.make('templates', { name: 'real-t', image: IMAGE });
		const unrelated = await person.make('templates', { name: 'e3-template', image: IMAGE });
		await endpointWith('', 'e3');
		tellEndpoints(() => ({ templateId: real }));

		const { err } = await rig.command(['destroy', '--yes', '--name', 'e3']);

		expect(err.join()).toContain('RunPod itself deletes one that is bound to the endpoint');
		expect(rig.management.contents()).toMatchObject({
			endpoints: [],
			templates: [{ id: real }, { id: unrelated }],
		});
	});
});

describe('an endpoint that names its template', () => {
	it('is found by name, and has that template changed, not one of its own name', async () => {
		const real = await person.make('templates', { name: 'real-t', image: IMAGE });
		const unrelated = await person.make('templates', { name: 'e3-template', image: IMAGE });
		await endpointWith('', 'e3');
		tellEndpoints(() => ({ templateId: real }));

		const flags = ['--yes', '--name', 'e3', '--image', NEXT_IMAGE];
		expect((await rig.command(['update-image', ...flags])).exitCode).toBe(0);

		expect(rig.management.contents().templates).toMatchObject([
			{ id: real, image: NEXT_IMAGE },
			{ id: unrelated, image: IMAGE },
		]);
	});

	it('has a note where no template of it is found, also when its image is updated', async () => {
		await endpointWith('', 'e3');
		const flags = ['--yes', '--name', 'e3', '--image', NEXT_IMAGE];

		const { err } = await rig.command(['update-image', ...flags]);

		expect(err.join('\n')).toContain('Note: No template of this endpoint was found');
	});
});

it('an endpoint without a template gets none, also by name', async () => {
	const publicImage = { DOCKERHUB_USERNAME: '', DOCKERHUB_PASSWORD: '' };
	await endpointWith('', 'e3');

	const plan = await planJson(rig, ['--name', 'e3'], publicImage);
	await rig.command(['deploy', '--yes', '--name', 'e3'], publicImage);

	expect(plan.steps.map(({ resource }) => resource)).toEqual(['endpoint']);
	expect(plan.notes).toEqual([expect.stringContaining('No template of this endpoint was found')]);
	expect(rig.management.contents()).toMatchObject({ templates: [], endpoints: [{ name: 'e3' }] });
});

/** What RunPod's list of the endpoints tells beside what they are. */
function tellEndpoints(more: (name: string) => object): void {
	const endpoints = rig.management.contents().endpoints.map((endpoint) => ({
		...endpoint,
		...more(endpoint.name),
	}));
	const body = JSON.stringify({ endpoints });
	rig.management.fault({ route: 'listEndpoints', kind: 'answer', status: 200, body });
}
