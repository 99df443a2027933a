import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IExecuteFunctions, INode } from 'n8n-workflow';
import { operations } from '../../../../nodes/WanAvatar/actions/registry';
import { startRig, type Rig } from '../engine/rig';
import { startSilentServer, type SilentServer } from '../engine/silentServer';
import { until } from '../engine/storedRig';

let rig: Rig;
let server: SilentServer;

beforeAll(async () => {
	server = await startSilentServer();
	const base = { queueBaseUrl: `${server.url}/v2`, managementBaseUrl: `${server.url}/v2` };
	rig = await startRig(
		'lazy',
		{},
		{
			runPodApi: { apiKey: 'key', endpointId: 'endpoint1', ...base },
			minioApi: {
				endpoint: server.url,
				accessKey: 'access',
				secretKey: 'secret-key',
				bucket: 'avatars',
			},
			containerRegistryApi: { username: 'someone', password: 'secret-of-docker' },
		},
	);
});
beforeEach(() => {
	server.requests.length = 0;
});
afterAll(async () => {
	await rig.close();
	server.close();
});

interface Case {
	form: INode['parameters'];
	/** A good value of the field under test, and one that can be known to be wrong. */
	good: string | number;
	bad: string | number;
	message: RegExp;
}

const endpoint = { __rl: true, mode: 'id', value: '={{ $json.field }}' };
const template = { __rl: true, mode: 'path', value: '={{ $json.field }}' };
const field = '={{ $json.field }}';
const image = 'someone/worker:1';
const anId = { good: 'endpoint1', bad: 'no id', message: /Endpoint must be an ID/ };
const aJob = { good: 'job-1', bad: 'a/../b', message: /Job ID must be the ID of a job/ };
const aVideo = { good: 'a.mp4', bad: 'a.txt', message: /Video Key is not the key of a video/ };

/** All operations but Generate, which has a runner of its own. */
const cases: Readonly<Record<string, Case[]>> = {
	'job:cancel': [
		{ form: { jobId: field }, ...aJob },
		{
			form: { jobsToCancel: 'execution', executionId: field },
			good: '77',
			bad: '  ',
			message: /Execution ID is empty/,
		},
	],
	'job:getStatus': [
		{ form: { jobId: field }, ...aJob },
		{
			form: { jobId: 'job-1', linkOptions: { linkExpiryDays: field } },
			good: 0.5,
			bad: 0,
			message: /Link Expiry \(Days\) must be more than 0 days/,
		},
	],
	'job:retry': [{ form: { jobId: field }, ...aJob }],
	'job:wait': [
		{ form: { jobId: field }, ...aJob },
		{
			form: { jobId: 'job-1', limits: { maxRestarts: field } },
			good: 1,
			bad: -1,
			message: /Max Restarts must be 0 or more/,
		},
	],
	'endpoint:plan': [
		{
			form: { deploymentName: 'one', image: field },
			good: image,
			bad: 'no image',
			message: /Image is malformed/,
		},
	],
	'endpoint:deploy': [
		{
			form: { deploymentName: 'one', image, deploymentOptions: { gpuCount: field } },
			good: 1,
			bad: 99,
			message: /GPU Count must be a whole number from 1 to 8/,
		},
	],
	'endpoint:get': [{ form: { endpoint }, ...anId }],
	'endpoint:getCosts': [
		{ form: { endpoint }, ...anId },
		{ form: { last: field }, good: 1, bad: 0, message: /How Many must be at least 1/ },
	],
	'endpoint:getHealth': [{ form: { endpoint }, ...anId }],
	'endpoint:purgeQueue': [{ form: { endpoint }, ...anId }],
	'endpoint:getMany': [
		{ form: { limit: field }, good: 1, bad: 0, message: /Limit must be a whole number from 1 up/ },
	],
	'endpoint:setWorkers': [
		{ form: { endpoint, workers: { workersMin: 0, workersMax: 1 } }, ...anId },
		{
			form: { workers: { workersMin: field, workersMax: 1 } },
			good: 1,
			bad: 2,
			message: /Min Workers must not be more than the 1 that may run/,
		},
	],
	'endpoint:updateImage': [
		{ form: { image: field }, good: image, bad: 'no image', message: /image is malformed/i },
	],
	'endpoint:delete': [
		{
			form: { confirmedName: field },
			good: 'wan-avatar',
			bad: ' ',
			message: /Name of the Endpoint is empty/,
		},
	],
	'template:delete': [
		{
			form: { template, templatePrefix: 'moves/' },
			good: 'moves/a.mp4',
			bad: 'else/a.mp4',
			message: /"else\/a.mp4" is not a template/,
		},
		{
			form: { template: { ...template, value: 'moves/a.mp4' }, templatePrefix: field },
			good: 'moves/',
			bad: ' ',
			message: /Template Prefix is empty/,
		},
	],
	'template:get': [
		{ form: { template }, good: 'a.mp4', bad: '/a.mp4', message: /Template must not start with/ },
		{
			form: {
				template: { ...template, value: 'a.mp4' },
				outputOptions: { previewUrl: true },
				linkOptions: { linkExpiryDays: field },
			},
			good: 0.5,
			bad: 0,
			message: /Link Expiry \(Days\) must be more than 0 days/,
		},
	],
	'template:getMany': [
		{ form: { limit: field }, good: 1, bad: 1.5, message: /Limit must be a whole number/ },
	],
	'template:upload': [
		{
			form: { templatePath: field },
			good: 'moves/a.mp4',
			bad: 'user-avatars/a.mp4',
			message: /Template Path lies in a folder for results/,
		},
		{
			form: { templatePath: 'moves/a.mp4', templateBinaryField: field },
			good: 'data',
			bad: 'film',
			message: /names "film", but the files of the item are in: data/,
		},
	],
	'video:delete': [
		{ form: { videoKey: field, thumbnailKey: '' }, ...aVideo },
		{
			form: { videoKey: field, thumbnailKey: '' },
			good: 'a.mp4',
			bad: 'driving-videos/a.mp4',
			message: /Video Key is an uploaded input/,
		},
		{
			form: { videoKey: 'a.mp4', thumbnailKey: field },
			good: 'a.jpg',
			bad: 'a.exe',
			message: /Thumbnail Key is not the key of a picture/,
		},
	],
	'video:download': [{ form: { videoKey: field, thumbnailKey: '' }, ...aVideo }],
	'video:getLinks': [{ form: { videoKey: field, thumbnailKey: '' }, ...aVideo }],
	'video:getMany': [
		{ form: { userId: field }, good: 'user_1', bad: 'a/b', message: /must not have a slash/ },
		{ form: { limit: field }, good: 1, bad: 0, message: /Limit must be a whole number/ },
	],
};

const rows = Object.entries(cases).flatMap(([name, list]) =>
	list.map((one, index): [string, Case] => [`${name} ${String(index)}`, one]),
);

const formOf = (name: string, { form }: Case): INode['parameters'] => {
	const [resource = '', operation = ''] = (name.split(' ')[0] ?? '').split(':');
	return { resource, operation, ...form };
};

const files = { data: 'examples/media/driving-video.mp4' };

it('the table has every operation but Generate', () => {
	const others = [...operations.keys()].filter((name) => name !== 'avatar:generate');
	expect(Object.keys(cases).sort()).toEqual(others.sort());
});

describe('one malformed item among others', () => {
	it.each(rows)('%s: nothing at all is sent, and every bad item is named', async (name, one) => {
		const items = [one.good, one.bad, one.good, one.bad].map((value) => ({ field: value }));

		const { error, success } = await rig.run(formOf(name, one), { items, files });

		expect(error?.message).toMatch(one.message);
		expect(error?.message).toMatch(/\[items 1, 3\]$/);
		expect(error?.description?.split('\n').slice(1)).toEqual([
			'The other items:',
			expect.stringMatching(/^Items 0, 2: (not started|nothing was done)/),
		]);
		expect(success).toEqual([]);
		expect(server.requests).toEqual([]);
	});
});

describe('Stop', () => {
	it('the output of each ends within 2 s though the server is silent, and nothing more is started', async () => {
		const stop = new AbortController();
		const ends = watchExecute(rig);
		// n8n starts the node again after Stop, as often as Retry On Fail says.
		const node = { retryOnFail: true, maxTries: 2, waitBetweenTries: 10 };
		const chosen = rows.filter(([name]) => name.endsWith(' 0') || name === 'job:cancel 1');
		const running = chosen.map(async ([name, one]) => {
			const items = [1, 2, 3].map(() => ({ field: one.good }));
			await rig.run(formOf(name, one), { items, files, node, signal: stop.signal });
		});
		// Each has sent at least its first request; those of Get Status and Wait go together.
		await until('requests are open', () => server.requests.length >= chosen.length);
		await delay(500);
		expect(ends).toEqual([]);
		const count = server.requests.length;

		const stoppedAtMs = performance.now();
		stop.abort();
		await Promise.all(running);
		await until('all outputs have ended', () => ends.length === 2 * chosen.length);

		const slow = ends.filter(({ atMs }) => atMs - stoppedAtMs > 2000);
		expect(slow).toEqual([]);
		const more = server.requests.slice(count).filter((line) => !line.includes('/cancel/'));
		expect(more).toEqual([]);
		server.wake();
		await delay(1000);
	});
});

/** When the node's own promise settles: n8n itself says "canceled" at once. */
function watchExecute({ engine }: Rig): { name: string; atMs: number }[] {
	const { type } = engine.loader.getNode('wanAvatar');
	const execute: unknown = Reflect.get(type, 'execute');
	if (typeof execute !== 'function') throw new Error('the node does nothing');
	const ends: { name: string; atMs: number }[] = [];
	Reflect.set(type, 'execute', async function watched(this: IExecuteFunctions) {
		const name = `${this.getNodeParameter('resource', 0, '')}:${this.getNodeParameter('operation', 0, '')}`;
		try {
			const output: unknown = await Reflect.apply(execute, this, []);
			return output;
		} finally {
			ends.push({ name, atMs: performance.now() });
		}
	});
	return ends;
}
