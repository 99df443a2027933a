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
import type { HttpFault } from '../../../../standin/queue/queueApi';
import { generateForm, located, startRig, statusForm, type Rig } from '../engine/rig';

const edgePage =
	'<!DOCTYPE html><html><head><title>502: Bad gateway</title></head><body>Error</body></html>';

/** The three faults of the transport, as they come from RunPod's edge. */
const tooManyRequests = {
	kind: 'answer',
	status: 429,
	headers: { 'retry-after': '1' },
	body: '',
} as const;
const badGateway = {
	kind: 'answer',
	status: 502,
	headers: { 'content-type': 'text/html' },
	body: edgePage,
} as const;
const cut = { kind: 'cut' } as const;

type Kind =
	| { kind: 'cut' }
	| { kind: 'answer'; status: number; headers?: Record<string, string>; body?: string };

let rig: Rig;

beforeAll(async () => {
	rig = await startRig('lazy');
});
beforeEach(() => {
	rig.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

describe('while the job is followed', () => {
	it.each<[string, Kind]>([
		['429 with Retry-After', tooManyRequests],
		['502 with an HTML page', badGateway],
		['a cut connection', cut],
		['200 with an empty body', { kind: 'answer', status: 200, body: '' }],
		['200 with an HTML page', { kind: 'answer', status: 200, body: edgePage }],
		[
			'404 while the job is not there yet',
			{
				kind: 'answer',
				status: 404,
				body: '{"status":404,"title":"Not Found","detail":"job not found"}',
			},
		],
		[
			'a problem body under a 200',
			{ kind: 'answer', status: 200, body: '{"status":429,"title":"Too Many Requests"}' },
		],
	])('%s does not lose the result', async (_name, kind) => {
		rig.queue.fault({ route: 'status', ...kind });

		const { error, success } = await rig.run(generateForm);

		expect(error).toBeUndefined();
		expect(success[0]?.json.status).toBe('COMPLETED');
		expect(rig.queue.calls('status')).toHaveLength(2);
		expect(rig.queue.calls('run')).toHaveLength(1);
	});

	it.each([302, 400, 401, 403, 409])('one stray %i does not lose the result', async (status) => {
		rig.queue.fault({ route: 'status', kind: 'answer', status, body: '{"title":"odd"}' });

		const { error, success } = await rig.run(generateForm);

		expect(error).toBeUndefined();
		expect(success[0]?.json.status).toBe('COMPLETED');
		expect(rig.queue.calls('cancel')).toEqual([]);
	});

	it('a revoked key ends the waiting after a minute, cancels nothing and says where the job is', async () => {
		const fault = { route: 'status', kind: 'answer', status: 401, times: Infinity } as const;
		rig.queue.fault({ ...fault, body: '{"title":"Unauthorized"}' });
		let skippedMs = 0;
		const realMonotonic = performance.now.bind(performance);
		jest.spyOn(performance, 'now').mockImplementation(() => realMonotonic() + skippedMs);
		setTimeout(() => {
			skippedMs = 61_000;
		}, 3000);

		const { error } = await rig.run(generateForm);
		jest.restoreAllMocks();
		rig.queue.clearFaults();

		expect(error?.message).toMatch(
			/^RunPod refuses to tell about job \S+-u1: HTTP 401: Unauthorized/,
		);
		expect(error?.description).toMatch(
			/not cancelled, and may still be running on endpoint endpoint1/,
		);
		expect(rig.queue.calls('cancel')).toEqual([]);
	});
});

describe('at the submit', () => {
	afterEach(() => {
		// Each of these faults is met once: what is left over would spoil the next test.
		expect(rig.queue.calls('run').length).toBeGreaterThan(0);
	});

	it('429 is sent again, after the time that was asked for', async () => {
		rig.queue.fault({ route: 'run', ...tooManyRequests });

		const { error, success } = await rig.run(generateForm);

		expect(error).toBeUndefined();
		expect(success[0]?.json.status).toBe('COMPLETED');
		const [first, second, ...more] = rig.queue.calls('run');
		expect(more).toEqual([]);
		expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(900);
	});

	it.each<[string, Kind, boolean]>([
		['502, though the job was taken', badGateway, true],
		['502, and the job was not taken', badGateway, false],
		['a cut connection, though the job was taken', cut, true],
		['200 without a job ID', { kind: 'answer', status: 200, body: '{}' }, true],
	])('%s: it is not sent again, and the error says where to look', async (_name, kind, accept) => {
		const fault: HttpFault = { route: 'run', accept, ...kind };
		rig.queue.fault(fault);

		const { error } = await rig.run(generateForm);

		expect(rig.queue.calls('run')).toHaveLength(1);
		expect(error?.message).toMatch(/no job ID for a submitted job .*may be running/);
		expect(error?.description).toMatch(/endpoint\/endpoint1\?tab=requests/);
		expect(error?.description).toMatch(/user-avatars\/user_1\/avatar_1\/idle\.mp4/);
		expect(error?.description).toMatch(/not sent again/);
	});

	it.each<[string, number, RegExp, RegExp]>([
		['a wrong key', 401, /does not accept the API key/, /Check API Key/],
		['a key without rights', 403, /does not accept the API key/, /not allowed to use/],
		['a deleted endpoint', 404, /does not know the endpoint "endpoint1"/, /Check Endpoint ID/],
		[
			'a request that RunPod rejects',
			400,
			/did not accept the request: HTTP 400: odd/,
			/No job was started/,
		],
	])('%s is told in plain words', async (_name, status, message, description) => {
		const body = JSON.stringify({ status, title: 'odd', detail: 'odd' });
		rig.queue.fault({ route: 'run', kind: 'answer', status, body });

		const { error } = await rig.run(generateForm);

		expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(description);
	});
});

it('no connection at all is told without a code in the message', async () => {
	const closed = await startRig('lazy');
	await closed.close();

	const { error } = await closed.run(generateForm);

	expect(error?.message).toMatch(/^No connection to RunPod at 127\.0\.0\.1:\d+$/);
	expect(error?.description).toMatch(/Code: ECONNREFUSED/);
}, 30_000);

it('no error or item holds the API key', async () => {
	rig.queue.fault({
		route: 'run',
		kind: 'answer',
		status: 400,
		body: JSON.stringify({ detail: `Authorization: Bearer ${rig.queue.apiKey} is odd` }),
	});

	const { failed } = await rig.run(generateForm, { onError: 'continueErrorOutput' });

	expect(failed).toHaveLength(1);
	expect(JSON.stringify(failed)).not.toContain(rig.queue.apiKey);
});

describe('an unknown endpoint that is typed into the node', () => {
	it.each<[string, object]>([
		['Generate', generateForm],
		['Get Status', { ...statusForm, jobId: 'job-1' }],
		['Purge Queue', { resource: 'endpoint', operation: 'purgeQueue' }],
	])('%s: it is not blamed on the credential', async (_name, form) => {
		const { error } = await rig.run({ ...form, endpoint: located('id', 'mistyped') });

		expect(error?.message).toBe('RunPod does not know the endpoint "mistyped"');
		expect(error?.description).toMatch(/^Check the ID in Endpoint of this node/);
		expect(error?.description).not.toMatch(/credential/);
	});
});
