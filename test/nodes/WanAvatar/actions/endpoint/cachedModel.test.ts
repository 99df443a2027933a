import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import {
	startManagementApi,
	type ManagementApi,
} from '../../../../../standin/management/managementApi';
import { schemaFaults } from '../../../../lib/deployment/openApi';
import { startRig, type Rig } from '../../engine/rig';

jest.setTimeout(60_000);

const MODEL = 'https://huggingface.co/Wan-AI/Wan2.2-Animate-14B';
const minioApi = {
	endpoint: 'minio.example.com',
	accessKey: 'an-access-key',
	secretKey: 'a-secret-key',
	bucket: 'avatar-templates',
};
const form = { resource: 'endpoint', deploymentName: 'modelled', image: 'somebody/worker:1' };

let rig: Rig;
let management: ManagementApi;

beforeAll(async () => {
	const runPodApi: Record<string, string> = {};
	rig = await startRig('lazy', {}, { runPodApi, minioApi });
	const { queue } = rig;
	management = await startManagementApi({
		apiKey: queue.apiKey,
		queue,
		handlerFor: () => async () => Promise.resolve({ minio_key: 'a.mp4' }),
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
	management.setGraphqlAccess('all');
});
afterAll(async () => {
	const faults = management.calls().flatMap(schemaFaults);
	await management.close();
	await rig.close();
	expect(faults).toEqual([]);
});

async function runOne(parameters: Parameters<Rig['run']>[0]) {
	const { error, success } = await rig.run({ ...form, ...parameters });
	expect(error).toBeUndefined();
	return success[0]?.json;
}

it('Plan, Deploy and Get Health know the cached model, and a blank option takes it away', async () => {
	management.setGraphqlAccess('none');
	const refused = await rig.run({
		...form,
		operation: 'deploy',
		deploymentOptions: { model: MODEL },
	});
	expect(String(refused.error?.message)).toContain('the API key may not do that');
	expect(management.contents().templates).toEqual([]);

	management.setGraphqlAccess('all');
	const deploymentOptions = { model: MODEL, huggingFaceLogin: 'hf_token', workersMin: 1 };
	const plan = await runOne({ operation: 'plan', deploymentOptions });
	expect(JSON.stringify(plan?.steps)).toContain(`"to":"${MODEL}:main"`);
	const deployed = await runOne({ operation: 'deploy', deploymentOptions });
	const [made] = management.contents().endpoints;
	const id = String(made?.id);
	expect(deployed).toMatchObject({ endpoint_id: id });
	const [reference] = management.besideOf(id).modelReferences;
	expect(reference).toMatch(new RegExp(`^${MODEL}:[0-9a-f]{40}$`));
	expect(management.contents().endpoints).toMatchObject([
		{ env: { HF_TOKEN: '{{ RUNPOD_SECRET_hf_token }}' } },
	]);
	expect(await runOne({ operation: 'plan', deploymentOptions })).toMatchObject({
		changes_something: false,
	});

	const endpoint = { __rl: true, mode: 'id', value: id };
	const outputOptions = { includeWorkers: true };
	expect(await runOne({ operation: 'getHealth', endpoint, outputOptions })).toMatchObject({
		cached_model: reference,
		worker_details: [{ models: [{ commit: reference?.replace(/^.*:/, '') }] }],
	});
	expect(await runOne({ operation: 'getHealth', endpoint })).toMatchObject({
		cached_model: null,
		worker_details: null,
	});

	await runOne({ operation: 'deploy', deploymentOptions: { model: '', workersMin: 0 } });
	expect(management.besideOf(id).modelReferences).toEqual([]);
});

it('a token in the place of the name of its secret is refused by the label of the form', async () => {
	const token = 'hf_abcdefghijklmnopqrstuvwxyz';
	const { error } = await rig.run({
		...form,
		operation: 'plan',
		deploymentOptions: { huggingFaceLogin: token },
	});
	expect(String(error?.message)).toContain('Hugging Face Token Secret looks like a token itself');
	expect(JSON.stringify(error)).not.toContain(token);
});
