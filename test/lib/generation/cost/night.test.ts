import { expect, it } from '@jest/globals';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { generateAll } from '../../../../lib/generation/batch/generateAll';
import { checkRunOptions } from '../../../../lib/generation/request/requestOptions';
import { request, world } from '../run/generationWorld';
import { simulatedClock } from '../run/simulatedClock';
import { billedEndpoint, type Night } from './billedEndpoint';

const JOBS = 500;
const RUN_MS = 240_000;

/** Three spells in which RunPod has GPUs for half of the workers, or fewer. */
const SPELLS = [
	{ fromMs: 2_000_000, toMs: 2_600_000, workers: 4 },
	{ fromMs: 6_000_000, toMs: 6_300_000, workers: 2 },
	{ fromMs: 10_000_000, toMs: 10_900_000, workers: 4 },
];

const NIGHT: Night = {
	maxWorkers: 8,
	prices: { 'NVIDIA A100 80GB PCIe': 2.736, 'NVIDIA H100 80GB HBM3': 4.176 },
	workersAt: (ms) => SPELLS.find(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)?.workers ?? 8,
	runMsOf: (index) => Math.round(RUN_MS * (0.9 + 0.2 * shuffled(index))),
	fails: (index) => index % 100 === 37,
};

/** The same for each index, evenly spread over 0 to 1. */
function shuffled(index: number): number {
	return (index * 0.618_033_988_75) % 1;
}

/** Nothing can be quicker: all jobs wait on RunPod from the first moment on, and nobody has to look at them. */
function leastMs(): number {
	const endpoint = billedEndpoint(simulatedClock(), NIGHT);
	for (let i = 0; i < JOBS; i++) endpoint.submit();
	return endpoint.runOut();
}

interface Told {
	job_id: string;
	cost_usd_min: number;
	cost_usd_max: number;
	gpu_type: string;
}

it('500 videos on 8 workers in a night with three throttled spells cost what is told', async () => {
	const w = world();
	const endpoint = billedEndpoint(w.clock, NIGHT);
	const summaries: string[] = [];
	const requests = Array.from({ length: JOBS }, (_, i) => {
		const input = { ...request().input, avatar_id: `a${String(i)}`, output_video_key: undefined };
		return { value: request({ slot: `0:${String(i)}`, input, timeoutMs: 7_200_000 }) };
	});
	const { options } = checkRunOptions({ includeCost: true }, false);
	const startMs = w.clock.monotonic();
	const ends = await w.clock.run(
		generateAll<object>(
			requests,
			{
				connect: async () =>
					await Promise.resolve(
						w.ports({
							queue: endpoint.queue,
							costs: endpoint.costs,
							bucket: undefined,
							onSummary: (sentence: string) => summaries.push(sentence),
						}),
					),
				handOut: async (report) => await Promise.resolve(report),
				show: (body) => body,
			},
			options,
		),
	);
	const tookMs = w.clock.monotonic() - startMs;
	endpoint.settle();

	const told = ends.map((end): Partial<Told> => {
		if ('value' in end) return end.value;
		return 'error' in end && end.error instanceof WanAvatarError ? { ...end.error.details } : {};
	});
	const ratio = tookMs / leastMs();
	expect(ends.filter((end) => 'value' in end)).toHaveLength(495);
	expect(ratio).toBeLessThan(1.05);

	const truth = endpoint.truth();
	const wrong = told.filter(({ job_id = '', cost_usd_min = Infinity, cost_usd_max = -1 }) => {
		const trueMicroUsd = truth.get(job_id) ?? NaN;
		const [least, most] = [cost_usd_min, cost_usd_max].map((usd) => Math.round(usd * 1e6));
		return !((least ?? NaN) <= trueMicroUsd && trueMicroUsd <= (most ?? NaN));
	});
	expect(wrong).toEqual([]);
	expect(told.every(({ gpu_type }) => gpu_type?.startsWith('NVIDIA'))).toBe(true);

	const sum = (of: (one: Partial<Told>) => number) => told.reduce((all, one) => all + of(one), 0);
	const least = sum(({ cost_usd_min = 0 }) => cost_usd_min);
	const bill = [...truth.values()].reduce((all, microUsd) => all + microUsd, 0) / 1e6;
	const { start, run, idle } = endpoint.seconds;
	// What is billed beside the runs is what the workers took to start, and stood idle.
	const besideRuns = ((start + idle) * 4.176) / 3600;
	expect(least).toBeLessThanOrEqual(bill);
	expect(bill - least).toBeLessThanOrEqual(besideRuns + JOBS * 1e-6);
	expect(summaries).toEqual([
		expect.stringMatching(
			/^495 of 500 videos made, 5 failed; about \d+\.\d\d–\d+\.\d\d USD; 33 h \d+ min of GPU$/,
		),
	]);
	const [, most = '0'] = /–([\d.]+) USD/.exec(summaries[0] ?? '') ?? [];
	expect(bill).toBeLessThanOrEqual(Number(most));
	console.log(
		[
			`500 jobs of 240 s on 8 workers: ${(tookMs / 60_000).toFixed(1)} min, ${ratio.toFixed(3)} of the least possible`,
			`billed ${bill.toFixed(2)} USD for ${String(run)} s of runs, ${String(start)} s of starts, ${String(idle)} s idle; the jobs' least is ${least.toFixed(2)} USD`,
			summaries.join(),
		].join('\n'),
	);
});
