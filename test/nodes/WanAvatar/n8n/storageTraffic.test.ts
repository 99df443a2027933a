import { createServer, type ServerResponse } from 'node:http';
import type { Server } from 'node:http';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
	afterAll,
	afterEach,
	beforeAll,
	beforeEach,
	describe,
	expect,
	it,
	jest,
} from '@jest/globals';
import { Container } from '@n8n/di';
import { BinaryDataConfig, BinaryDataService } from 'n8n-core';
import type { INode } from 'n8n-workflow';
import { generateForm } from '../engine/rig';
import { startStoredRig, until, type StoredRig } from '../engine/storedRig';

const video = readFileSync('examples/media/driving-video.mp4');

let rig: StoredRig;
let proxy: Server;
/** How the proxy answers the GET of a whole video; nothing: as the store does. */
let spoil: ((response: ServerResponse) => void) | undefined;
/** What the answers to HEADs of the video say of its size, one after the other; the last one stays. */
let headSizes: (number | undefined)[] = [];
let tellsRange = true;
/** Listings, one after the other; the last one stays. */
let page = '';
let listings = 0;

/** A server that answers like a store, but for the download of videos and the listing. */
beforeAll(async () => {
	rig = await startStoredRig();
	proxy = createServer(({ method, url = '', headers }, response) => {
		const facts = { etag: '"abc"', 'last-modified': new Date(Date.now() + 60_000).toUTCString() };
		if (url.includes('list-type')) {
			listings++;
			response.writeHead(200, { 'content-type': 'application/xml' });
			response.end(page);
		} else if (method === 'PUT' || !url.split('?')[0]?.endsWith('.mp4')) {
			response.writeHead(method === 'PUT' || url.endsWith('.png') ? 200 : 404, facts).end();
		} else if (method === 'HEAD') {
			const isMade = rig.queue.calls('run').length > 0;
			const [sizeBytes] = isMade ? headSizes : [video.length];
			if (isMade && headSizes.length > 1) headSizes.shift();
			if (sizeBytes === undefined) response.writeHead(404).end();
			else response.writeHead(200, { ...facts, 'content-length': sizeBytes }).end();
		} else if (headers.range !== undefined) {
			const [, from = '0', to = '0'] = /bytes=(\d+)-(\d+)/.exec(headers.range) ?? [];
			const range = `bytes ${from}-${to}/${String(video.length)}`;
			const told = tellsRange ? { 'content-range': range } : {};
			response
				.writeHead(206, { ...facts, ...told })
				.end(video.subarray(Number(from), Number(to) + 1));
		} else if (spoil) {
			spoil(response);
		} else response.writeHead(200, { ...facts, 'content-length': video.length }).end(video);
	});
	await new Promise<void>((ready) => proxy.listen(0, '127.0.0.1', ready));
	const address = proxy.address();
	const port = typeof address === 'object' && address ? address.port : 0;
	Object.assign(rig.credentials.minioApi ?? {}, { endpoint: `http://127.0.0.1:${String(port)}` });
});
afterAll(async () => {
	proxy.closeAllConnections();
	proxy.close();
	await rig.close();
});
beforeEach(() => {
	listings = 0;
	page = samePage;
	headSizes = [video.length];
	tellsRange = true;
	spoil = undefined;
	rig.queue.clearCalls();
});
afterEach(() => {
	jest.restoreAllMocks();
});

const keys = Array.from({ length: 200 }, (_, index) => `a${String(index).padStart(4, '0')}.mp4`);
const samePage = `<ListBucketResult><IsTruncated>true</IsTruncated>${keys
	.map((key) => `<Contents><Key>${key}</Key><ETag>"e"</ETag><Size>1</Size></Contents>`)
	.join('')}</ListBucketResult>`;

/** What n8n's binary store holds of videos. */
function keptFiles(): number[] {
	const { localStoragePath } = Container.get(BinaryDataConfig);
	return readdirSync(localStoragePath, { recursive: true, encoding: 'utf8' })
		.map((name) => join(localStoragePath, name))
		.filter((path) => statSync(path).isFile() && !path.endsWith('.metadata'))
		.map((path) => statSync(path).size);
}

const whole = { 'content-length': video.length, etag: '"abc"' };
const spoilt: [string, (response: ServerResponse) => void][] = [
	[
		'ends early, but cleanly',
		(response) => response.writeHead(200, { etag: '"abc"' }).end(video.subarray(0, 9000)),
	],
	[
		'is cut',
		(response) => {
			response.writeHead(200, whole);
			response.write(video.subarray(0, 9000), () => setTimeout(() => response.destroy(), 50));
		},
	],
];

describe('a download that', () => {
	it.each(spoilt)('%s keeps what is known of the job (Generate)', async (_what, how) => {
		spoil = how;
		const before = keptFiles();
		const form = { ...generateForm, outputOptions: { downloadVideo: true } };
		const { error, failed } = await rig.run(form, {
			onError: 'continueErrorOutput',
			executionId: _what,
		});

		expect(error).toBeUndefined();
		expect(failed[0]?.json).toMatchObject({
			error: expect.stringMatching(/gave 9000 of \d+ bytes of ".*" and then ended$/),
			details: {
				code: 'STORAGE',
				job_id: expect.any(String),
				minio_key: expect.stringMatching(/\.mp4$/),
				remedy: expect.stringMatching(/Try again/),
			},
		});
		expect(rig.queue.calls('run').length).toBeGreaterThan(0);
		expect(keptFiles()).toEqual(before);
	});

	it.each(spoilt)('%s is not given out (Video: Download)', async (_what, how) => {
		spoil = how;
		const before = keptFiles();
		const form = { resource: 'video', operation: 'download', videoKey: 'v.mp4' };
		const { error, success } = await rig.run({ ...form, downloadThumbnail: false });

		expect(error?.message).toMatch(/gave 9000 of \d+ bytes of "v\.mp4" and then ended/);
		expect(success).toEqual([]);
		expect(keptFiles()).toEqual(before);
	});

	it('stalls ends at Stop', async () => {
		let isOpen = false;
		spoil = (response) => {
			isOpen = true;
			response.once('close', () => {
				isOpen = false;
			});
			response.writeHead(200, whole).write(video.subarray(0, 9000));
		};
		const stop = new AbortController();
		const form = { resource: 'video', operation: 'download', videoKey: 'v.mp4' };
		const running = rig.run({ ...form, downloadThumbnail: false }, { signal: stop.signal });
		await until('it has begun', () => isOpen);
		stop.abort();
		await running;
		await until('its connection is closed', () => !isOpen);
	});
});

describe('a download that goes on after the item is given out', () => {
	it.each([
		['without a length', {}],
		['drop by drop', { 'content-length': video.length }],
	])(
		'is cut, and n8n keeps nothing of it (%s)',
		async (how, length) => {
			const open = new Set<ServerResponse>();
			spoil = (response) => {
				open.add(response);
				response.writeHead(200, { etag: '"abc"', ...length });
				const timer = setInterval(() => response.write('a'), 20);
				response.once('close', () => {
					clearInterval(timer);
					open.delete(response);
				});
			};
			const before = keptFiles();
			const form = {
				...generateForm,
				outputOptions: { downloadVideo: true },
				waitingOptions: { timeoutMinutes: 3 / 60 },
			};
			const { failed } = await rig.run(form, { onError: 'continueErrorOutput', executionId: how });

			expect(failed[0]?.json.details).toMatchObject({ job_id: expect.any(String) });
			await until('its connection is closed', () => open.size === 0);
			await until('n8n keeps nothing', () => keptFiles().length <= before.length);
		},
		20_000,
	);
});

describe('a good video that a look tells wrong things of', () => {
	const made = async (avatar: string) => {
		const { error, success } = await rig.run(generateForm, {
			executionId: avatar,
			items: [{ avatar }],
		});
		expect(error).toBeUndefined();
		return success[0]?.json;
	};

	it.each([
		['less than there is', [20_000]],
		['nothing', [0]],
		['that it is missing, twice', [undefined, undefined, video.length]],
	])('(%s) is given out', async (name, sizes) => {
		headSizes = sizes;
		expect(await made(name.replace(',', ''))).toMatchObject({
			status: 'COMPLETED',
			size_bytes: video.length,
			measured_width: 640,
			warnings: [],
		});
	});

	it('(one size, and then another one) is given out with a warning', async () => {
		headSizes = [20_000, 20_001];
		tellsRange = false;
		expect(await made('two sizes')).toMatchObject({
			status: 'COMPLETED',
			size_bytes: 20_001,
			warnings: [expect.stringMatching(/told 20000 bytes of .* and then 20001 bytes/)],
		});
	});

	it('but one that is told to be cut off again and again is broken', async () => {
		headSizes = [20_000];
		tellsRange = false;
		const { error } = await rig.run(generateForm, { items: [{ avatar: 'cut' }], executionId: 'c' });
		expect(error?.message).toMatch(/is not a complete MP4/);
	});
});

describe('an object of a listing', () => {
	const listed = (key: string, more: string) =>
		`<Contents><Key>${key}</Key><Size>3</Size>${more}</Contents>`;

	it.each(['template', 'video'])(
		'without a time that can be read has none, and hides no other one (%s)',
		async (resource) => {
			const times = ['', '<LastModified/>', '<LastModified>soon</LastModified>'];
			const good = '<LastModified>2026-01-02T03:04:05.000Z</LastModified>';
			const objects = [...times, good].map((time, at) => listed(`f/${String(at)}.mp4`, time));
			page = `<ListBucketResult>${objects.join('')}</ListBucketResult>`;
			const { error, success } = await rig.run({ resource, operation: 'getMany', returnAll: true });

			expect(error).toBeUndefined();
			expect(success.map(({ json }) => json.last_modified)).toEqual([
				null,
				null,
				null,
				'2026-01-02T03:04:05.000Z',
			]);
		},
	);

	it.each(['template', 'video'])('shows no secret in its ETag (%s)', async (resource) => {
		page = `<ListBucketResult>${listed('f/a.mp4', '<ETag>"a secret-key b"</ETag>')}</ListBucketResult>`;
		const { success } = await rig.run({ resource, operation: 'getMany', returnAll: true });
		expect(success[0]?.json.etag).toBe('a ••• b');
	});
});

describe('a listing that makes no progress', () => {
	it.each([
		['template', 'getMany'],
		['video', 'getMany'],
	])('ends with words that say so (%s: %s)', async (resource, operation) => {
		const { error } = await rig.run({ resource, operation, returnAll: true });

		expect(error?.message).toMatch(/lists the same part of .* again/);
		expect(error?.description).toMatch(/start-after/);
		expect(listings).toBeLessThanOrEqual(2);
	});
});

/** Whether the node itself has come to its end, whatever n8n says of the execution. */
function watchNode(): () => boolean {
	const { type } = rig.engine.loader.getNode('wanAvatar');
	if ('nodeVersions' in type) throw new Error('The node has several versions');
	const { results } = jest.spyOn(type, 'execute').mock;
	let hasEnded = false;
	const onEnd = () => {
		hasEnded = true;
	};
	return () => {
		const [run] = results;
		if (run) void Promise.resolve(run.value).then(onEnd, onEnd);
		return hasEnded;
	};
}

describe("a file that n8n's own store never gives out", () => {
	const forms: [string, INode['parameters']][] = [
		[
			'Generate',
			{
				...generateForm,
				portraitSource: 'binary',
				portraitBinaryField: 'data',
			},
		],
		[
			'Upload',
			{
				resource: 'template',
				operation: 'upload',
				templateBinaryField: 'data',
				templatePath: 'templates/b.mp4',
			},
		],
	];

	it.each(forms)('is let go of at Stop (%s)', async (_name, form) => {
		let asked = 0;
		jest.spyOn(Container.get(BinaryDataService), 'getAsStream').mockImplementation(async () => {
			asked++;
			return await new Promise(() => undefined);
		});
		const stop = new AbortController();
		const runs = rig.queue.calls('run').length;
		const hasEnded = watchNode();
		const files = { data: 'examples/media/portrait.png' };
		const running = rig.run(form, { files, signal: stop.signal });
		await until('it is asked for', () => asked > 0);
		await delay(200);
		expect(hasEnded()).toBe(false);
		stop.abort();
		await running;
		// n8n calls the execution stopped at once; what holds its worker is the node.
		await until('the node has ended', hasEnded);
		expect(asked).toBe(1);
		expect(rig.queue.calls('run')).toHaveLength(runs);
	});
});
