import { get } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type ManagementApi, startManagementApi } from '../../standin/management/managementApi';
import { startQueueApi } from '../../standin/queue/queueApi';
import type { Often, WireFault } from '../../standin/wire/wireFault';
import { BUCKET, connect, startStore } from './objectStore/objectStoreSetup';
import { apiKey, closeQueues, openQueue } from './queue/queueClient';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
	await closeQueues();
	for (const close of closers.splice(0).reverse()) await close();
});

/** One address of a server that plays faults there. */
interface Place {
	url: string;
	headers: Record<string, string>;
	fault: (fault: WireFault & Often) => void;
	clearFaults: () => void;
}

const headers = { authorization: `Bearer ${apiKey}`, 'user-agent': 'wire-test/1.0' };

const places: Record<string, () => Promise<Place>> = {
	queue: async () => {
		const { api } = await openQueue({ handler: () => Promise.resolve({ minio_key: 'a.mp4' }) });
		return {
			url: `${api.baseUrl}/${api.endpointId}/health`,
			headers,
			fault: (fault) => {
				api.fault({ route: 'health', ...fault });
			},
			clearFaults: () => {
				api.clearFaults();
			},
		};
	},
	'management API': async () => {
		const management = await openManagement();
		return {
			url: `${management.baseUrl}/templates`,
			headers,
			fault: (fault) => {
				management.fault({ route: 'listTemplates', method: 'GET', ...fault });
			},
			clearFaults: () => {
				management.clearFaults();
			},
		};
	},
	'object store': async () => {
		const store = await startStore();
		await store.putBytes(
			BUCKET,
			'record.json',
			JSON.stringify({ state: 'submitted', of: 'a job' }),
		);
		return {
			url: await connect(store).presignedGetObject(BUCKET, 'record.json'),
			headers: {},
			fault: (fault) => {
				store.fault({ method: 'GET', key: /^record/, ...fault });
			},
			clearFaults: store.clearFaults,
		};
	},
};

describe.each(Object.entries(places))('the %s', (_name, open) => {
	it('is silent: takes the request and never answers, until the faults are cleared', async () => {
		const { url, headers, fault, clearFaults } = await open();
		fault({ kind: 'silent', times: Infinity });
		for (let tries = 0; tries < 2; tries++) {
			const asked = fetch(url, { headers, signal: AbortSignal.timeout(150) });
			await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
		}
		clearFaults();
		expect((await fetch(url, { headers })).status).toBe(200);
	});

	it('drips the right body byte by byte', async () => {
		const { url, headers, fault } = await open();
		const right = await (await fetch(url, { headers })).text();
		fault({ kind: 'drip', everyMs: 2 });
		const response = await fetch(url, { headers });
		const startedMs = performance.now();
		expect(response.status).toBe(200);
		expect(await response.text()).toHaveLength(right.length);
		expect(performance.now() - startedMs).toBeGreaterThan(right.length);
	});

	it('drips from the status line on', async () => {
		const { url, headers, fault } = await open();
		fault({ kind: 'drip', from: 'statusLine' });
		const asked = fetch(url, { headers, signal: AbortSignal.timeout(300) });
		await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
		fault({ kind: 'drip', from: 'statusLine', everyMs: 1 });
		const response = await fetch(url, { headers });
		expect(response.status).toBe(200);
		expect(await response.json()).toEqual(expect.anything());
	});

	it('answers with more than 20 MB of valid JSON', async () => {
		const { url, headers, fault } = await open();
		fault({ kind: 'large' });
		const text = await (await fetch(url, { headers })).text();
		expect(text.length).toBeGreaterThan(20_000_000);
		expect(JSON.parse(text)).toHaveProperty('padding');
	});

	it('answers with valid JSON that is 2,700 levels deep', async () => {
		const { url, headers, fault } = await open();
		fault({ kind: 'deep' });
		const text = await (await fetch(url, { headers })).text();
		expect(text).toContain(`"deep":${'['.repeat(2700)}]`);
		expect(JSON.parse(text)).toHaveProperty('deep');
	});

	it.each([200, 502])('answers with a page, status %i', async (status) => {
		const { url, headers, fault } = await open();
		fault({ kind: 'html', status });
		const response = await fetch(url, { headers });
		expect(response.status).toBe(status);
		expect(response.headers.get('content-type')).toContain('text/html');
		expect(await response.text()).toContain('<html>');
		expect((await fetch(url, { headers })).headers.get('content-type')).not.toContain('text/html');
	});

	it.each([302, 307] as const)('sends the caller elsewhere, status %i', async (status) => {
		const { url, headers, fault } = await open();
		fault({ kind: 'redirect', status, to: 'http://127.0.0.1:9/elsewhere' });
		const response = await fetch(url, { headers, redirect: 'manual' });
		expect(response.status).toBe(status);
		expect(response.headers.get('location')).toBe('http://127.0.0.1:9/elsewhere');
	});

	it('cuts the connection in the middle of the body that it announced', async () => {
		const { url, headers, fault } = await open();
		const right = await (await fetch(url, { headers })).text();
		fault({ kind: 'cutMidBody', after: 1 });
		expect((await fetch(url, { headers })).status).toBe(200);
		const seen = await readRaw(url, headers);
		expect(seen.announced).toBe(right.length);
		expect(seen.read).toBe(Math.floor(right.length / 2));
		expect(seen.isWhole).toBe(false);
	});

	it.each(['chunked', 'contentLength'] as const)(
		'ends early in good order: %s',
		async (framing) => {
			const { url, headers, fault } = await open();
			fault({ kind: 'endsEarly', sizeBytes: 5, framing });
			const seen = await readRaw(url, headers);
			expect(seen).toEqual({
				status: 200,
				announced: framing === 'chunked' ? undefined : 5,
				read: 5,
				isWhole: true,
			});
		},
	);
});

describe('a status answer of a COMPLETED job', () => {
	it.each(['large', 'deep'] as const)('holds the %s field beside minio_key', async (kind) => {
		const client = await openQueue();
		const id = await client.submit();
		await client.statusWhen(id, 'COMPLETED');
		client.api.fault({ route: 'status', jobId: id, kind });
		const { json } = await client.status(id);
		const field = kind === 'deep' ? 'deep' : 'padding';
		expect(json).toMatchObject({ id, status: 'COMPLETED', output: { minio_key: 'a.mp4' } });
		expect(json.output).toHaveProperty(field);
	});
});

it('an answer that is spoiled on its way has taken effect', async () => {
	const client = await openQueue();
	client.api.fault({ route: 'run', kind: 'cutMidBody' });
	await expect(client.submit()).rejects.toThrow('terminated');
	expect(client.api.jobs()).toHaveLength(1);
	client.api.fault({ route: 'run', kind: 'html' });
	await expect(client.submit()).rejects.toThrow('not submitted');
	expect(client.api.jobs()).toHaveLength(1);
});

it('the object store nests XML as deep', async () => {
	const store = await startStore();
	store.fault({ kind: 'deep' });
	const text = await (await fetch(store.url)).text();
	expect(text).toContain('<D>'.repeat(2700));
	expect(text).toMatch(/^<\?xml.*<Error>.*<\/D><\/Error>$/s);
});

async function openManagement(): Promise<ManagementApi> {
	const handler = () => Promise.resolve({});
	const queue = await startQueueApi({ apiKey, endpointId: 'other', handler });
	const management = await startManagementApi({ apiKey, queue, handlerFor: () => handler });
	closers.push(() => queue.close());
	closers.push(() => management.close());
	return management;
}

interface Seen {
	status: number | undefined;
	/** What content-length said. */
	announced: number | undefined;
	read: number;
	isWhole: boolean;
}

async function readRaw(url: string, headers: Record<string, string>): Promise<Seen> {
	return await new Promise((resolve, reject) => {
		get(url, { headers, agent: false }, (response) => {
			const { 'content-length': length } = response.headers;
			let read = 0;
			response.on('data', (chunk: Buffer) => (read += chunk.length));
			response.on('error', () => undefined);
			response.on('close', () => {
				resolve({
					status: response.statusCode,
					announced: length === undefined ? undefined : Number(length),
					read,
					isWhole: response.complete,
				});
			});
		}).on('error', reject);
	});
}
