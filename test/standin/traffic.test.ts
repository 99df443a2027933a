import { afterEach, describe, expect, it } from '@jest/globals';
import { KeptCalls } from '../../standin/wire/keptCalls';
import { TrafficCounter } from '../../standin/wire/traffic';
import { BUCKET, readText, startWithClient } from './objectStore/objectStoreSetup';
import { closeQueues, endpointId, openQueue } from './queue/queueClient';

afterEach(closeQueues);

describe('the traffic counter', () => {
	it('counts the most in any ten seconds, wherever they begin', () => {
		let nowMs = 0;
		const counter = new TrafficCounter(() => nowMs);
		for (const at of [0, 9000, 9500, 10_500, 18_999, 19_001, 40_000]) {
			nowMs = at;
			counter.enter('run')();
		}
		expect(counter.report()).toEqual({ run: { total: 7, mostIn10s: 4, mostAtOnce: 1 } });
	});

	it('counts the most at once, each by its name, and counts out once', () => {
		const counter = new TrafficCounter(() => 0);
		const leaves = [counter.enter('run'), counter.enter('run'), counter.enter('status')];
		for (const leave of [...leaves, ...leaves]) leave();
		counter.enter('run')();
		expect(counter.report()).toEqual({
			run: { total: 3, mostIn10s: 3, mostAtOnce: 2 },
			status: { total: 1, mostIn10s: 1, mostAtOnce: 1 },
		});
		counter.clear();
		expect(counter.report().run).toEqual({ total: 0, mostIn10s: 0, mostAtOnce: 0 });
	});

	it('stays right over many more requests than it keeps', () => {
		let nowMs = 0;
		const counter = new TrafficCounter(() => nowMs);
		for (let sent = 0; sent < 50_000; sent++) {
			nowMs = sent;
			counter.enter('status')();
		}
		expect(counter.report().status).toEqual({ total: 50_000, mostIn10s: 10_000, mostAtOnce: 1 });
	});
});

it('the queue counts by endpoint and route, also what it refuses and never answers', async () => {
	const client = await openQueue({ callsKept: 0 });
	client.api.fault({ route: 'health', kind: 'silent' });
	const abort = new AbortController();
	const waiting = fetch(`${client.api.baseUrl}/${endpointId}/health`, { signal: abort.signal });
	await Promise.all([client.submit(), client.submit(), client.get('/nothing')]);
	await client.get('/health');
	abort.abort();
	await expect(waiting).rejects.toThrow();
	expect(client.api.traffic()).toMatchObject({
		[`${endpointId} run`]: { total: 2, mostIn10s: 2 },
		[`${endpointId} health`]: { total: 2, mostAtOnce: 2 },
	});
	expect(client.api.calls()).toEqual([]);
	client.api.clearTraffic();
	expect(client.api.traffic()[`${endpointId} run`]?.total).toBe(0);
});

it('the object store counts all, and by method for objects and for buckets', async () => {
	const { store, client } = await startWithClient({ callsKept: 0 });
	await store.putBytes(BUCKET, 'key', 'content');
	store.fault({ method: 'GET', delayMs: 100, times: 3 });
	const reads = [1, 2, 3].map(() => readText(client.getObject(BUCKET, 'key')));
	await Promise.all([...reads, client.bucketExists(BUCKET)]);
	expect(store.traffic()).toMatchObject({
		all: { total: 4, mostIn10s: 4 },
		'GET object': { total: 3, mostAtOnce: 3 },
		'HEAD bucket': { total: 1, mostAtOnce: 1 },
	});
	expect(store.calls()).toEqual([]);
});

it('calls are kept up to a number, the last ones', () => {
	const kept = new KeptCalls<number>(3);
	for (let call = 0; call < 20; call++) kept.add(call);
	expect(kept.list()).toEqual([17, 18, 19]);
	kept.clear();
	expect(kept.list()).toEqual([]);
});
