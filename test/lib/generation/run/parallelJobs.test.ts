import { describe, expect, it } from '@jest/globals';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { generateAll } from '../../../../lib/generation/batch/generateAll';
import type { GenerationRequest } from '../../../../lib/generation/request/ports';
import {
	checkItemOptions,
	checkRunOptions,
} from '../../../../lib/generation/request/requestOptions';
import type { End } from '../../../../lib/base/errors/settled';
import { request, world } from './generationWorld';
import { simulatedEndpoint, type EndpointOptions } from './simulatedEndpoint';

const MINUTE_MS = 60_000;

const keyOf = (i: number) => `videos/a${String(i)}/idle.mp4`;

/** Many items with every option left as it is, but for what a test names. */
async function make(
	count: number,
	endpoint: EndpointOptions,
	{
		form = {},
		items = [] as object[],
		at = [] as { ms: number; do: 'limitRate' }[],
		existing = [] as number[],
	} = {},
) {
	const w = world();
	for (const i of existing) w.objects.set(keyOf(i), { text: 'video', atMs: 1 });
	const rented = simulatedEndpoint(w.clock, endpoint);
	const requests = Array.from({ length: count }, (_, i): GenerationRequest => {
		const { value } = checkItemOptions(
			{ waitForCompletion: true, ...form, ...items[i] },
			{ hasBucket: false, hasOutputKey: true },
		);
		if (!value) throw new Error('The options are wrong');
		const output_video_key = existing.length > 0 ? keyOf(i) : undefined;
		const input = { ...request().input, avatar_id: `a${String(i)}`, output_video_key };
		return { ...request(), ...value, slot: `0:${String(i)}`, input };
	});
	const { options } = checkRunOptions(form, false);
	const ports = w.ports({
		queue: rented.queue,
		bucket: existing.length > 0 ? w.bucket : undefined,
	});
	const underway: number[] = [];
	for (const event of at)
		void w.clock.sleep(event.ms).then(() => {
			rented[event.do]();
		});
	const startMs = w.clock.monotonic();
	const endedAtMs: number[] = [];
	const ends = await w.clock.run(
		generateAll<object>(
			requests.map((value) => ({ value })),
			{
				connect: async () => await Promise.resolve(ports),
				handOut: async (report) => {
					endedAtMs.push(w.clock.monotonic() - startMs);
					underway.push(rented.underway());
					return await Promise.resolve(report);
				},
				show: (body) => body,
			},
			options,
		),
	);
	const minutes = (w.clock.monotonic() - startMs) / MINUTE_MS;
	return {
		ends,
		minutes,
		underway,
		facts: rented.facts(),
		good: ends.filter((end) => 'value' in end),
	};
}

function messageOf(end: End<object> | undefined): string {
	if (!end || !('error' in end) || !(end.error instanceof WanAvatarError)) return '';
	return `${end.error.code}: ${end.error.message}`;
}

describe('Automatic: as many jobs as the endpoint has workers for', () => {
	it('100 items of 10 minutes succeed with one worker and every default', async () => {
		const { good, minutes, facts } = await make(100, { maxWorkers: 1, runMs: 10 * MINUTE_MS });
		expect(good).toHaveLength(100);
		expect(facts).toMatchObject({ submitted: 100, mostUnderway: 2 });
		expect(facts.longestWaitMs).toBeLessThan(11.5 * MINUTE_MS);
		expect(minutes).toBeLessThan(100 * 10 * 1.02);
	});

	it('ten workers make them in a tenth of that time', async () => {
		const { good, minutes, facts } = await make(100, { maxWorkers: 10, runMs: 10 * MINUTE_MS });
		expect(good).toHaveLength(100);
		expect(facts.submitted).toBe(100);
		expect(facts.mostUnderway).toBeLessThanOrEqual(13);
		expect(minutes).toBeLessThan(110);
	});

	it('short jobs keep ten workers as busy', async () => {
		const { good, minutes } = await make(100, { maxWorkers: 10, runMs: MINUTE_MS / 2 });
		expect(good).toHaveLength(100);
		expect(minutes).toBeLessThan(10);
	});

	it('jobs of more than half the Timeout do not wait for one another', async () => {
		const { good, facts } = await make(6, { maxWorkers: 1, runMs: 25 * MINUTE_MS });
		expect(good).toHaveLength(6);
		expect(facts.longestWaitMs).toBeLessThan(27 * MINUTE_MS);
		const long = await make(
			4,
			{ maxWorkers: 1, runMs: 29 * MINUTE_MS },
			{ form: { timeoutMinutes: 59.5 } },
		);
		expect(long.good).toHaveLength(4);
	});

	it.each([31, 45, 55])(
		'jobs of %i min: none but the first that wait are sent too early for their Timeout',
		async (runMinutes) => {
			const endpoint = { maxWorkers: 10, runMs: runMinutes * MINUTE_MS };
			const { good, minutes } = await make(100, endpoint);
			expect(good.length).toBeGreaterThanOrEqual(98);
			expect(minutes).toBeLessThan(10 * runMinutes * 1.05);
		},
	);

	it('workers that come late are found, though jobs are too long to wait for one another', async () => {
		const { good, minutes } = await make(60, {
			maxWorkers: 10,
			maxWorkersAt: (ms) => (ms < 40 * MINUTE_MS ? 1 : 10),
			runMs: 31 * MINUTE_MS,
		});
		expect(good.length).toBeGreaterThanOrEqual(58);
		expect(minutes).toBeLessThan(260);
	});

	it('a job that RunPod lost does not hold up the others', async () => {
		const endpoint = { maxWorkers: 2, runMs: MINUTE_MS, lost: (i: number) => i === 3 || i === 4 };
		const { good, minutes } = await make(30, endpoint);
		expect(good).toHaveLength(28);
		expect(minutes).toBeLessThan(63);
	});

	it('without health it goes by how many run at once', async () => {
		const { good, minutes } = await make(60, {
			maxWorkers: 5,
			runMs: 10 * MINUTE_MS,
			isHealthDenied: true,
		});
		expect(good).toHaveLength(60);
		expect(minutes).toBeLessThan(140);
	});

	it('beside the jobs of others no more than a few wait', async () => {
		const { good, facts } = await make(10, { maxWorkers: 4, runMs: 5 * MINUTE_MS, othersJobs: 24 });
		expect(good).toHaveLength(10);
		expect(facts.mostWaiting).toBeLessThanOrEqual(3);
	});

	it('fewer are sent once workers are throttled', async () => {
		const { facts, ends } = await make(60, {
			maxWorkers: 10,
			runMs: 10 * MINUTE_MS,
			throttledFromMs: 25 * MINUTE_MS,
		});
		const message = messageOf(ends.at(-1));
		expect(message).toMatch(/^DEADLINE: This item was not sent.*throttled/);
		// Those that ran when the last worker went, and the few that wait, had successors by then.
		expect(facts.submitted).toBeLessThanOrEqual(43);
	});

	it('while submits get 429 fewer are under way, and then more again', async () => {
		const endpoint = { maxWorkers: 10, runMs: 5 * MINUTE_MS };
		const at = Array.from({ length: 20 }, (_, i) => ({
			ms: (12 + i / 2) * MINUTE_MS,
			do: 'limitRate' as const,
		}));
		const { good, underway, minutes } = await make(100, endpoint, { at });
		expect(good).toHaveLength(100);
		expect(Math.min(...underway.slice(22, 60))).toBeLessThanOrEqual(5);
		expect(Math.max(...underway.slice(60, 80))).toBeGreaterThanOrEqual(10);
		expect(minutes).toBeLessThan(65);
	});

	it('one 429 costs no more than a minute', async () => {
		const endpoint = { maxWorkers: 10, runMs: 5 * MINUTE_MS };
		const { minutes } = await make(100, endpoint, { at: [{ ms: 1, do: 'limitRate' }] });
		expect(minutes).toBeLessThan(55);
	});

	it('asks for health now and then only', async () => {
		const { facts, minutes } = await make(100, { maxWorkers: 1, runMs: 10 * MINUTE_MS });
		expect(facts.healthRequests / minutes).toBeLessThan(11);
	});
});

describe('a number means that number', () => {
	it.each([1, 3, 20])('%i at once', async (maxParallelJobs) => {
		const endpoint = { maxWorkers: 2, runMs: MINUTE_MS };
		const { good, facts } = await make(40, endpoint, { form: { maxParallelJobs } });
		expect(good).toHaveLength(40);
		expect(facts.mostUnderway).toBe(maxParallelJobs);
	});
});

describe('a dead endpoint is told within one Timeout', () => {
	it.each([
		{ name: 'Automatic', form: {}, sent: 2 },
		{ name: '10 at once', form: { maxParallelJobs: 10 }, sent: 10 },
	])('$name', async ({ form, sent }) => {
		const { ends, minutes, facts } = await make(100, { maxWorkers: 0, runMs: 1 }, { form });
		expect(minutes).toBeLessThan(61);
		expect(facts.submitted).toBe(sent);
		expect(messageOf(ends[0])).toMatch(/^DEADLINE: Job job-0 was not finished.*no workers/);
		for (const end of ends.slice(sent))
			expect(messageOf(end)).toMatch(
				/^DEADLINE: This item was not sent: no worker of endpoint endpoint1 has taken a job of this run for 60(\.\d)? min \(the endpoint has no workers\)$/,
			);
	});

	it('an item with more time than the others goes on waiting', async () => {
		const items = Array.from({ length: 5 }, (_, i) => ({ timeoutMinutes: i === 4 ? 120 : 10 }));
		const endpoint = { maxWorkers: 0, runMs: 1 };
		const { ends, minutes, facts } = await make(5, endpoint, { items });
		expect(facts.submitted).toBe(3);
		expect(minutes).toBeLessThan(131);
		expect(messageOf(ends[4])).toMatch(/^DEADLINE: Job job-2 was not finished after 120 min/);
	});

	it('workers that start more slowly than the Timeout are waited for', async () => {
		const endpoint = { maxWorkers: 10, runMs: 5 * MINUTE_MS, coldStartMs: 20 * MINUTE_MS };
		const { good } = await make(100, endpoint, { form: { timeoutMinutes: 15 } });
		expect(good.length).toBeGreaterThanOrEqual(84);
	});

	it('jobs that may be left running are sent all the same', async () => {
		const form = { onTimeout: 'leave', timeoutMinutes: 20 };
		const { facts, minutes } = await make(100, { maxWorkers: 0, runMs: 1 }, { form });
		expect(facts.submitted).toBe(100);
		expect(minutes).toBeLessThan(42);
	});

	it('videos that exist are given out though nothing is sent', async () => {
		const existing = Array.from({ length: 20 }, (_, i) => i).filter((i) => i > 1);
		const form = { ifVideoExists: 'return' };
		const { good, facts } = await make(20, { maxWorkers: 0, runMs: 1 }, { form, existing });
		expect(facts.submitted).toBe(2);
		expect(good).toHaveLength(18);
	});

	it('endpoints that die on the way are told a Timeout later', async () => {
		const { good, ends, minutes } = await make(100, {
			maxWorkers: 10,
			runMs: 10 * MINUTE_MS,
			throttledFromMs: 45 * MINUTE_MS,
		});
		expect(good.length).toBeGreaterThanOrEqual(40);
		expect(messageOf(ends.at(-1))).toMatch(/^DEADLINE: This item was not sent/);
		expect(minutes).toBeLessThan(115);
	});

	it('a slow job is no dead endpoint', async () => {
		const endpoint = { maxWorkers: 1, runMs: 11 * MINUTE_MS };
		const { ends, facts } = await make(4, endpoint, { form: { timeoutMinutes: 10 } });
		expect(facts.submitted).toBe(4);
		for (const end of ends) expect(messageOf(end)).toMatch(/^DEADLINE: Job /);
	});
});
