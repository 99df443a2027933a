import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { destroyEndpoint } from '../../../lib/deployment/apply/destroy';
import { planJson } from './console';
import { NEXT_IMAGE, startRig, type Rig } from './rig';

jest.setTimeout(60_000);

let rig: Rig;
const publicImage = { DOCKERHUB_USERNAME: '', DOCKERHUB_PASSWORD: '' };

beforeEach(async () => {
	rig = await startRig();
});

afterEach(async () => {
	await rig.close();
});

/** As RunPod answers a restricted key. */
function forbidRegistries(): void {
	rig.management.fault({ route: 'listRegistries', kind: 'answer', status: 403, times: 20 });
}

describe('a key that may not read registry auths', () => {
	it('deploys a public image, and says that registry auths are not looked at', async () => {
		forbidRegistries();
		const plan = await planJson(rig, [], publicImage);
		expect(plan.notes).toEqual([expect.stringContaining('may not list the registry auths')]);

		const { endpoint_id } = await rig.deploy(publicImage);

		expect(rig.management.contents().endpoints).toMatchObject([{ id: endpoint_id }]);
	});

	it('updates an image', async () => {
		await rig.deploy();
		forbidRegistries();

		const { exitCode } = await rig.command(['update-image', '--yes', '--image', NEXT_IMAGE]);

		expect(exitCode).toBe(0);
		expect(rig.management.contents().endpoints).toMatchObject([{ image: NEXT_IMAGE }]);
	});

	it('destroys endpoint and template, and says that the registry auth stays', async () => {
		await rig.deploy();
		forbidRegistries();

		const { exitCode, err } = await rig.command(['destroy', '--yes']);

		expect(exitCode).toBe(0);
		expect(err.join('\n')).toContain('may not list the registry auths');
		expect(rig.management.contents()).toMatchObject({
			registries: [{ name: 'wan-avatar-registry' }],
			templates: [],
			endpoints: [],
		});
	});

	it.each([
		['Docker Hub credentials', {}],
		['the ID of one', { ...publicImage, RUNPOD_REGISTRY_AUTH_ID: 'abc' }],
	])(
		'is refused where %s are given, in words that tell the right from the key',
		async (_, given) => {
			forbidRegistries();

			const { exitCode, err } = await rig.command(['deploy', '--yes'], given);

			expect(exitCode).toBe(1);
			expect(err.join()).toContain(
				'RunPod did not list the registry auths: the API key may not do that.',
			);
			expect(err.join()).toContain('Nothing was changed.');
			expect(rig.writes()).toEqual([]);
		},
	);

	it('deletes an endpoint alone, and reads nothing but that', async () => {
		const { endpoint_id } = await rig.deploy();
		for (const route of ['listRegistries', 'listTemplates', 'listEndpoints'] as const)
			rig.management.fault({ route, kind: 'answer', status: 403, times: 20 });

		await destroyEndpoint(rig.client, endpoint_id, {
			confirmedName: 'wan-avatar',
			endpointOnly: true,
		});

		expect(rig.management.contents()).toMatchObject({
			registries: [{}],
			templates: [{}],
			endpoints: [],
		});
	});
});

it('a key that is not accepted is another matter', async () => {
	const { err } = await rig.command(['plan'], { RUNPOD_API_KEY: 'rpa_another' });
	expect(err.join()).toContain('the API key is not accepted');
});
