import { expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import type { EndpointCosts } from '../../../../lib/cost/endpointCosts';
import type { GenerationPorts, SpendingNotes } from '../../../../lib/generation/request/ports';
import { codeOf, request, run, world } from '../run/generationWorld';
import { COSTS, MOST, pricesOf } from './prices';

const CHEAP = { gpuType: 'NVIDIA L4', microUsdPerHour: 360_000 };
const DEAR = { gpuType: 'NVIDIA B200', microUsdPerHour: 36_000_000 };
const TWO: EndpointCosts = { ...COSTS, prices: [CHEAP, DEAR], catalog: [CHEAP, DEAR] };
const prices = {
	...pricesOf(TWO),
	gpuOf: async () => await Promise.resolve({ gpuType: CHEAP.gpuType, gpuCount: 1 }),
};

/** The queue of a world where the worker of each job is known, and the job has been started over so often. */
function startedOver(queue: GenerationPorts['queue'], retries: number): GenerationPorts['queue'] {
	return {
		...queue,
		pollStatus: async (...look) => {
			const seen = await queue.pollStatus(...look);
			if (!('facts' in seen)) return seen;
			return { ...seen, facts: { ...seen.facts, workerId: 'the last one', retries } };
		},
	};
}

it.each([
	[0, 1],
	[1, 100],
])(
	'a job that was started over %j times may have run before on the dearest GPU',
	async (retries, times) => {
		const w = world();
		const notes: SpendingNotes = { bookings: [] };
		const queue = startedOver(w.queue, retries);
		const ends = await run(
			w,
			[request()],
			{ queue, prices, spending: notes },
			{ stopOnFault: false, spending: { limitMicroUsd: 1e9, microUsdPerHour: undefined } },
		);
		expect(ends).toEqual([{ value: expect.anything() }]);
		// A cent a second is the dear one.
		const seconds = (notes.bookings[0]?.microUsd ?? NaN) / (100 * times);
		expect(seconds).toBeGreaterThan(5);
		expect(seconds).toBeLessThan(200);
	},
);

it('so is what it has cost at most', async () => {
	const w = world();
	const queue = startedOver(w.queue, 1);
	const [end] = await run(w, [request()], { queue, costs: prices }, { stopOnFault: false });
	expect(end).toMatchObject({ value: { gpu_type: CHEAP.gpuType } });
	const { cost_usd_max: most } = z
		.object({ cost_usd_max: z.number() })
		.parse(end && 'value' in end ? end.value : undefined);
	expect(most).toBeGreaterThan(0.05);
});

it('a job that a worker took between the last look and its cancel stays booked in full', async () => {
	const w = world();
	const notes: SpendingNotes = { bookings: [] };
	w.fate.set(0, () => 'queued');
	const { pollStatus } = w.queue;
	let isCancelled = false;
	const queue: GenerationPorts['queue'] = {
		...w.queue,
		cancel: async (jobId) => {
			isCancelled = true;
			return await w.queue.cancel(jobId);
		},
		pollStatus: async (...look) => {
			const seen = await pollStatus(...look);
			if (!isCancelled || !('facts' in seen)) return seen;
			const facts = { ...seen.facts, workerId: 'w1', delayTimeMs: 1000 };
			return { tag: 'cancelled', facts };
		},
	};
	const limited = async (slot: string, limitMicroUsd: number) =>
		await run(
			w,
			[
				{
					...request({ slot, timeoutMs: 20_000 }),
					input: { ...request().input, avatar_id: slot, output_video_key: `videos/${slot}.mp4` },
				},
			],
			{ queue, prices: pricesOf(COSTS), spending: notes },
			{ stopOnFault: false, spending: { limitMicroUsd, microUsdPerHour: undefined } },
		);
	await limited('first', MOST);
	await w.clock.run(w.clock.sleep(60_000));
	expect((await limited('second', MOST)).map(codeOf)).toEqual(['BUDGET_REACHED']);
	expect(notes.bookings[0]?.microUsd).toBe(MOST);
});

it('jobs that were cancelled in the queue a moment ago make room for others', async () => {
	const w = world();
	w.fate.set(0, () => 'queued');
	const notes: SpendingNotes = { bookings: [] };
	const requests = ['a', 'b'].map((slot) => ({
		...request({ slot, timeoutMs: slot === 'a' ? 10_000 : 60_000 }),
		input: { ...request().input, output_video_key: `videos/${slot}.mp4` },
	}));
	const ends = await run(
		w,
		requests,
		{ prices: pricesOf(COSTS), spending: notes },
		{ stopOnFault: false, spending: { limitMicroUsd: MOST * 1.5, microUsdPerHour: undefined } },
	);
	expect(ends.map(codeOf)).toEqual([expect.anything(), undefined]);
	expect(notes.bookings.filter(({ isOpen }) => isOpen)).toEqual([]);
});

it('after Stop nobody is told that RunPod has no price', async () => {
	const w = world();
	const stop = new AbortController();
	const silent = pricesOf(undefined, 'Stopped while RunPod was asked');
	const stopsMeanwhile = {
		...silent,
		endpoint: async () => {
			stop.abort();
			return await silent.endpoint();
		},
	};
	const stopped = run(
		w,
		[request()],
		{ prices: stopsMeanwhile, signal: stop.signal },
		{ stopOnFault: false, spending: { limitMicroUsd: MOST, microUsdPerHour: undefined } },
	);
	await expect(stopped).rejects.toMatchObject({ code: 'STOPPED' });
	expect(w.events).toEqual([]);
});

it.each([
	['a run that RunPod did not end at its limit', 3_000_000, 3_600_000, ['made', 'BUDGET_REACHED']],
	['a time that the job cannot have run', 9e12, 30_000, ['made', 'made']],
])('%s', async (_, executionTimeMs, endsAfterMs, expected) => {
	const w = world();
	for (const job of [0, 1]) w.fate.set(job, (ms) => (ms < endsAfterMs ? 'running' : 'completed'));
	const { pollStatus } = w.queue;
	const queue: GenerationPorts['queue'] = {
		...w.queue,
		pollStatus: async (...look) => {
			const seen = await pollStatus(...look);
			if (seen.tag !== 'completed') return seen;
			return { ...seen, facts: { ...seen.facts, delayTimeMs: 0, executionTimeMs } };
		},
	};
	const requests = ['a', 'b'].map((slot) => ({
		...request({ slot, timeoutMs: 7_200_000 }),
		input: { ...request().input, output_video_key: `videos/${slot}.mp4` },
	}));
	const ends = await run(
		w,
		requests,
		{ queue, prices: pricesOf(COSTS), spending: { bookings: [] } },
		{
			stopOnFault: false,
			maxParallelJobs: 1,
			spending: { limitMicroUsd: MOST * 5, microUsdPerHour: undefined },
		},
	);
	expect(ends.map((end) => ('value' in end ? 'made' : codeOf(end)))).toEqual(expected);
});
