import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openConsole, planJson, type Console } from './console';
import { IMAGE, startRig, type Rig } from './rig';

jest.setTimeout(60_000);

let rig: Rig;
let person: Console;

beforeEach(async () => {
	rig = await startRig();
	person = openConsole(rig);
	await rig.deploy();
	rig.clearCalls();
});

afterEach(async () => {
	await rig.close();
});

/** What a person may change in the console, and how the plan shows it. */
const byHand: [string, object, object][] = [
	['max workers', { workers: { max: 20 } }, { field: 'workers.max', value: '20', default: '1' }],
	['min workers', { workers: { min: 1 } }, { field: 'workers.min', value: '1', default: '0' }],
	[
		'idle timeout',
		{ workers: { idleTimeout: 5 } },
		{ field: 'workers.idleTimeout', value: '5', default: '60' },
	],
	[
		'execution timeout',
		{ timeout: 7_200_000 },
		{ field: 'timeout', value: '7200000', default: '3600000' },
	],
	[
		'GPU pools',
		{ gpu: { pools: ['HOPPER_141'] } },
		{
			field: 'gpu.pools',
			value: 'HOPPER_141',
			default: 'AMPERE_80, ADA_80_PRO, HOPPER_141',
		},
	],
	['GPU count', { gpu: { count: 2 } }, { field: 'gpu.count', value: '2', default: '1' }],
	[
		'lowest CUDA version',
		{ gpu: { minCudaVersion: '12.4' } },
		{ field: 'gpu.minCudaVersion', value: '12.4', default: 'nothing' },
	],
	[
		'CUDA versions',
		{ gpu: { allowedCudaVersions: ['12.8'] } },
		{ field: 'gpu.allowedCudaVersions', value: '12.8', default: 'nothing' },
	],
	[
		'queue delay',
		{ scaling: { type: 'QUEUE_DELAY', queueDelay: 30 } },
		{ field: 'scaling.queueDelay', value: '30', default: '4' },
	],
	['FlashBoot', { flashboot: 'OFF' }, { field: 'flashboot', value: 'OFF', default: 'FLASHBOOT' }],
	[
		'data centres',
		{ dataCenterIds: ['EU-RO-1'] },
		{ field: 'dataCenterIds', value: 'EU-RO-1', default: 'nothing' },
	],
	[
		'network volumes',
		{ networkVolumes: ['vol1'] },
		{ field: 'networkVolumes', value: 'vol1', default: 'nothing' },
	],
	['disk', { disk: 200 }, { field: 'disk', value: '200', default: '120' }],
];

describe('what was changed in the console', () => {
	it.each(byHand)('%s is kept, and the plan says so', async (_name, change, kept) => {
		await person.change('serverless', change);
		await expectUnchanged([{ resource: 'endpoint', ...kept }]);
	});

	it('is kept all at once, on the template too', async () => {
		await person.change('serverless', {
			name: 'wan-avatar -fb',
			workers: { min: 0, max: 20, idleTimeout: 5 },
			timeout: 7_200_000,
			gpu: { pools: ['ADA_80_PRO'], excludedTypes: ['NVIDIA H100 NVL'], count: 1 },
			flashboot: 'PRIORITY_FLASHBOOT',
			env: { ...envOf('endpoints'), RUNPOD_INIT_TIMEOUT: '2400', HF_TOKEN: 'hf_1234' },
		});
		await person.change('templates', {
			disk: 150,
			startSsh: true,
			env: { ...envOf('templates'), LOG_LEVEL: 'debug' },
		});
		await expectUnchanged([
			{ resource: 'template', field: 'disk', value: '150', default: '120' },
			{ resource: 'template', field: 'startSsh', value: 'true', default: 'false' },
			{
				resource: 'endpoint',
				field: 'env.RUNPOD_INIT_TIMEOUT',
				value: '2400',
				default: '1800',
			},
			{
				resource: 'endpoint',
				field: 'gpu.pools',
				value: 'ADA_80_PRO',
				default: 'AMPERE_80, ADA_80_PRO, HOPPER_141',
			},
			{ resource: 'endpoint', field: 'workers.max', value: '20', default: '1' },
			{ resource: 'endpoint', field: 'workers.idleTimeout', value: '5', default: '60' },
			{ resource: 'endpoint', field: 'timeout', value: '7200000', default: '3600000' },
			{
				resource: 'endpoint',
				field: 'flashboot',
				value: 'PRIORITY_FLASHBOOT',
				default: 'FLASHBOOT',
			},
		]);
		const { out } = await rig.command(['plan']);
		expect(out).toContain('      workers.max: 20 kept (default 1)');
		expect(out.join('\n')).not.toContain('hf_1234');
	});

	it('as another way of scaling is kept', async () => {
		await replaceEndpoint({ scaling: { type: 'REQUEST_COUNT', requestCount: 4 } });
		const kept = { field: 'scaling.type', value: 'REQUEST_COUNT', default: 'QUEUE_DELAY' };
		const plan = await planJson(rig);
		expect(plan.kept).toContainEqual({ resource: 'endpoint', ...kept });
		await rig.command(['deploy', '--yes', '--workers-max', '7']);
		expect(endpoint()).toMatchObject({
			scaling: { type: 'REQUEST_COUNT' },
			workers: { max: 7 },
		});
	});

	it('as scaling by the number of requests takes no idle timeout, and the plan says so', async () => {
		await replaceEndpoint({ scaling: { type: 'REQUEST_COUNT', requestCount: 4 } });
		const writes = rig.writes();
		const { exitCode, err } = await rig.command(['deploy', '--yes', '--idle-timeout', '30']);
		expect(exitCode).toBe(2);
		expect(err.join()).toContain('scales by the number of requests, and takes no idle timeout');
		expect(rig.writes()).toEqual(writes);
	});

	it('does not come back as a change when what was given is changed', async () => {
		await person.change('serverless', {
			workers: { max: 20, idleTimeout: 5 },
			gpu: { pools: ['ADA_80_PRO'], excludedTypes: ['NVIDIA H100 NVL'] },
			env: { ...envOf('endpoints'), HF_TOKEN: 'hf_1234' },
		});
		const before = endpoint();
		const changes = { RUNPOD_WORKERS_MIN: '2', RUNPOD_GPU_COUNT: '2', RUNPOD_INIT_TIMEOUT: '900' };
		await rig.command(['deploy', '--yes'], changes);
		expect(endpoint()).toEqual({
			...before,
			workers: { min: 2, max: 20, idleTimeout: 5 },
			gpu: { ...fieldsOf(before?.gpu), count: 2 },
			env: { ...before?.env, RUNPOD_INIT_TIMEOUT: '900' },
		});
		const plan = await planJson(rig, [], changes);
		expect(plan.changes_something).toBe(false);
		expect(plan.kept.map(({ field }) => field)).toEqual([
			'gpu.pools',
			'workers.max',
			'workers.idleTimeout',
		]);
	});

	it('is set back where its default is given as a value', async () => {
		await person.change('serverless', { workers: { max: 20 }, timeout: 7_200_000 });
		await rig.command(['deploy', '--yes', '--workers-max', '1'], {
			RUNPOD_EXECUTION_TIMEOUT_MS: '3600000',
		});
		expect(endpoint()).toMatchObject({ workers: { max: 1 }, timeout: 3_600_000 });
	});

	it('as another registry auth is set back by Docker Hub credentials, and kept without them', async () => {
		const password = 'another-secret';
		const id = await person.make('registries', { name: 'another', username: 'u', password });
		const [ours] = rig.management.contents().registries;
		await person.change('serverless', { registry: id });
		const publicImage = { DOCKERHUB_USERNAME: '', DOCKERHUB_PASSWORD: '' };
		const plan = await planJson(rig, [], publicImage);
		expect(plan.changes_something).toBe(false);
		expect(plan.kept).toEqual([
			{ resource: 'endpoint', field: 'registry', value: id, default: ours?.id },
		]);
		await rig.command(['deploy', '--yes']);
		expect(endpoint()).toMatchObject({ registry: ours?.id });
	});
});

describe('max workers that RunPod has lowered', () => {
	it('stay, with a note on what to do', async () => {
		await person.change('serverless', { workers: { max: 0 } });
		const plan = await planJson(rig);
		expect(plan.changes_something).toBe(false);
		expect(plan.notes).toEqual([expect.stringContaining('set max workers (RUNPOD_WORKERS_MAX)')]);
		await rig.command(['deploy', '--yes', '--workers-max', '3']);
		expect(endpoint()).toMatchObject({ workers: { max: 3 } });
	});
});

describe('min and max workers', () => {
	it.each([
		['--workers-min', '2', 'min workers 2) than may run (max workers 1'],
		['--workers-max', '0', 'min workers 1) than may run (max workers 0'],
	])('%s %s is checked against what the endpoint has', async (flag, value, words) => {
		if (flag === '--workers-max') await person.change('serverless', { workers: { min: 1 } });
		const writes = rig.writes();
		const { exitCode, err } = await rig.command(['deploy', '--yes', flag, value]);
		expect(exitCode).toBe(2);
		expect(err.join()).toContain(words);
		expect(rig.writes()).toEqual(writes);
	});

	it('may be more kept warm than the default lets run', async () => {
		await person.change('serverless', { workers: { max: 20 } });
		await rig.command(['deploy', '--yes', '--workers-min', '3']);
		expect(endpoint()).toMatchObject({ workers: { min: 3, max: 20 } });
	});
});

it('variables that RunPod does not tell are not compared, and the plan says so', async () => {
	const { env, ...rest } = { ...endpoint() };
	const body = JSON.stringify({ endpoints: [rest] });
	rig.management.fault({ route: 'listEndpoints', kind: 'answer', status: 200, body });
	const plan = await planJson(rig, [], { MINIO_BUCKET: 'another-bucket' });
	expect(plan.changes_something).toBe(true);
	expect(plan.steps.map(({ resource, action }) => [resource, action])).toEqual([
		['registry auth', 'keep'],
		['template', 'update'],
		['endpoint', 'keep'],
	]);
	expect(plan.notes).toEqual([
		expect.stringMatching(/did not tell the variables of the endpoint wan-avatar \(\w+\)/),
	]);
});

it('odd numbers of workers are not told ones, and no CPU is no CPU endpoint', async () => {
	const told = { ...endpoint(), cpu: [], workers: { min: '0', max: '5', idleTimeout: '60' } };
	const body = JSON.stringify({ endpoints: [told] });
	rig.management.fault({ route: 'listEndpoints', kind: 'answer', status: 200, body });
	const { steps } = await planJson(rig, ['--workers-min', '2']);
	const change = { field: 'workers.min', from: 'nothing', to: '2' };
	expect(steps.at(-1)).toMatchObject({ resource: 'endpoint', action: 'update', changes: [change] });
});

it('a list is emptied by an empty list in the settings file', async () => {
	await person.change('serverless', { dataCenterIds: ['EU-RO-1'] });
	const folder = mkdtempSync(join(tmpdir(), 'wan-avatar-settings-'));
	const file = join(folder, 'settings.json');
	writeFileSync(file, '{"RUNPOD_DATA_CENTER_IDS": []}');
	await rig.command(['deploy', '--yes', '--settings', file]);
	rmSync(folder, { recursive: true });
	expect(endpoint()).toMatchObject({ dataCenterIds: [] });
});

/** Nothing to change, and nothing sent by deploying. */
async function expectUnchanged(kept: object[]): Promise<void> {
	const plan = await planJson(rig);
	expect(plan.steps).toMatchObject([
		{ resource: 'registry auth', action: 'keep', changes: [] },
		{ resource: 'template', action: 'keep', changes: [] },
		{ resource: 'endpoint', action: 'keep', changes: [] },
	]);
	expect(plan.kept).toEqual(kept);
	expect(plan.changes_something).toBe(false);
	const before = rig.management.contents();
	expect((await rig.command(['deploy', '--yes'])).err).toContain('Nothing to change.');
	expect(rig.management.contents()).toEqual(before);
}

function endpoint(): ReturnType<Rig['management']['contents']>['endpoints'][number] | undefined {
	return rig.management.contents().endpoints[0];
}

function envOf(kind: 'templates' | 'endpoints'): object {
	return fieldsOf(rig.management.contents()[kind][0]?.env);
}

function fieldsOf(value: unknown): object {
	return typeof value === 'object' && value !== null ? value : {};
}

/** What an endpoint scales by cannot be told to forget its idle timeout, so it is made anew. */
async function replaceEndpoint(body: object): Promise<void> {
	await person.remove('serverless', String(endpoint()?.id));
	await person.make('serverless', {
		name: 'wan-avatar',
		type: 'QUEUE',
		image: IMAGE,
		gpu: { pools: ['AMPERE_80'] },
		...body,
	});
}
