import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';
import type { Credentials, Engine, EngineRun } from '../../../../../demo/engine';
import { readWorkflow, type WorkflowFile } from '../../../../../demo/workflowFile';
import { seedExamples } from '../../../../../standin/seedExamples';
import { startStandIn, type StandIn } from '../../../../../standin/standin';
import { schemaFaults } from '../../../../lib/deployment/openApi';

jest.setTimeout(180_000);

const IMAGE = 'dexsynccom/twin-avatar:wan-worker-20260214-2d62a28';
/** The endpoint that the stand-in's account has from the start. */
const OWN = 'wan-avatar-stand-in';
const PASSWORD = 'secret-of-docker-hub';

let standIn: StandIn;
let engine: Engine;
let userFolder: string;

beforeAll(async () => {
	userFolder = mkdtempSync(join(tmpdir(), 'wan-avatar-engine-'));
	// n8n-core reads these when it is loaded.
	process.env.N8N_USER_FOLDER = userFolder;
	process.env.N8N_ENCRYPTION_KEY = 'a key for tests alone';
	process.env.N8N_LOG_LEVEL = 'silent';
	standIn = await startStandIn({ coldStartMs: 200 });
	await seedExamples(standIn);
	const { startEngine } = await import('../../../../../demo/engine');
	const credentials = credentialsOf(standIn);
	engine = await startEngine({ folder: resolve('.'), loading: 'lazy', credentials });
});

afterAll(async () => {
	const faults = standIn.management.calls().flatMap(schemaFaults);
	await standIn.close();
	rmSync(userFolder, { recursive: true, force: true });
	expect(faults).toEqual([]);
});

describe('the endpoint, in the engine', () => {
	it('is deployed, makes a video and is deleted by the example workflow', async () => {
		const run = await engine.run(readWorkflow(join('examples', 'deploy-and-generate.json')));
		expect(run.error).toBeUndefined();
		const [deployed] = run.items('Deploy');
		expect(deployed?.json).toMatchObject({ name: 'wan-avatar', changed: true, served: true });
		expect(run.items('Generate')).toMatchObject([
			{
				json: {
					endpoint_id: deployed?.json.endpoint_id,
					minio_key: 'user-avatars/user_123/avatar_456/idle.mp4',
					worker_image: IMAGE,
				},
			},
		]);
		expect(run.items('Delete')).toMatchObject([
			{ json: { deleted: true, endpoint_id: deployed?.json.endpoint_id } },
		]);
		expect(standIn.management.contents()).toEqual({ registries: [], templates: [], endpoints: [] });
		expectNoSecret(run);
	});

	it('is planned, deployed, looked at, changed and deleted, one operation after the other', async () => {
		const settings = {
			deploymentName: 'one-by-one',
			image: IMAGE,
			deploymentOptions: { workersMax: 2 },
		};
		const plan = await runOne('plan', settings);
		expect(plan.json).toMatchObject({ changes_something: true, name: 'one-by-one' });
		expect(standIn.management.contents().endpoints).toEqual([]);

		const { json } = await runOne('deploy', settings);
		const endpoint = { __rl: true, mode: 'id', value: invokeBase(json) };
		expect((await runOne('deploy', settings)).json).toMatchObject({
			changed: false,
			endpoint_id: json.endpoint_id,
		});
		expect((await runOne('get', { endpoint })).json).toMatchObject({
			endpoint_id: json.endpoint_id,
			image: IMAGE,
			workers_max: 2,
			env: { MINIO_BUCKET: 'avatar-templates', MINIO_SECRET_KEY: '•••' },
		});
		const all = (await run('getMany', { returnAll: true })).items('Endpoint');
		expect(all.map(({ json: one }) => one.name)).toEqual(['one-by-one', OWN]);
		expect(await search('ONE-BY')).toMatchObject({
			results: [{ name: `one-by-one (${endpointId(json)})`, value: json.endpoint_id }],
		});
		expect(await search('elsewhere')).toEqual({ results: [] });
		expect((await runOne('getHealth', { endpoint })).json).toMatchObject({ health: 'cold' });
		await runOne('setWorkers', { endpoint, workers: { workersMax: 20 } });
		const warm = await runOne('setWorkers', { endpoint, workers: { workersMin: 1 } });
		expect(warm.json).toMatchObject({ workers_min: 1, workers_max: 20 });
		const above = await run('setWorkers', { endpoint, workers: { workersMin: 21 } });
		expect(above.error?.message).toContain('Min Workers must not be more than the 20 that may run');
		const nothing = await run('setWorkers', { endpoint });
		expect(nothing.error?.message).toContain('Workers is empty: add Min or Max Workers');
		const workers = { workersMin: 0, workersMax: 0 };
		const paused = await runOne('setWorkers', { endpoint, workers });
		expect(paused.json).toMatchObject({ workers_min: 0, workers_max: 0 });
		expect((await runOne('getHealth', { endpoint })).json).toMatchObject({ health: 'paused' });
		const image = 'dexsynccom/twin-avatar:next';
		expect((await runOne('updateImage', { endpoint, image })).json).toMatchObject({
			image,
			changed: true,
		});
		expect(standIn.management.contents().templates).toMatchObject([{ image }]);
		expect((await runOne('purgeQueue', { endpoint })).json).toEqual({
			endpoint_id: json.endpoint_id,
			removed: 0,
		});
		const wrong = await run('delete', { endpoint, confirmedName: 'another' });
		expect(wrong.error?.message).toContain('is named "one-by-one", not "another"');
		expect(standIn.management.contents().endpoints).toHaveLength(1);
		await runOne('delete', { endpoint, confirmedName: 'one-by-one' });
		expect(standIn.management.contents()).toEqual({ registries: [], templates: [], endpoints: [] });
	});

	it('is there from the start, and is the same to both APIs', async () => {
		const { endpointId: value } = standIn.address().runpod;
		const endpoint = { __rl: true, mode: 'id', value };
		const own = { endpoint_id: value, name: OWN };
		expect((await runOne('getMany', { returnAll: true })).json).toMatchObject(own);
		expect((await runOne('get', { endpoint })).json).toMatchObject({ ...own, workers_max: 1 });
		const health = async () => (await runOne('getHealth', { endpoint })).json;
		expect(await health()).toMatchObject({ ...own, health: 'cold', workers: { min: 0, max: 1 } });

		const workers = { workersMin: 1, workersMax: 2 };
		expect((await runOne('setWorkers', { endpoint, workers })).json).toMatchObject({
			...own,
			workers_min: 1,
			workers_max: 2,
		});
		expect(await health()).toMatchObject({
			workers: { min: 1, max: 2, initializing: expect.any(Number) },
		});
		standIn.queue.setWorkers({ max: 0 });
		expect(await health()).toMatchObject({ health: 'paused', workers: { max: 0 } });
		await runOne('setWorkers', { endpoint, workers: { workersMin: 0, workersMax: 1 } });
		expect((await runOne('updateImage', { endpoint, image: IMAGE })).json).toMatchObject(own);
	});

	it('keeps what was tuned in the console, and changes the options that are added alone', async () => {
		const form = (deploymentOptions: INode['parameters'], deploymentName = 'tuned') => ({
			deploymentName,
			image: IMAGE,
			deploymentOptions,
		});
		const { json } = await runOne('deploy', form({ dataCenterIds: 'EU-RO-1' }));
		await tune(endpointId(json), { workers: { max: 20 }, timeout: 7_200_000 });
		const kept = [
			{ resource: 'endpoint', field: 'workers.max', value: '20', default: '1' },
			{ resource: 'endpoint', field: 'timeout', value: '7200000', default: '3600000' },
			{
				resource: 'endpoint',
				field: 'dataCenterIds',
				value: 'EU-RO-1',
				default: 'nothing',
			},
		];
		expect((await runOne('plan', form({}))).json).toMatchObject({ changes_something: false, kept });
		expect((await runOne('deploy', form({}))).json).toMatchObject({ changed: false, kept });

		// A list that is added and left blank is emptied; under another name it is found by its ID.
		const byId = { endpointId: invokeBase(json), workersMax: 5, dataCenterIds: '' };
		expect((await runOne('deploy', form(byId, 'another name'))).json).toMatchObject({
			name: 'tuned',
			endpoint_id: json.endpoint_id,
			template_id: json.template_id,
			registry_auth_id: json.registry_auth_id,
			changed: true,
			kept: kept.slice(1, 2),
		});
		const endpoint = { __rl: true, mode: 'id', value: invokeBase(json) };
		expect((await runOne('get', { endpoint })).json).toMatchObject({
			workers_max: 5,
			execution_timeout_ms: 7_200_000,
			data_center_ids: [],
		});
		const unfit = await run('deploy', form({ workersMin: 9 }));
		expect(unfit.error?.message).toContain('min workers 9) than may run (max workers 5)');
		const empty = await run('deploy', form({ endpointId: '={{ $json.nothing }}' }));
		expect(empty.error?.message).toContain('Endpoint ID is empty: give the ID, or remove');
		for (const nothing of ['', '={{ $json.nothing }}']) {
			const { error } = await run('deploy', form({ workersMin: nothing }));
			expect(error?.message).toContain('Min Workers is empty: give a value, or remove the option');
		}
		expect(standIn.management.contents().endpoints).toHaveLength(1);
		await runOne('delete', { endpoint, confirmedName: 'tuned' });
	});

	it('tells a malformed form by its labels, before any request', async () => {
		standIn.management.clearCalls();
		const { error } = await run('deploy', {
			deploymentName: 'x',
			image: 'no image',
			deploymentOptions: { workersMin: 5 },
		});
		expect(error?.message).toContain('Image is malformed: give an image such as');
		expect(standIn.management.calls()).toEqual([]);
	});
});

/** What the form's list of endpoints shows for a text. */
async function search(filter: string): Promise<unknown> {
	const { type } = engine.loader.getNode('wanAvatar');
	const find = 'methods' in type ? type.methods.listSearch?.searchEndpoints : undefined;
	if (!find) throw new Error('the node lists no endpoints');
	const getCredentials = async () => Promise.resolve(credentialsOf(standIn).runPodApi);
	const found: unknown = await Reflect.apply(find, { getCredentials }, [filter]);
	return found;
}

/** As a person does in RunPod's console. */
async function tune(id: string, change: object): Promise<void> {
	const { apiKey, managementBaseUrl } = standIn.address().runpod;
	const response = await fetch(`${managementBaseUrl}/serverless/${id}`, {
		method: 'PATCH',
		headers: { authorization: `Bearer ${apiKey}` },
		body: JSON.stringify(change),
	});
	expect(response.status).toBe(200);
}

function endpointId({ endpoint_id }: IDataObject): string {
	return typeof endpoint_id === 'string' ? endpoint_id : '';
}

function invokeBase({ invoke_base }: IDataObject): string {
	if (typeof invoke_base === 'string') return invoke_base;
	throw new Error('no invoke base');
}

async function runOne(
	operation: string,
	parameters: INode['parameters'],
): Promise<INodeExecutionData> {
	const done = await run(operation, parameters);
	if (done.error) throw done.error;
	expectNoSecret(done);
	const [item, ...others] = done.items('Endpoint');
	expect(others).toEqual([]);
	if (!item) throw new Error(`${operation} gave no item`);
	return item;
}

async function run(operation: string, parameters: INode['parameters']): Promise<EngineRun> {
	const node = (name: string, type: string, more: INode['parameters']): INode => ({
		id: name,
		name,
		type,
		typeVersion: 1,
		position: [0, 0],
		parameters: more,
	});
	const workflow: WorkflowFile = {
		name: operation,
		nodes: [
			node('Start', 'n8n-nodes-base.manualTrigger', {}),
			node('Endpoint', 'n8n-nodes-wan-avatar.wanAvatar', {
				resource: 'endpoint',
				operation,
				...parameters,
			}),
		],
		connections: { Start: { main: [[{ node: 'Endpoint', type: 'main', index: 0 }]] } },
	};
	return await engine.run(workflow);
}

/** In nothing that any node gave out. */
function expectNoSecret({ runData, error }: EngineRun): void {
	const { runpod, minio } = standIn.address();
	const outputs = Object.values(runData).flatMap((runs) => runs.map(({ data }) => data));
	const text = JSON.stringify([outputs, error?.message, error?.description]);
	for (const secret of [runpod.apiKey, minio.secretKey, PASSWORD])
		expect(text).not.toContain(secret);
}

function credentialsOf({ address }: StandIn): Credentials {
	const { runpod, minio } = address();
	return {
		runPodApi: {
			apiKey: runpod.apiKey,
			// Generate runs on the endpoint that was deployed, as the workflow says.
			endpointId: '',
			queueBaseUrl: runpod.baseUrl,
			managementBaseUrl: runpod.managementBaseUrl,
		},
		minioApi: {
			endpoint: `${minio.endPoint}:${String(minio.port)}`,
			useSSL: minio.useSSL,
			accessKey: minio.accessKey,
			secretKey: minio.secretKey,
			bucket: minio.bucket,
		},
		containerRegistryApi: { username: 'dexsynccom', password: PASSWORD },
	};
}
