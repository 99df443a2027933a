import assert from 'node:assert/strict';
import { Secret } from '../../../lib/base/data/secret';
import { WanAvatarError } from '../../../lib/base/errors/errors';
import { createCostSource } from '../../../lib/runpod/management/costSource';
import { listGpuTypes, listPlacedWorkers } from '../../../lib/runpod/management/costReads';
import {
	createManagementClient,
	type ManagementClient,
} from '../../../lib/runpod/management/management';
import type { HttpAnswer } from '../../../lib/runpod/http/http';

export const API_KEY = 'rpa_hidden-key-of-the-account';
/** In the environment that an answer tells. */
export const ENV_SECRET = 'hidden-value-of-env';
/** In what is sent, and said back. */
export const SENT_SECRET = 'hidden-value-that-was-sent';
const SECRETS = [API_KEY, ENV_SECRET, SENT_SECRET];

/** The client of this package, whose every request gets these answers, the last one again and again. */
export function answeredClient(answers: readonly HttpAnswer[]): ManagementClient {
	let nowMs = 0;
	let next = 0;
	const last = answers[answers.length - 1];
	const clock = {
		now: () => nowMs,
		monotonic: () => nowMs,
		sleep: async (ms: number) => {
			nowMs += ms;
			await Promise.resolve();
		},
		timeout: () => new AbortController().signal,
	};
	const settings = {
		apiKey: new Secret(API_KEY),
		secrets: [SENT_SECRET],
		managementBaseUrl: 'https://api.runpod.test/v2',
		graphqlUrl: 'https://api.runpod.test/graphql',
	};
	const send = async () => {
		nowMs += 100;
		const answer = answers[next++] ?? last;
		assert.ok(answer);
		return await Promise.resolve(answer);
	};
	return createManagementClient(settings, { send, clock, random: () => 0.5 });
}

const named = { id: 'abc', name: 'mine' };
const container = { image: 'org/worker:1', disk: 20, env: { TOKEN: new Secret(SENT_SECRET) } };
const template = { ...named, ...container, serverless: true, startSsh: false, startJupyter: false };
const savable = {
	...named,
	gpuIds: 'AMPERE_80',
	gpuCount: 1,
	workersMin: 0,
	workersMax: 3,
	idleTimeout: 10,
	scalerType: 'QUEUE_DELAY' as const,
	scalerValue: 4,
	executionTimeoutMs: null,
	requestTTL: null,
	flashBootType: 'OFF' as const,
	locations: null,
	allowedCudaVersions: null,
	minCudaVersion: null,
	instanceIds: null,
	type: null,
	templateId: null,
	networkVolumeId: null,
	networkVolumeIds: null,
	modelReferences: [],
};
const read = { ...named, env: undefined };

/** Every call of the client. */
export const CALLS: Readonly<Record<string, (client: ManagementClient) => Promise<unknown>>> = {
	listRegistries: async (client) => await client.listRegistryAuths(),
	createRegistry: async (client) =>
		await client.createRegistryAuth({
			name: 'a',
			username: 'b',
			password: new Secret(SENT_SECRET),
		}),
	deleteRegistry: async (client) => await client.deleteRegistryAuth(named),
	listTemplates: async (client) => await client.listTemplates(),
	getTemplate: async (client) => await client.getTemplate('abc'),
	createTemplate: async (client) => await client.createTemplate(template),
	updateTemplate: async (client) => await client.updateTemplate(named, container),
	deleteTemplate: async (client) => await client.deleteTemplate(named),
	listEndpoints: async (client) => await client.listEndpoints(),
	getEndpoint: async (client) => await client.getEndpoint('abc'),
	createEndpoint: async (client) =>
		await client.createEndpoint({
			name: 'mine',
			type: 'QUEUE',
			templateId: 'abc',
			gpu: { pools: ['AMPERE_80'], count: 1 },
			workers: { min: 0, max: 3, idleTimeout: 10 },
			scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
			timeout: 600_000,
			flashboot: 'OFF',
			dataCenterIds: [],
			networkVolumes: [],
		}),
	updateEndpoint: async (client) => await client.updateEndpoint(named, container),
	deleteEndpoint: async (client) => await client.deleteEndpoint(named),
	listEndpointWorkers: async (client) => await client.workers.list(read),
	listPlacedWorkers: async (client) => await listPlacedWorkers('abc', client),
	listGpuTypes: async (client) => await listGpuTypes(client),
	getWorkerLogs: async (client) =>
		await client.workers.lastLines({ ...named, env: { TOKEN: new Secret(SENT_SECRET) } }, 'worker'),
	modelsAllowed: async (client) => {
		await client.models.assertAllowed();
	},
	readModel: async (client) => await client.models.read(named),
	saveModel: async (client) =>
		await client.models.save(savable, ['https://huggingface.co/a/b:main']),
	modelsOfWorker: async (client) => await client.models.ofWorker('worker'),
	costs: async (client) => {
		const source = createCostSource('abc', client, () => undefined);
		return [await source.endpoint(), await source.gpuOf('worker'), await source.gpuOf('other')];
	},
};

/** Its value, or a clear error that shows no secret; never a foreign one. */
export async function cleanEnd(
	call: Promise<unknown>,
): Promise<{ value: unknown } | WanAvatarError> {
	try {
		return { value: await call };
	} catch (error) {
		assert.ok(error instanceof WanAvatarError, `a foreign error: ${String(error)}`);
		const words = JSON.stringify([error.message, error.remedy, error.details]);
		assert.ok(error.message.length > 0 && error.remedy.length > 0);
		assert.ok(!SECRETS.some((secret) => words.includes(secret)), `shows a secret: ${words}`);
		return error;
	}
}
