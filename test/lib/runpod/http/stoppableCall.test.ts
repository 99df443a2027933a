import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../../lib/base/async/clock';
import { LIMITS } from '../../../../lib/base/async/timeLimits';
import { Secret } from '../../../../lib/base/data/secret';
import { createEndpointQueue } from '../../../../lib/runpod/queue/endpointQueue';
import { HttpFailure, type HttpAnswer, type HttpRequest } from '../../../../lib/runpod/http/http';
import { createManagementClient } from '../../../../lib/runpod/management/management';

const settings = {
	apiKey: new Secret('rpa_key-of-the-test'),
	endpointId: 'endpoint1',
	queueBaseUrl: 'https://queue.example.com/v2',
	managementBaseUrl: 'https://management.example.com/v2',
	graphqlUrl: 'http://127.0.0.1/graphql',
	secrets: [],
};
const target = { id: 'endpoint1', name: 'wan-avatar' };

type Reply = number | HttpFailure | 'never' | 'soon' | 'stop' | HttpAnswer;

const ok: HttpAnswer = { status: 200, text: JSON.stringify({ ...target, removed: 3 }) };
const lost = new HttpFailure('UND_ERR_SOCKET', true);
const unsent = new HttpFailure('ECONNREFUSED', false);

/** A host that replies to one request after the other, and both clients in front of it. */
function host(replies: Reply[]) {
	const requests: HttpRequest[] = [];
	const stop = new AbortController();
	const send = async (request: HttpRequest): Promise<HttpAnswer> => {
		requests.push(request);
		const reply = replies.shift() ?? 'never';
		if (reply instanceof HttpFailure) throw reply;
		if (typeof reply === 'number') return { status: reply, text: '{"detail":"said by the host"}' };
		if (typeof reply === 'object') return reply;
		if (reply !== 'never')
			setTimeout(() => {
				stop.abort();
			}, 20);
		if (reply !== 'soon') return await new Promise(() => undefined);
		return await new Promise((resolve) =>
			setTimeout(() => {
				resolve(ok);
			}, 200),
		);
	};
	const clock: Clock = {
		now: () => Date.now(),
		monotonic: () => performance.now(),
		sleep: async () => Promise.resolve(),
		timeout: (ms) => AbortSignal.timeout(ms),
	};
	const ports = { send, clock, random: () => 0.5, signal: stop.signal };
	return {
		requests,
		management: createManagementClient(settings, ports),
		queue: createEndpointQueue(settings, ports),
	};
}

const UNKNOWN = { code: 'CHANGE_UNKNOWN' };

describe('a change of whole values', () => {
	it.each<[string, Reply[], object, number]>([
		['lost, then refused', [lost, 422], UNKNOWN, 2],
		['lost, then limited to the end', [lost, 429, 429, 429, 429], UNKNOWN, 5],
		['a fault, then unreachable', [502, unsent, unsent, unsent, unsent], UNKNOWN, 5],
		['faults to the end', [500, 502, 503, 504, 408], UNKNOWN, 5],
		['unreachable', [unsent, unsent, unsent, unsent, unsent], { code: 'UNREACHABLE' }, 5],
		['refused', [422], { code: 'REQUEST_REJECTED' }, 1],
	])('%s', async (_name, replies, expected, count) => {
		const { management, requests } = host(replies);
		await expect(management.updateEndpoint(target, {})).rejects.toMatchObject(expected);
		expect(requests).toHaveLength(count);
	});

	it('takes effect also when an earlier try was lost', async () => {
		const { management, requests } = host([lost, 502, ok]);
		expect(await management.updateEndpoint(target, {})).toMatchObject(target);
		expect(requests).toHaveLength(3);
	});

	it('is gone when an earlier try deleted it', async () => {
		const { management } = host([lost, 404]);
		expect(await management.deleteEndpoint(target)).toEqual({ tag: 'gone' });
	});
});

describe('what is on its way when the user stops', () => {
	it('as a change is waited for, and its answer is used', async () => {
		const { management } = host(['soon']);
		expect(await management.updateEndpoint(target, {})).toMatchObject(target);
	});

	it('as a change is given up after a moment, in plain words', async () => {
		const startMs = performance.now();
		const { management, requests } = host(['stop']);
		const error: unknown = await management
			.updateEndpoint(target, {})
			.catch((reason: unknown) => reason);
		expect(error).toMatchObject({
			code: 'CHANGE_UNKNOWN',
			message: expect.stringContaining('(stopped before it answered)'),
			remedy: expect.stringContaining('may or may not have happened'),
		});
		expect(performance.now() - startMs).toBeLessThan(LIMITS.graceMs + 400);
		expect(requests[0]?.signal?.aborted).toBe(true);
	});

	it('as a read is cut at once', async () => {
		const startMs = performance.now();
		const { management, requests } = host(['stop']);
		await expect(management.getEndpoint('endpoint1')).rejects.toMatchObject({
			code: 'STOPPED',
			message: 'Stopped while RunPod was asked to show the endpoint endpoint1',
		});
		expect(performance.now() - startMs).toBeLessThan(400);
		expect(requests[0]?.signal?.aborted).toBe(true);
	});
});

describe('a purge', () => {
	it.each<[string, Reply[], object, number]>([
		['a 502', [502], UNKNOWN, 1],
		['a lost answer', [lost], UNKNOWN, 1],
		['an answer that cannot be read', [{ status: 200, text: '<html>' }], UNKNOWN, 1],
		['no answer before a stop', ['stop'], UNKNOWN, 1],
		['a rate limit, then a 500', [429, 500], UNKNOWN, 2],
		['a refusal', [404], { code: 'ENDPOINT_NOT_FOUND' }, 1],
	])('is not sent again after %s', async (_name, replies, expected, count) => {
		const { queue, requests } = host(replies);
		await expect(queue.purge()).rejects.toMatchObject(expected);
		expect(requests).toHaveLength(count);
	});

	it('is sent again when it surely was not sent', async () => {
		const { queue } = host([unsent, 429, ok]);
		expect(await queue.purge()).toBe(3);
	});
});

it('masks the secrets of a body in what RunPod says of it, without a list', async () => {
	const secret = new Secret('secret-of-docker-hub');
	const { management, requests } = host([
		{ status: 422, text: `{"detail":"bad ${secret.reveal()}"}` },
	]);
	const body = { name: 'a', username: 'b', password: secret };
	await expect(management.createRegistryAuth(body)).rejects.toMatchObject({
		message: 'RunPod did not create the registry auth a: HTTP 422: bad •••',
	});
	expect(requests[0]?.body).toContain('"password":"secret-of-docker-hub"');
});
