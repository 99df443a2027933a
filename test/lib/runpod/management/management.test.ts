import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../../../lib/base/data/secret';
import { createManagementClient } from '../../../../lib/runpod/management/management';
import { simulatedClock } from '../../generation/run/simulatedClock';

/** A client of a management API that takes so long for each page of its lists. */
function client(pageOf: (count: number) => object, pageMs = 0) {
	const clock = simulatedClock(0);
	const state = { requests: 0 };
	const send = async () => {
		state.requests += 1;
		if (pageMs > 0) await clock.sleep(pageMs);
		return { status: 200, text: JSON.stringify(pageOf(state.requests)) };
	};
	const management = createManagementClient(
		{
			apiKey: new Secret('rpa_key'),
			managementBaseUrl: 'https://management.example.com/v2',
			graphqlUrl: 'https://management.example.com/graphql',
		},
		{ send, clock, random: () => 0.5 },
	);
	const run = async <T>(work: Promise<T>): Promise<unknown> =>
		await clock.run(work.catch((error: unknown) => error));
	return { management, run, state, clock };
}

const endless = (count: number) => ({
	endpoints: [],
	pagination: { hasNextPage: true, nextCursor: `cursor ${String(count)}` },
});

describe('a list', () => {
	it('of 200 pages is read to its end', async () => {
		const { management, run } = client((count) => ({
			endpoints: [{ id: `e${String(count)}`, name: 'a' }],
			pagination: { hasNextPage: count < 200, nextCursor: String(count) },
		}));

		expect(await run(management.listEndpoints())).toHaveLength(200);
	});

	it('whose cursors are new for ever is given up after 200 pages', async () => {
		const { management, run, state } = client(endless);

		expect(await run(management.listEndpoints())).toMatchObject({
			code: 'UNREADABLE_ANSWER',
			message: expect.stringMatching(/does not end .* list the endpoints: .* 200 pages/),
		});
		expect(state.requests).toBe(200);
	});

	it('of slow pages is given up after three minutes', async () => {
		const { management, run, clock } = client(endless, 20_000);

		expect(await run(management.listEndpoints())).toMatchObject({
			code: 'UNREADABLE_ANSWER',
			message: expect.stringMatching(/takes too long/),
		});
		expect(clock.monotonic()).toBeLessThanOrEqual(4 * 60_000);
	});

	it('may have fields that every object has, and so may the variables of an endpoint', async () => {
		const env = { constructor: 'a', toString: 'b', MINIO_BUCKET: 'videos' };
		const { management, clock } = client(() => ({
			endpoints: [{ id: 'e', name: 'a', env, constructor: 1 }],
			constructor: {},
		}));

		const [found] = await clock.run(management.listEndpoints());

		expect(found?.env).toMatchObject({ MINIO_BUCKET: 'videos' });
		expect(Object.keys(found?.env ?? {})).toEqual(['constructor', 'toString', 'MINIO_BUCKET']);
	});

	it('may name no variables, or odd ones, which count as not told: a change replaces all of them', async () => {
		const { management, clock } = client(() => ({
			endpoints: [
				{ id: 'e', name: 'a' },
				{ id: 'f', name: 'b', env: ['x'] },
				{ id: 'g', name: 'c', env: { MINIO_BUCKET: 'videos', odd: 7 } },
			],
		}));

		const found = await clock.run(management.listEndpoints());

		expect(found.map(({ env }) => env)).toEqual([undefined, undefined, undefined]);
	});
});
