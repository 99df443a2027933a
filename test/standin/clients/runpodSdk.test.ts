import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as z from 'zod/v4';
import type { QueueApiOptions } from '../../../standin/queue/queueApi';
import { apiKey, closeQueues, endpointId, Gate, openQueue, until } from '../queue/queueClient';
import { tellVersion } from './debianClient';
import { loadRunpodSdk } from './loadRunpodSdk.cjs';

const input = { prompt: 'wave' };

beforeAll(() => {
	const text = readFileSync('node_modules/runpod-sdk/package.json', 'utf8');
	tellVersion('runpod-sdk', z.object({ version: z.string() }).parse(JSON.parse(text)).version);
	// It prints what it waits for.
	jest.spyOn(console, 'log').mockImplementation(() => undefined);
});
afterEach(closeQueues);

describe("RunPod's own client in JavaScript", () => {
	it('runs a job and reads its status until it has ended', async () => {
		const { endpoint } = await connect();
		const { id, status } = await endpoint.run({ input });
		expect(status).toBe('IN_QUEUE');

		expect(await endpoint.statusSync(id)).toMatchObject({ id, succeeded: true });
		expect(await endpoint.status(id)).toMatchObject({
			id,
			status: 'COMPLETED',
			started: true,
			completed: true,
			succeeded: true,
			output: { minio_key: 'a.mp4' },
			executionTime: expect.any(Number),
			delayTime: expect.any(Number),
		});
	});

	it('waits for a status that is not yet the last one', async () => {
		const gate = new Gate();
		const { endpoint, client } = await connect({
			handler: async () => {
				await gate.opened;
				return 'done';
			},
		});
		const { id } = await endpoint.run({ input });
		expect(await endpoint.statusSync(id, 1000)).toMatchObject({
			status: 'IN_PROGRESS',
			completed: false,
		});
		const end = endpoint.statusSync(id);
		await until(() => client.api.calls('status-sync').length === 2);
		gate.open();
		expect(await end).toMatchObject({ status: 'COMPLETED', output: 'done' });
	});

	it('runs a job and waits for its end in one call, over as many requests as it takes', async () => {
		const gate = new Gate();
		const { endpoint, client } = await connect({
			handler: async () => {
				await gate.opened;
				return 'done';
			},
		});
		const result = endpoint.runSync({ input }, 20_000);
		await until(() => client.api.calls('runsync').length === 1);
		gate.open();
		expect(await result).toMatchObject({ status: 'COMPLETED', succeeded: true, output: 'done' });

		client.api.script({ kind: 'never' });
		expect(await endpoint.runSync({ input }, 1000)).toMatchObject({
			status: 'IN_PROGRESS',
			completed: false,
		});
		expect(client.api.calls('status-sync').length).toBeGreaterThan(0);
	});

	it('streams what a handler gives piece by piece', async () => {
		async function* frames(): AsyncGenerator {
			yield { frame: 1 };
			await Promise.resolve();
			yield { frame: 2 };
		}
		const { endpoint } = await connect({ handler: () => Promise.resolve(frames()) });
		const { id } = await endpoint.run({ input });
		const streamed: unknown[] = [];
		for await (const chunk of endpoint.stream(id)) streamed.push(chunk);
		expect(streamed).toEqual([{ output: { frame: 1 } }, { output: { frame: 2 } }]);
	});

	it('cancels a job, counts those that there are, and empties the queue', async () => {
		const { endpoint, client } = await connect();
		client.api.script({ kind: 'never' });
		const running = await endpoint.run({ input });
		await client.statusWhen(running.id, 'IN_PROGRESS');
		const waiting = await endpoint.run({ input });

		expect(await endpoint.health()).toMatchObject({
			jobs: { inProgress: 1, inQueue: 1 },
			workers: { running: 1, idle: 0 },
		});
		expect(await endpoint.purgeQueue()).toEqual({ removed: 1, status: 'completed' });
		expect(await endpoint.cancel(running.id)).toMatchObject({
			id: running.id,
			status: 'CANCELLED',
		});
		expect(await endpoint.status(running.id)).toMatchObject({ status: 'CANCELLED' });
		await expect(endpoint.status(waiting.id)).rejects.toMatchObject({ response: { status: 404 } });
	});

	it('hears why a job failed', async () => {
		const { endpoint } = await connect({ handler: () => Promise.resolve({ error: 'no face' }) });
		expect(await endpoint.runSync({ input })).toMatchObject({
			status: 'FAILED',
			succeeded: false,
			error: 'no face',
		});
	});

	it('is refused with another key, and for an endpoint that is not there', async () => {
		const { api } = (await connect()).client;
		const stranger = await sdkEndpoint(api.baseUrl, 'rpa_other', endpointId);
		await expect(stranger.run({ input })).rejects.toMatchObject({ response: { status: 401 } });
		const nowhere = await sdkEndpoint(api.baseUrl, apiKey, 'no-such-endpoint');
		await expect(nowhere.health()).rejects.toMatchObject({ response: { status: 404 } });
	});
});

async function connect(options: Partial<QueueApiOptions> = {}) {
	const client = await openQueue(options);
	return { client, endpoint: await sdkEndpoint(client.api.baseUrl, apiKey, endpointId) };
}

async function sdkEndpoint(baseUrl: string, key: string, id: string) {
	const { default: runpodSdk } = await loadRunpodSdk();
	const endpoint = runpodSdk(key, { baseUrl }).endpoint(id);
	if (endpoint === null) throw new Error('the client knows no endpoint');
	return endpoint;
}
