import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { IMAGE, startRig, type Rig } from './rig';

jest.setTimeout(60_000);

let rig: Rig;

beforeEach(async () => {
	rig = await startRig();
});

afterEach(async () => {
	await rig.close();
});

/** An endpoint of the name that somebody made by hand. */
const byHand = {
	name: 'wan-avatar',
	type: 'QUEUE',
	image: IMAGE,
	scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
};

describe('what stands there already', () => {
	it('is taken over, and what the settings do not speak of is left as it is', async () => {
		const gpu = {
			pools: ['ADA_80_PRO'],
			excludedTypes: ['NVIDIA H100 NVL'],
			allowedCudaVersions: ['12.4'],
		};
		await post('serverless', { ...byHand, gpu, env: { HF_TOKEN: 'hf_1234' } });
		const { endpoint_id } = await rig.deploy({ RUNPOD_MIN_CUDA_VERSION: '12.8' });
		expect(rig.management.contents().endpoints).toMatchObject([
			{
				id: endpoint_id,
				gpu: {
					pools: ['ADA_80_PRO'],
					excludedTypes: ['NVIDIA H100 NVL'],
					allowedCudaVersions: [],
					minCudaVersion: '12.8',
				},
				env: { HF_TOKEN: 'hf_1234', MINIO_BUCKET: 'avatar-templates' },
			},
		]);
		await rig.deploy({ RUNPOD_ALLOWED_CUDA_VERSIONS: '12.4' });
		expect(rig.management.contents().endpoints).toMatchObject([
			{ gpu: { minCudaVersion: null, allowedCudaVersions: ['12.4'] } },
		]);
	});

	it('is found when RunPod has put its FlashBoot suffix behind the name', async () => {
		await post('serverless', { ...byHand, name: 'wan-avatar -fb', gpu: { pools: ['AMPERE_80'] } });
		const [before] = rig.management.contents().endpoints;
		expect((await rig.deploy()).endpoint_id).toBe(before?.id);
		expect(rig.management.contents().endpoints).toHaveLength(1);
	});

	it('as a load balancer or on CPUs is left alone, with an error that names it', async () => {
		const cpu = [{ id: 'cpu5c', vcpuCount: 2 }];
		await post('serverless', { ...byHand, cpu });
		const [before] = rig.management.contents().endpoints;
		rig.clearCalls();
		await expect(rig.deploy()).rejects.toMatchObject({
			code: 'NAME_TAKEN',
			details: { endpoint_id: before?.id },
		});
		expect(rig.writes()).toEqual([]);
	});

	it('as a template with a volume is replaced, since a template cannot lose its volume', async () => {
		await post('templates', {
			name: 'wan-avatar-template',
			image: IMAGE,
			serverless: true,
			mounts: { persistent: { size: 20, path: '/workspace' } },
		});
		const [before] = rig.management.contents().templates;
		const { template_id } = await rig.deploy();
		expect(template_id).not.toBe(before?.id);
		expect(rig.management.contents().templates).toMatchObject([{ id: template_id, mounts: {} }]);
	});
});

describe('the deployment', () => {
	it('waits out a rate limit without bothering anybody', async () => {
		const headers = { 'retry-after': '2' };
		rig.management.fault({ route: 'createEndpoint', kind: 'answer', status: 429, headers });
		const { endpoint_id, served } = await rig.deploy();
		expect(served).toBe(true);
		expect(rig.management.contents().endpoints).toMatchObject([{ id: endpoint_id }]);
	});

	it('is made with every setting that there is', async () => {
		await rig.deploy({
			WAN_AVATAR_NAME: 'all of it',
			RUNPOD_INIT_TIMEOUT: '2400',
			RUNPOD_CONTAINER_DISK_GB: '150',
			RUNPOD_GPU_POOLS: 'HOPPER_141, AMPERE_80',
			RUNPOD_GPU_COUNT: '2',
			RUNPOD_WORKERS_MIN: '1',
			RUNPOD_WORKERS_MAX: '4',
			RUNPOD_IDLE_TIMEOUT: '120',
			RUNPOD_QUEUE_DELAY: '0.5',
			RUNPOD_EXECUTION_TIMEOUT_MS: '7200000',
			RUNPOD_FLASHBOOT: 'off',
			RUNPOD_DATA_CENTER_IDS: 'EU-RO-1,CA-MTL-1',
			RUNPOD_NETWORK_VOLUME_IDS: 'vol1',
			RUNPOD_ALLOWED_CUDA_VERSIONS: '12.4,12.8',
			RUNPOD_WORKER_ENV: '{"HF_HUB_OFFLINE": "1"}',
		});
		expect(rig.management.contents().endpoints).toMatchObject([
			{
				name: 'all of it',
				disk: 150,
				env: { RUNPOD_INIT_TIMEOUT: '2400', HF_HUB_OFFLINE: '1' },
				gpu: {
					pools: ['HOPPER_141', 'AMPERE_80'],
					count: 2,
					allowedCudaVersions: ['12.4', '12.8'],
				},
				workers: { min: 1, max: 4, idleTimeout: 120 },
				scaling: { queueDelay: 0.5 },
				timeout: 7_200_000,
				flashboot: 'OFF',
				dataCenterIds: ['EU-RO-1', 'CA-MTL-1'],
				networkVolumes: ['vol1'],
			},
		]);
	});
});

async function post(path: string, body: object): Promise<void> {
	const response = await fetch(`${rig.management.baseUrl}/${path}`, {
		method: 'POST',
		headers: { authorization: `Bearer ${rig.management.apiKey}` },
		body: JSON.stringify(body),
	});
	expect(response.status).toBe(201);
}
