import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
	startManagementApi,
	type ManagementApi,
} from '../../../../../standin/management/managementApi';
import { located, startRig, type Rig } from '../../engine/rig';
import { until } from '../../engine/storedRig';

jest.setTimeout(60_000);

const minioApi = {
	endpoint: 'minio.example.com',
	accessKey: 'an-access-key',
	secretKey: 'a-secret-key',
	bucket: 'avatar-templates',
};
const settings = { resource: 'endpoint', deploymentName: 'warm', image: 'somebody/worker:1' };

let rig: Rig;
let management: ManagementApi;

beforeAll(async () => {
	const runPodApi: Record<string, string> = {};
	rig = await startRig('lazy', {}, { runPodApi, minioApi });
	const { queue } = rig;
	const handlerFor = () => async () => Promise.resolve({ minio_key: 'a.mp4' });
	management = await startManagementApi({
		apiKey: queue.apiKey,
		queue,
		handlerFor,
		opensAfterMs: 0,
		quotas: false,
	});
	Object.assign(runPodApi, {
		apiKey: queue.apiKey,
		endpointId: queue.endpointId,
		queueBaseUrl: queue.baseUrl,
		managementBaseUrl: management.baseUrl,
	});
});
beforeEach(() => {
	rig.queue.clearCalls();
	management.clearCalls();
});
afterAll(async () => {
	await management.close();
	await rig.close();
});

async function runOne(parameters: Parameters<Rig['run']>[0]) {
	const { error, success } = await rig.run(parameters);
	expect(error).toBeUndefined();
	return success[0]?.json;
}

describe('workers that are kept warm, whatever the cause', () => {
	it('are told of by Plan, Deploy and Get Health, until Deploy is told to set min workers back', async () => {
		const deployed = await runOne({ ...settings, operation: 'deploy' });
		expect(deployed?.notes).toEqual([]);
		const [made] = management.contents().endpoints;
		const endpoint = located('id', made?.id ?? '');
		const health = { resource: 'endpoint', operation: 'getHealth', endpoint };
		expect(await runOne(health)).toMatchObject({ notes: [] });
		const warm = { resource: 'endpoint', operation: 'setWorkers', workers: { workersMin: 1 } };
		await runOne({ ...warm, endpoint });

		expect((await runOne(health))?.notes).toEqual([
			expect.stringMatching(/^1 worker is kept warm .* paid all the time.*set min workers to 0/),
		]);
		const now = expect.stringMatching(/^1 worker is kept warm now by the endpoint warm .* paid/);
		expect((await runOne({ ...settings, operation: 'plan' }))?.notes).toEqual([now]);
		expect((await runOne({ ...settings, operation: 'deploy' }))?.notes).toEqual([now]);
		expect(await runOne(health)).toMatchObject({ workers: { min: 1 } });
		const deploymentOptions = { workersMin: 0 };
		await runOne({ ...settings, deploymentOptions, operation: 'deploy' });
		expect(await runOne(health)).toMatchObject({ notes: [], workers: { min: 0 } });
	});
});

describe('Purge Queue', () => {
	it('is sent once, also when RunPod answers 502, and says so', async () => {
		rig.queue.fault({ route: 'purge-queue', kind: 'answer', status: 502, accept: true, times: 5 });
		const { error } = await rig.run({ resource: 'endpoint', operation: 'purgeQueue' });
		expect(rig.queue.calls('purge-queue')).toHaveLength(1);
		expect(error?.message).toContain('no clear answer when asked to purge the queue');
		expect(error?.description).toContain('may or may not have been removed');
	});
});

describe('Purge Queue is not taken for done', () => {
	it.each([
		['a page', 200, '<html>Just a moment...</html>'],
		['nothing', 204, ''],
		['an error', 200, '{"error":"not allowed"}'],
		['a problem', 200, '{"status":404,"title":"Not Found"}'],
		['a count that is none', 200, '{"removed":"many","status":"completed"}'],
	])('when RunPod answers %s', async (_what, status, body) => {
		rig.queue.fault({ route: 'purge-queue', kind: 'answer', status, body });
		const { error, success } = await rig.run({ resource: 'endpoint', operation: 'purgeQueue' });
		expect(success).toEqual([]);
		expect(error?.message).toContain('no clear answer when asked to purge the queue');
		expect(rig.queue.calls('purge-queue')).toHaveLength(1);
	});
});

describe('Stop ends within 2 s', () => {
	it.each([
		['plan', settings],
		['deploy', settings],
		['getMany', { resource: 'endpoint', returnAll: true }],
		['get', { resource: 'endpoint' }],
		['getHealth', { resource: 'endpoint' }],
		['setWorkers', { resource: 'endpoint', workers: { workersMin: 0 } }],
		['updateImage', { resource: 'endpoint', image: 'somebody/worker:2' }],
		['delete', { resource: 'endpoint', confirmedName: 'warm' }],
	])('%s, although RunPod is silent or drips', async (operation, parameters) => {
		for (const kind of ['silent', 'drip'] as const) {
			management.clearCalls();
			management.fault({ kind, times: Infinity });
			const stop = new AbortController();
			const running = rig.run({ ...parameters, operation }, { signal: stop.signal });
			await until('it is asked', () => management.calls().length > 0);
			const stoppedAtMs = performance.now();
			stop.abort();
			await running;
			expect(performance.now() - stoppedAtMs).toBeLessThan(2000);
			management.clearFaults();
			expect(management.calls().filter(({ method }) => method !== 'GET')).toEqual([]);
		}
	});
});

describe('an Endpoint of the wrong type', () => {
	const purge = { resource: 'endpoint', operation: 'purgeQueue' };
	const destroy = { resource: 'endpoint', operation: 'delete', confirmedName: 'endpoint1' };
	const byExpression = { endpoint: located('id', '={{ $json.v }}') };

	it.each([
		['purgeQueue', true, purge],
		['purgeQueue', { a: 1 }, purge],
		['purgeQueue', ['x'], purge],
		['purgeQueue', 4.2, purge],
		['delete', true, destroy],
		['delete', ['x'], destroy],
	])('%s with %j is refused, and nothing is sent', async (_operation, v, form) => {
		const { error } = await rig.run({ ...form, ...byExpression }, { items: [{ v }] });
		expect(error?.message).toMatch(/^Endpoint must be an ID/);
		expect([...rig.queue.calls(), ...management.calls()]).toEqual([]);
	});

	it.each([
		['null', purge, [{ v: null }]],
		['nothing', purge, [{}]],
		['null', destroy, [{ v: null }]],
		['nothing', destroy, [{}]],
	])('By ID that comes to %s is refused by what destroys: %j', async (_what, form, items) => {
		const { error } = await rig.run({ ...form, ...byExpression }, { items });
		expect(error?.message).toMatch(/^Endpoint is missing: its expression gives nothing/);
		expect([...rig.queue.calls(), ...management.calls()]).toEqual([]);
	});

	it('a number is read as a text, and empty text means the endpoint of the credential', async () => {
		await rig.run({ ...purge, ...byExpression }, { items: [{ v: 42 }] });
		expect(rig.queue.calls().map(({ path }) => path)).toEqual(['/v2/42/purge-queue']);
		rig.queue.clearCalls();
		await rig.run({ ...purge, ...byExpression }, { items: [{ v: '' }] });
		expect(rig.queue.calls().map(({ path }) => path)).toEqual(['/v2/endpoint1/purge-queue']);
	});
});

describe('Keep Template and Registry Auth', () => {
	it.each(['true', 1, null])(
		'as %j is neither on nor off, and nothing is deleted',
		async (keep) => {
			const { error } = await rig.run(
				{
					resource: 'endpoint',
					operation: 'delete',
					confirmedName: 'warm',
					keepTemplateAndRegistryAuth: '={{ $json.keep }}',
				},
				{ items: [{ keep }] },
			);
			expect(error?.message).toMatch(/^Keep Template and Registry Auth must be on or off/);
			expect(management.calls()).toEqual([]);
		},
	);
});

describe('Image', () => {
	it.each([[['a']], [''], ['a b']])('%j is refused by its name in the form', async (v) => {
		const form = { resource: 'endpoint', operation: 'updateImage', image: '={{ $json.v }}' };
		const { error } = await rig.run(form, { items: [{ v }] });
		expect(error?.message).toMatch(/^Image /);
		expect(management.calls()).toEqual([]);
	});
});
