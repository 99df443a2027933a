import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startManagementApi, type ManagementApi } from '../../standin/management/managementApi';
import { startQueueApi, type QueueApi } from '../../standin/queue/queueApi';

const KEY = 'rpa_key';
const handler = async () => Promise.resolve({});

let queue: QueueApi;
let management: ManagementApi;

beforeEach(async () => {
	queue = await startQueueApi({ apiKey: KEY, endpointId: 'own', handler });
	management = await startManagementApi({
		apiKey: KEY,
		queue,
		handlerFor: () => handler,
		own: {
			name: 'own',
			type: 'QUEUE',
			image: 'a',
			gpu: { pools: ['AMPERE_80'], count: 2 },
			workers: { min: 0, max: 7, idleTimeout: 42 },
			scaling: { type: 'QUEUE_DELAY', queueDelay: 9 },
			dataCenterIds: ['EU-RO-1'],
		},
	});
});

afterEach(async () => {
	await Promise.all([management.close(), queue.close()]);
});

async function graphql(query: string, variables: object = {}, key = KEY) {
	const response = await fetch(management.graphqlUrl, {
		method: 'POST',
		headers: { authorization: `Bearer ${key}` },
		body: JSON.stringify({ query, variables }),
	});
	return { status: response.status, body: await response.json() };
}

const READ =
	'{ myself { endpoint(id: "own") { workersMax idleTimeout scalerValue gpuIds locations modelReferences } } }';
const SAVE =
	'mutation($input: EndpointInput!) { saveEndpoint(input: $input) { id modelReferences } }';
const MODEL = 'https://huggingface.co/Org/Model';

describe("the stand-in's GraphQL API", () => {
	it('resets what is left out, keeps models, and shows a commit for a branch', async () => {
		const input = {
			id: 'own',
			name: 'own',
			gpuIds: 'AMPERE_80',
			modelReferences: [`${MODEL}:main`],
		};
		const saved = await graphql(SAVE, { input });
		const commit = expect.stringMatching(new RegExp(`^${MODEL}:[0-9a-f]{40}$`));
		expect(saved.body).toEqual({
			data: { saveEndpoint: { id: 'own', modelReferences: [commit] } },
		});
		await graphql(SAVE, { input: { id: 'own', name: 'own', gpuIds: 'AMPERE_80' } });
		expect((await graphql(READ)).body).toEqual({
			data: {
				myself: {
					endpoint: {
						workersMax: 3,
						idleTimeout: 10,
						scalerValue: 4,
						gpuIds: 'AMPERE_80',
						locations: null,
						modelReferences: [commit],
					},
				},
			},
		});
	});

	it.each([
		['{ myself { id email } }', {}, 'Cannot query field "email" on type "User".'],
		['{ myself }', {}, 'must have a selection of subfields'],
		['{ myself { endpoint { id } } }', {}, 'argument "id" of type "String!" is required'],
		['{ myself { id { x } } }', {}, 'must not have a selection'],
		[SAVE, { input: { id: 'own', name: 'own', models: [] } }, 'Field "models" is not defined'],
		[SAVE, { input: { id: 'own' } }, 'name of required type "String!" was not provided'],
		[SAVE, { input: { id: 'own', name: 'o', scalerValue: 2.5 } }, 'Expected type "Int"'],
		[
			SAVE,
			{ input: { id: 'own', name: 'o', flashBootType: 'ON' } },
			'Expected type "FlashBootType"',
		],
		['{ myself { id }', {}, 'Syntax Error: Unexpected <EOF>'],
	])('refuses %s with %j', async (query, variables, words) => {
		const { status, body } = await graphql(query, variables);
		expect(status).toBe(400);
		expect(JSON.stringify(body).replaceAll('\\', '')).toContain(words);
	});

	it('answers 200 with an error or with nothing for what is not there', async () => {
		expect(await graphql('{ pod(input: { podId: "gone" }) { id } }')).toEqual({
			status: 200,
			body: { data: { pod: null } },
		});
		expect(await graphql('{ myself { endpoint(id: "gone") { id } } }')).toMatchObject({
			status: 200,
			body: { errors: [{ message: 'No AiApi found' }], data: { myself: null } },
		});
		management.setGraphqlAccess('nobody');
		expect(await graphql('{ myself { id } }')).toEqual({
			status: 200,
			body: { data: { myself: null } },
		});
	});

	it('tells which models a worker has', async () => {
		const authorization = `Bearer ${KEY}`;
		const body = JSON.stringify({ workers: { min: 1 } });
		await fetch(`${management.baseUrl}/serverless/own`, {
			method: 'PATCH',
			headers: { authorization },
			body,
		});
		management.setBeside('own', { modelReferences: [`${MODEL}:${'0'.repeat(40)}`] });
		const { workers } = (await (
			await fetch(`${management.baseUrl}/serverless/own/workers`, {
				headers: { authorization },
			})
		).json()) as { workers: { id: string }[] };
		const ask = `{ pod(input: { podId: "${String(workers[0]?.id)}" }) { modelVersions { machineAssignmentStatus failurePhase } } }`;
		const state = async () => (await graphql(ask)).body;
		expect(await state()).toEqual({
			data: {
				pod: { modelVersions: [{ machineAssignmentStatus: 'DEPLOYED', failurePhase: null }] },
			},
		});
		management.setModelFailure({ phase: 'download_failed', reason: 'no space' });
		expect(await state()).toEqual({
			data: {
				pod: {
					modelVersions: [{ machineAssignmentStatus: 'FAILED', failurePhase: 'download_failed' }],
				},
			},
		});
	});
});
