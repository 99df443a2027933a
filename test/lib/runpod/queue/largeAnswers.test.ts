import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AnswerSlot } from '../../../../lib/contract/answerSlot';
import { sharedTimeouts, type Clock } from '../../../../lib/base/async/clock';
import { LARGE_ANSWERS_AT_ONCE } from '../../../../lib/contract/answerLimits';
import { LIMITS } from '../../../../lib/base/async/timeLimits';
import { createSend, type SendOptions } from '../../../../lib/runpod/http/http';
import { createQueueClient, type QueueClient } from '../../../../lib/runpod/queue/queue';
import { parseRunPodSettings } from '../../../../lib/runpod/http/runPodCredential';

const BYTE_EACH_MS = 25;

let server: Server | undefined;

afterEach(() => {
	server?.closeAllConnections();
	server?.close();
	server = undefined;
});

async function serve(answer: (response: ServerResponse, path: string) => void): Promise<string> {
	const started = createServer(({ url = '' }, response) => {
		answer(response, url);
	});
	server = started;
	await new Promise<void>((ready) => started.listen(0, '127.0.0.1', ready));
	const address = started.address();
	return `http://127.0.0.1:${String(typeof address === 'object' && address ? address.port : 0)}`;
}

/** Sends so many bytes at once, and the rest byte by byte. */
async function drip(response: ServerResponse, body: Buffer, atOnce: number) {
	response.write(body.subarray(0, atOnce));
	for (let at = atOnce; at < body.length && !response.destroyed; at += 1) {
		await delay(BYTE_EACH_MS);
		response.write(body.subarray(at, at + 1));
	}
	response.end();
}

const mp4 = readFileSync('examples/media/driving-video.mp4');

/** What RunPod answers about a finished job whose video is of so many bytes. */
function completed(sizeBytes: number): Buffer {
	const filler = Buffer.alloc(sizeBytes - mp4.length, 'x');
	filler.writeUInt32BE(filler.length);
	filler.write('free', 4);
	const video = Buffer.concat([mp4, filler]).toString('base64');
	return Buffer.from(JSON.stringify({ id: 'job', status: 'COMPLETED', output: { video } }));
}

const monotonic = () => performance.now();
const clock: Clock = {
	now: () => Date.now(),
	monotonic,
	sleep: async (ms) => {
		await delay(ms);
	},
	timeout: sharedTimeouts(monotonic),
};

function queueAt(url: string, options: SendOptions = {}, at = clock): QueueClient {
	const settings = parseRunPodSettings({
		apiKey: 'key-of-the-test',
		endpointId: 'endpoint1',
		queueBaseUrl: `${url}/v2`,
	});
	const ports = { send: createSend(options), clock: at, random: () => 0.5 };
	return createQueueClient(settings, ports);
}

/** The limit for a small answer: long enough that a busy machine has read a megabyte before it. */
const SMALL_MS = 2000;
const QUICK = { wholeMs: SMALL_MS, perMegabyteMs: 30_000 };

async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await delay(5);
}

describe('a large answer that comes steadily', () => {
	const body = completed(2_500_000);

	/** Sends more than a megabyte at once, and the rest when it is time. */
	async function serveInTwo(itIsTime: () => Promise<unknown>): Promise<string> {
		return await serve((response) => {
			response.write(body.subarray(0, 1_200_000));
			void itIsTime().then(() => response.end(body.subarray(1_200_000)));
		});
	}

	it('comes to its end after the limit for a small one', async () => {
		const url = await serveInTwo(async () => {
			await delay(SMALL_MS + 500);
		});

		const look = await queueAt(url, QUICK).pollStatus('job');

		expect(look).toMatchObject({ tag: 'completed', video: { content: expect.any(Buffer) } });
	});

	it('also in a look that has a minute for all its tries', async () => {
		const url = await serveInTwo(async () => {
			await delay(SMALL_MS + 500);
		});
		const hasty = {
			...clock,
			timeout: (ms: number) => clock.timeout(ms === LIMITS.callMs ? SMALL_MS : ms),
		};
		const slot = new AnswerSlot(undefined);

		const look = await queueAt(url, QUICK, hasty).getStatus('job', undefined, slot);
		slot.close();

		expect(look).toMatchObject({ tag: 'completed' });
	});

	it('and past the deadline of its look, but not past Stop', async () => {
		const stop = new AbortController();
		const deadline = new AbortController();
		const url = await serveInTwo(async () => {
			await until(() => stop.signal.aborted);
		});
		const slots = [new AnswerSlot(undefined), new AnswerSlot(stop.signal)];

		const looks = Promise.all(
			slots.map(async (slot) => await queueAt(url).pollStatus('job', deadline.signal, slot)),
		);
		await until(() => slots.every(({ left }) => left !== undefined));
		deadline.abort();
		await delay(50);
		stop.abort();

		expect(await looks).toMatchObject([
			{ tag: 'completed' },
			{ tag: 'unreachable', reason: 'no answer (REQUEST_CUT)' },
		]);
		for (const slot of slots) slot.close();
	});
});

it.each([
	['at once', 0],
	['once it has sent more than a megabyte', 1_200_000],
])('a server that drips %s is given up', async (_when, atOnce) => {
	const url = await serve((response) => void drip(response, completed(2_500_000), atOnce));
	const startedAtMs = performance.now();

	const look = await queueAt(url, { wholeMs: 300, perMegabyteMs: 500 }).pollStatus('job');

	expect(look).toEqual({ tag: 'unreachable', reason: 'no answer (ANSWER_TOO_SLOW)' });
	expect(performance.now() - startedAtMs).toBeLessThan(10_000);
});

describe('many large answers at once', () => {
	const body = completed(1_500_000);

	it('are read a few at a time, and each comes to its end', async () => {
		let requests = 0;
		const url = await serve((response) => {
			requests += 1;
			response.end(body);
		});
		const queue = queueAt(url);
		let kept = 0;
		let mostKept = 0;

		const looks = await Promise.all(
			Array.from({ length: 20 }, async () => {
				const slot = new AnswerSlot(undefined);
				const look = await queue.pollStatus('job', undefined, slot);
				kept += 1;
				mostKept = Math.max(mostKept, kept);
				await delay(20);
				kept -= 1;
				slot.close();
				return look.tag;
			}),
		);

		expect(looks).toEqual(looks.map(() => 'completed'));
		expect(mostKept).toBeLessThanOrEqual(LARGE_ANSWERS_AT_ONCE);
		expect(requests).toBeLessThanOrEqual(40);
	});

	it('hold up nobody who asks for a small one', async () => {
		const url = await serve((response, path) => {
			if (path.includes('small')) response.end(JSON.stringify({ id: 'small', status: 'FAILED' }));
			else response.end(body);
		});
		const queue = queueAt(url);
		const stop = new AbortController();
		const slots = Array.from({ length: 50 }, () => new AnswerSlot(stop.signal));
		const large = slots.map(async (slot) => await queue.pollStatus('job', stop.signal, slot));
		await Promise.race(large);

		expect(await queue.pollStatus('small')).toMatchObject({ tag: 'failed' });

		stop.abort();
		const tags = (await Promise.all(large)).map(({ tag }) => tag);
		expect(tags.filter((tag) => tag === 'completed').length).toBeLessThanOrEqual(
			LARGE_ANSWERS_AT_ONCE,
		);
		for (const slot of slots) slot.close();
		expect(await queue.pollStatus('job')).toMatchObject({ tag: 'completed' });
	});

	it('a large answer without a video, and a look without a slot, keep no room', async () => {
		const failed = JSON.stringify({
			id: 'job',
			status: 'FAILED',
			output: 'x'.repeat(1_500_000),
		});
		const url = await serve((response, path) =>
			response.end(path.includes('failed') ? failed.replace('"job"', '"failed"') : body),
		);
		const queue = queueAt(url);
		for (let i = 0; i <= LARGE_ANSWERS_AT_ONCE; i++) {
			expect((await queue.pollStatus('failed', undefined, new AnswerSlot(undefined))).tag).toBe(
				'failed',
			);
			expect((await queue.pollStatus('job')).tag).toBe('completed');
		}
	});

	it('one slot looks again and again without holding itself up', async () => {
		const url = await serve((response) => response.end(body));
		const queue = queueAt(url);
		const slot = new AnswerSlot(undefined);
		for (let i = 0; i <= LARGE_ANSWERS_AT_ONCE; i++)
			expect((await queue.pollStatus('job', undefined, slot)).tag).toBe('completed');
		slot.close();
	});
});
