import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { seedExamples } from '../../../standin/seedExamples';
import { startStandIn, type StandIn } from '../../../standin/standin';
import { parseRunPodSettings } from '../../../lib/runpod/http/runPodCredential';
import { schemaFaults } from './openApi';
import { IMAGE, NEXT_IMAGE, USER_VARIABLES, type Environment } from './rig';

jest.setTimeout(180_000);

const PROGRAM = join('dist', 'cli', 'wan-avatar.js');
const INPUT = {
	user_id: 'user_123',
	avatar_id: 'avatar_456',
	image_minio_path: 'input-avatars/portrait.png',
	driving_video_path: 'sitting-woman/driving-video.mp4',
};

let standIn: StandIn;
let environment: Environment;

beforeEach(async () => {
	standIn = await startStandIn({ coldStartMs: 300 });
	await seedExamples(standIn);
	const { runpod, minio } = standIn.address();
	environment = {
		...USER_VARIABLES,
		RUNPOD_API_KEY: runpod.apiKey,
		MINIO_ENDPOINT: `${minio.endPoint}:${String(minio.port)}`,
		MINIO_ACCESS_KEY: minio.accessKey,
		MINIO_SECRET_KEY: minio.secretKey,
		MINIO_USE_SSL: 'false',
		MINIO_BUCKET: minio.bucket,
		RUNPOD_MANAGEMENT_BASE_URL: runpod.managementBaseUrl,
		RUNPOD_QUEUE_BASE_URL: runpod.baseUrl,
	};
});

afterEach(async () => {
	const faults = standIn.management.calls().flatMap(schemaFaults);
	await standIn.close();
	expect(faults).toEqual([]);
});

describe('the built program, with nothing but the variables of the user', () => {
	it('makes three things, and a job posted to what it prints runs on that image', async () => {
		const { stdout, stderr } = await deploy();
		const [registry] = standIn.management.contents().registries;
		const [template] = standIn.management.contents().templates;
		const [endpoint] = standIn.management.contents().endpoints;

		expect(stdout).toBe(`${standIn.queue.baseUrl}/${String(endpoint?.id)}\n`);
		expect(stderr).toContain('+ create  endpoint wan-avatar');
		expect(bodiesSent()).toEqual([
			[
				'createRegistry',
				{
					name: 'wan-avatar-registry',
					username: 'dexsynccom',
					password: 'secret-of-docker-hub',
				},
			],
			[
				'createTemplate',
				{
					name: 'wan-avatar-template',
					image: IMAGE,
					disk: 120,
					env: {
						MINIO_ENDPOINT: environment.MINIO_ENDPOINT,
						MINIO_ACCESS_KEY: environment.MINIO_ACCESS_KEY,
						MINIO_SECRET_KEY: environment.MINIO_SECRET_KEY,
						MINIO_USE_SSL: 'false',
						MINIO_BUCKET: 'avatar-templates',
						RUNPOD_INIT_TIMEOUT: '1800',
					},
					registry: registry?.id,
					serverless: true,
					startSsh: false,
					startJupyter: false,
				},
			],
			[
				'createEndpoint',
				{
					name: 'wan-avatar',
					type: 'QUEUE',
					templateId: template?.id,
					gpu: { pools: ['AMPERE_80', 'ADA_80_PRO', 'HOPPER_141'], count: 1 },
					workers: { min: 0, max: 1, idleTimeout: 60 },
					scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
					timeout: 3_600_000,
					flashboot: 'FLASHBOOT',
					dataCenterIds: [],
					networkVolumes: [],
				},
			],
		]);
		expect(await postJob(stdout.trim())).toMatchObject({
			status: 'COMPLETED',
			output: { fps: 24, worker_image: IMAGE, worker_env: { MINIO_BUCKET: 'avatar-templates' } },
		});
		expect(parseRunPodSettings({ apiKey: 'key', endpointId: stdout })).toMatchObject({
			endpointId: endpoint?.id,
		});
	});

	it('changes nothing the second time, and only what a new image needs the third time', async () => {
		const first = await deploy();
		standIn.management.clearCalls();

		const second = await deploy();
		expect(second.stdout).toBe(first.stdout);
		expect(second.stderr).toContain('Nothing to change.');
		expect(bodiesSent()).toEqual([]);

		const third = await deploy({ RUNPOD_IMAGE_NAME: NEXT_IMAGE });
		expect(third.stdout).toBe(first.stdout);
		expect(bodiesSent()).toEqual([
			['updateTemplate', { image: NEXT_IMAGE }],
			['updateEndpoint', { image: NEXT_IMAGE }],
		]);
		expect(await postJob(third.stdout.trim())).toMatchObject({
			status: 'COMPLETED',
			output: { worker_image: NEXT_IMAGE },
		});
	});
});

it('changes nothing without --yes where there is no terminal to ask on', async () => {
	const ended = run(['deploy']);
	await expect(ended).rejects.toMatchObject({
		code: 3,
		stdout: '',
		stderr: expect.stringContaining('there is no terminal to ask on. Give --yes'),
	});
	expect(bodiesSent()).toEqual([]);
});

async function deploy(changes: Environment = {}): Promise<{ stdout: string; stderr: string }> {
	return await run(['deploy', '--yes'], changes);
}

async function run(args: string[], changes: Environment = {}) {
	return await promisify(execFile)(process.execPath, [PROGRAM, ...args], {
		env: { ...environment, ...changes },
	});
}

function bodiesSent(): unknown[] {
	return standIn.management
		.calls()
		.filter(({ method }) => method !== 'GET')
		.map(({ operation, body }) => [operation, body]);
}

/** Submits as the user's document does, and polls to the end. */
async function postJob(invokeBase: string): Promise<unknown> {
	const headers = {
		Authorization: `Bearer ${String(environment.RUNPOD_API_KEY)}`,
		'Content-Type': 'application/json',
	};
	const body = JSON.stringify({ input: INPUT });
	const { id } = await request(`${invokeBase}/run`, { method: 'POST', headers, body });
	for (;;) {
		const job = await request(`${invokeBase}/status/${String(id)}`, { headers });
		if (job.status !== 'IN_QUEUE' && job.status !== 'IN_PROGRESS') return job;
		// Without a pause it would soon meet RunPod's limit of looks.
		await sleep(50);
	}
}

async function request(url: string, options: RequestInit): Promise<Record<string, unknown>> {
	const answer: unknown = await (await fetch(url, options)).json();
	if (typeof answer !== 'object' || answer === null) throw new Error('the answer is no object');
	return { ...answer };
}
