import { createServer, type RequestListener, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
	NodeOperationError,
	type ICredentialTestFunctions,
	type ILoadOptionsFunctions,
} from 'n8n-workflow';
import { WanAvatar } from '../../../nodes/WanAvatar/WanAvatar.node';

const { credentialTest, listSearch } = new WanAvatar().methods;
const MAX_MS = 20_000;

const servers: Server[] = [];
const timers = new Set<NodeJS.Timeout>();

async function serve(listener: RequestListener): Promise<string> {
	const server = createServer(listener);
	servers.push(server);
	await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
	const address = server.address();
	return `http://127.0.0.1:${String(typeof address === 'object' && address ? address.port : 0)}`;
}

let silent: string;
let dripping: string;

beforeAll(async () => {
	silent = await serve(() => undefined);
	dripping = await serve((_request, response) => {
		response.writeHead(200, { 'content-type': 'application/xml' });
		const timer = setInterval(() => response.write(' '), 500);
		timers.add(timer);
		response.once('close', () => {
			clearInterval(timer);
		});
	});
});
afterAll(() => {
	for (const timer of timers) clearInterval(timer);
	for (const server of servers) {
		server.closeAllConnections();
		server.close();
	}
});

const runPod = (url: string, endpointId = 'abc123') => ({
	apiKey: 'key',
	endpointId,
	queueBaseUrl: `${url}/v2`,
	managementBaseUrl: `${url}/v2`,
});
const minio = (url: string) => ({
	endpoint: url,
	accessKey: 'access',
	secretKey: 'secret-key',
	bucket: 'avatars',
});

const testing: ICredentialTestFunctions = {} as never;
const credential = (data: object) => ({ id: '1', name: 'x', type: 'x', data: { ...data } });

/** What n8n gives to the search of a list. */
function listing(data: object): ILoadOptionsFunctions {
	const credentials = { minioApi: { id: '1', name: 'x' }, runPodApi: { id: '1', name: 'x' } };
	return {
		getNode: () => ({
			name: 'Wan Avatar',
			type: 'wanAvatar',
			typeVersion: 1,
			parameters: {},
			credentials,
		}),
		getCurrentNodeParameter: () => '',
		getCredentials: async () => await Promise.resolve(data),
	} as never;
}

it('credential tests and lists end within 20 s on silent and dripping servers, and never hang a form', async () => {
	const timed = async (what: string, work: Promise<unknown>) => {
		const startMs = performance.now();
		const end = await work.catch((error: unknown) => error);
		return { what, end, isLate: performance.now() - startMs > MAX_MS };
	};
	const both = [
		['silent', silent],
		['dripping', dripping],
	] as const;
	const tests = both.flatMap(([what, url]) => [
		timed(
			`RunPod test, ${what}`,
			credentialTest.runPodApiTest.call(testing, credential(runPod(url))),
		),
		timed(
			`RunPod test without endpoint, ${what}`,
			credentialTest.runPodApiTest.call(testing, credential(runPod(url, ''))),
		),
		timed(`MinIO test, ${what}`, credentialTest.minioApiTest.call(testing, credential(minio(url)))),
	]);
	const lists = both.flatMap(([what, url]) => [
		timed(`endpoints, ${what}`, listSearch.searchEndpoints.call(listing(runPod(url)))),
		timed(`templates, ${what}`, listSearch.searchTemplates.call(listing(minio(url)))),
		timed(`portraits, ${what}`, listSearch.searchPortraits.call(listing(minio(url)), 'jobs')),
	]);

	const ends = await Promise.all([...tests, ...lists]);

	expect(ends.filter(({ isLate }) => isLate)).toEqual([]);
	for (const { end } of ends.slice(0, tests.length))
		expect(end).toMatchObject({
			status: 'Error',
			message: expect.stringMatching(
				/^There was no answer for 15 seconds\. Check the address|was silent for 15 s .*Check that it/,
			),
		});
	for (const { end } of ends.slice(tests.length)) {
		expect(end).toBeInstanceOf(NodeOperationError);
		expect(end).toMatchObject({
			message: expect.stringMatching(/^There was no answer for 15 seconds$|was silent for 15 s/),
			description: expect.stringMatching(/^Check (the address|that it)/),
		});
	}
	// What was cut may be tried once more, in vain.
	await delay(1500);
}, 60_000);
