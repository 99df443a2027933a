import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as z from 'zod/v4';
import { generateForm } from '../../engine/rig';

jest.setTimeout(120_000);

const MEGABYTE = 2 ** 20;

/** How much of the process one execution took; see largeRun.ts, which prints it. */
const facts = z.object({
	error: z.string().nullable(),
	goodCount: z.number(),
	growthBytes: z.number(),
	lagMs: z.number(),
	elapsedMs: z.number(),
});

/** A queue that keeps nothing of what it is sent, so that only the node's own memory is large. */
class ForgetfulQueue {
	readonly bodySizes: number[] = [];
	private readonly server: Server = createServer((request, response) => {
		void this.answer(request).then((body) => {
			response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
		});
	});

	async listen(): Promise<string> {
		this.server.listen(0, '127.0.0.1');
		await once(this.server, 'listening');
		const address = this.server.address();
		if (address === null || typeof address === 'string') throw new Error('It has no port');
		return `http://127.0.0.1:${String(address.port)}/v2`;
	}

	async close(): Promise<void> {
		this.server.close();
		this.server.closeAllConnections();
		await once(this.server, 'close');
	}

	private async answer(request: IncomingMessage): Promise<object> {
		let sizeBytes = 0;
		for await (const chunk of request) sizeBytes += Buffer.from(chunk).length;
		if (request.method === 'POST') {
			this.bodySizes.push(sizeBytes);
			return { id: `job-${String(this.bodySizes.length)}`, status: 'IN_QUEUE' };
		}
		const id = request.url?.split('/').at(-1);
		const output = { minio_key: 'a.mp4', video_url: 'https://storage.example.com/a.mp4' };
		return { id, status: 'COMPLETED', delayTime: 1, executionTime: 1, output };
	}
}

let folder: string;
let queue: ForgetfulQueue;
let baseUrl: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-large-'));
	queue = new ForgetfulQueue();
	baseUrl = await queue.listen();
});
afterAll(async () => {
	await queue.close();
	rmSync(folder, { recursive: true, force: true });
});

async function largeRun(count: number, form: object, files: Record<string, string> = {}) {
	queue.bodySizes.length = 0;
	const order = join(folder, 'order.json');
	const runPodApi = { apiKey: 'key-of-the-test', endpointId: 'endpoint1', queueBaseUrl: baseUrl };
	const parameters = { ...generateForm, ...form };
	writeFileSync(order, JSON.stringify({ credentials: { runPodApi }, parameters, files, count }));
	const child = spawn(
		process.execPath,
		['--import', 'tsx', 'test/nodes/WanAvatar/engine/largeRun.ts', order],
		{
			env: {
				...process.env,
				N8N_USER_FOLDER: folder,
				N8N_ENCRYPTION_KEY: 'a key for tests alone',
				N8N_LOG_LEVEL: 'silent',
			},
			stdio: ['ignore', 'pipe', 'inherit'],
		},
	);
	return facts.parse(JSON.parse(await text(child.stdout)));
}

describe('files of 6 MB without MinIO', () => {
	const withFile = { portraitSource: 'binary', portraitBinaryField: 'photo' };
	let files: Record<string, string>;

	beforeAll(() => {
		const photo = join(folder, 'portrait.png');
		const start = readFileSync('examples/media/portrait.png');
		writeFileSync(photo, Buffer.concat([start, Buffer.alloc(6 * MEGABYTE - start.length)]));
		files = { photo };
	});

	it('of 300 items are refused before one is read', async () => {
		const { error, growthBytes } = await largeRun(300, withFile, files);

		expect(error).toMatch(/300 items came in, but at most 100 jobs/);
		expect(growthBytes).toBeLessThan(150 * MEGABYTE);
		// The warm-up's.
		expect(queue.bodySizes).toHaveLength(1);
	});

	it('of 50 items are in memory only while they are sent', async () => {
		const form = {
			...withFile,
			waitingOptions: { pollIntervalSeconds: 1 },
			limits: { maxJobs: 50, maxParallelJobs: 5 },
		};
		const { error, goodCount, growthBytes } = await largeRun(50, form, files);

		expect(error).toBeNull();
		expect(goodCount).toBe(50);
		expect(queue.bodySizes).toHaveLength(51);
		expect(Math.min(...queue.bodySizes)).toBeGreaterThan(8 * MEGABYTE);
		expect(growthBytes).toBeLessThan(300 * MEGABYTE);
	});
});

it('10,000 items are read while others get their turn', async () => {
	const form = { outputOptions: { checkOnly: true }, limits: { maxJobs: 10_000 } };
	const { error, goodCount, lagMs } = await largeRun(10_000, form);

	expect(error).toBeNull();
	expect(goodCount).toBe(10_000);
	expect(lagMs).toBeLessThan(100);
});
