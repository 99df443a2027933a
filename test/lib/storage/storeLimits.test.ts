import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Bucket } from '../../../lib/storage/objects/bucket';
import {
	dripping,
	facts,
	objectOf,
	PATIENT,
	silent,
	startOddStore,
	untilClosed,
	WHOLE_MS,
	type Handler,
	type OddStore,
} from './oddStore';

const MEGABYTE = 1024 * 1024;

let store: OddStore;
let bucket: Bucket;

beforeAll(async () => {
	store = await startOddStore();
	bucket = store.bucketWith();
});
afterAll(() => {
	store.close();
});
beforeEach(() => {
	store.connections = 0;
});

const zeros = (sizeBytes: number) => Readable.from([Buffer.alloc(sizeBytes)]);

const deeds: [string, (bucket: Bucket) => Promise<unknown>][] = [
	['list', async ({ listPage }) => await listPage()],
	['stat', async ({ stat }) => await stat('a')],
	['getText', async ({ getText }) => await getText('a')],
	['getRange', async ({ getRange }) => await getRange('a', 0, 100)],
	['getStream', async ({ getStream }) => await getStream('a')],
	['putText', async ({ putText }) => await putText('a', '{}', 'application/json')],
	['remove', async ({ remove }) => await remove('a')],
	['check', async ({ check }) => await check()],
	[
		'put',
		async ({ put }) => {
			await put('a', zeros(10), 10, 'video/mp4');
		},
	],
	[
		'put in parts',
		async ({ put }) => {
			await put('a', zeros(6 * MEGABYTE), 6 * MEGABYTE, 'video/mp4');
		},
	],
];
const withAnswer = deeds.filter(([name]) => name !== 'stat' && name !== 'getStream');

async function timed<T>(work: Promise<T>): Promise<{ error: unknown; tookMs: number }> {
	const startMs = performance.now();
	const error: unknown = await work.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	return { error, tookMs: performance.now() - startMs };
}

describe('a server that', () => {
	it.each(deeds)('never answers is given up, and its connection closed (%s)', async (_, deed) => {
		store.handler = silent;
		const { error, tookMs } = await timed(deed(bucket));

		expect(error).toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/^The object store at 127\.0\.0\.1:\d+ was silent for 0\.3 s/),
			remedy: expect.stringMatching(/Endpoint and port in the MinIO API credential/),
		});
		expect(tookMs).toBeLessThan(WHOLE_MS + 1000);
		await untilClosed(store);
	});

	it.each(withAnswer)('drips one byte after the other is given up, too (%s)', async (_, deed) => {
		store.handler = dripping;
		const { error, tookMs } = await timed(deed(store.bucketWith({ silenceMs: PATIENT.silenceMs })));

		expect(error).toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/took more than \d\.?\d* s to/),
		});
		expect(tookMs).toBeLessThan(WHOLE_MS * 3 + 1000);
		await untilClosed(store);
	});

	it('never reads an upload is given up', async () => {
		const unread: Socket[] = [];
		store.handler = ({ method, url, socket }, response) => {
			if (method === 'PUT') unread.push(socket.pause());
			else if (url?.includes('uploads'))
				response.end(
					'<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>',
				);
			else response.writeHead(204).end();
		};
		const size = 6 * MEGABYTE;
		const { error } = await timed(bucket.put('a', zeros(size), size, 'video/mp4'));
		expect(error).toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/was silent|took more than/),
		});
		// Who does not read does not hear of the end either.
		for (const socket of unread) socket.destroy();
		await untilClosed(store);
	});

	it('answers with 20 MB is cut', async () => {
		let sentBytes = 0;
		store.handler = (_request, response) => {
			response.writeHead(200, facts);
			const chunk = Buffer.alloc(64 * 1024, 'a');
			const more = () => {
				while (sentBytes < 20 * MEGABYTE && response.write(chunk)) sentBytes += chunk.length;
				response.once('drain', more);
			};
			more();
		};
		await expect(bucket.listPage()).rejects.toMatchObject({
			code: 'STORAGE',
			message: expect.stringMatching(/answered with more than 781 kB/),
		});
		expect(sentBytes).toBeLessThan(12 * MEGABYTE);
		await untilClosed(store);
	});

	it('closes a connection just as it is asked is asked once more, for reads alone', async () => {
		const cutFirst = (): Handler => {
			let requests = 0;
			return ({ socket }, response) => {
				if (++requests === 1) socket.destroy();
				else response.writeHead(200, { ...facts, 'content-length': 0 }).end();
			};
		};
		store.handler = cutFirst();
		expect(await bucket.stat('a')).toMatchObject({ tag: 'there' });
		store.handler = cutFirst();
		await expect(bucket.putText('a', 'b', 'text/plain')).rejects.toMatchObject({ code: 'STORAGE' });
	});
});

describe('Stop', () => {
	it.each(deeds)('cuts what is under way (%s)', async (_, deed) => {
		store.handler = silent;
		const stop = new AbortController();
		const running = timed(deed(store.bucketWith({ ...PATIENT, signal: stop.signal })));
		await delay(50);
		const stoppedMs = performance.now();
		stop.abort();
		const { error } = await running;

		expect(performance.now() - stoppedMs).toBeLessThan(PATIENT.wholeMs / 2);
		expect(error).toMatchObject({
			code: 'STOPPED',
			message: expect.stringMatching(/^Stopped before the object store answered/),
		});
		await untilClosed(store);
	});

	it('starts nothing once it has come, and ends a pause before a repetition', async () => {
		let requests = 0;
		store.handler = (_request, response) => {
			requests++;
			response.writeHead(503).end();
		};
		const over = AbortSignal.abort();
		await expect(bucket.within(over).stat('a')).rejects.toMatchObject({ code: 'STOPPED' });
		expect(requests).toBe(0);

		const stop = new AbortController();
		const running = timed(bucket.within(stop.signal).stat('a'));
		await delay(100);
		stop.abort();
		const { error } = await running;
		expect(error).toMatchObject({ code: 'STOPPED' });
		expect(requests).toBe(1);
	});

	it('is not the end of a view with a signal of its own', async () => {
		store.handler = (_request, response) => response.writeHead(200, facts).end();
		const stopped = store.bucketWith({ signal: AbortSignal.abort() });
		const note = new AbortController();
		expect(await stopped.within(note.signal).putText('a', '{}', 'application/json')).toBe(
			'written',
		);
		await expect(stopped.putText('a', '{}', 'application/json')).rejects.toMatchObject({
			code: 'STOPPED',
		});
	});
});

// All of it runs in this one process, which so many keep busy.
describe('many requests at once', () => {
	it('wait for their turn: 32 at a time, whatever bucket and view they come from', async () => {
		let underway = 0;
		let most = 0;
		// The first are answered once there are 32 of them, so that a slow machine sends as many at once.
		const held: (() => void)[] = [];
		store.handler = (_request, response) => {
			most = Math.max(most, ++underway);
			const answer = () => {
				underway--;
				response.writeHead(200, { ...facts, 'content-length': 1 }).end();
			};
			if (most < 32) held.push(answer);
			else for (const due of [...held.splice(0), answer]) setTimeout(due, 5);
		};
		const patient = store.bucketWith(PATIENT);
		const view = patient.within(new AbortController().signal);
		const views = [patient, store.bucketWith(PATIENT), view];
		const stats = Array.from({ length: 10_000 }, async (_, index) =>
			views[index % 3]?.stat(`a${String(index)}`),
		);
		for (const found of await Promise.all(stats)) expect(found?.tag).toBe('there');

		expect(most).toBe(32);
		expect(store.connections).toBeLessThanOrEqual(32);
	});

	it('are dropped at Stop while they wait, and their limits do not run before their turn', async () => {
		let requests = 0;
		store.handler = (_request, response) => {
			requests++;
			setTimeout(() => response.writeHead(200, { ...facts, 'content-length': 1 }).end(), 200);
		};
		const stop = new AbortController();
		const wholeMs = 2000;
		const unhurried = store.bucketWith({ silenceMs: wholeMs, wholeMs });
		const view = unhurried.within(stop.signal);
		const dropped = Array.from({ length: 200 }, async () => await timed(view.stat('a')));
		const kept = Array.from({ length: 400 }, async () => await timed(unhurried.stat('a')));
		await delay(100);
		stop.abort();

		for (const { error, tookMs } of await Promise.all(dropped)) {
			expect(error).toMatchObject({ code: 'STOPPED' });
			expect(tookMs).toBeLessThan(wholeMs);
		}
		const ends = await Promise.all(kept);
		expect(ends.filter(({ error }) => error !== undefined)).toEqual([]);
		expect(Math.max(...ends.map(({ tookMs }) => tookMs))).toBeGreaterThan(wholeMs);
		expect(requests).toBe(432);
	});

	it('with files leave room for small ones', async () => {
		const held: ServerResponse[] = [];
		store.handler = objectOf(10, (_request, response) => {
			response.writeHead(200, { ...facts, 'content-length': 10 }).write('a');
			held.push(response);
		});
		const files = Array.from({ length: 40 }, async () => {
			const { content } = await bucket.getStream('a');
			return await buffer(content);
		});
		while (held.length < 24) await delay(5);
		expect(await bucket.stat('a')).toMatchObject({ tag: 'there' });
		expect(held).toHaveLength(24);
		store.handler = objectOf(10, (_request, response) =>
			response.writeHead(200, facts).end('abbbbbbbbb'),
		);
		for (const response of held) response.end('bbbbbbbbb');
		for (const file of await Promise.all(files)) expect(file.toString()).toBe('abbbbbbbbb');
	});
});
