import { expect, it } from '@jest/globals';
import type { CostSource } from '../../../../lib/runpod/management/costSource';
import type { JobState } from '../../../../lib/runpod/queue/job';
import { lookAtJobs } from '../../../../lib/generation/suspend/lookAtJobs';
import { resumeAll } from '../../../../lib/generation/suspend/resumeAll';
import { submitAll } from '../../../../lib/generation/suspend/submitAll';
import { suspendedItems, wokenItem } from '../../../../lib/generation/suspend/suspended';
import { request, world, type World } from '../run/generationWorld';

const HOUR_MS = 3_600_000;
const options = { maxJobs: 100, checkOnly: false, includeCost: true, stopOnFault: false };
const GPU = { gpuType: 'NVIDIA A100 80GB PCIe', microUsdPerHour: 3_600_000 };

/** Prices; the worker is there until `gone`. */
function source() {
	const state = { isGone: false };
	const costs: CostSource = {
		endpoint: async () =>
			await Promise.resolve({
				prices: [GPU, { gpuType: 'NVIDIA H100 80GB HBM3', microUsdPerHour: 7_200_000 }],
				catalog: [GPU],
				gpuCount: 1,
				idleTimeoutSeconds: 60,
				startLimitSeconds: 420,
				runLimitMs: 600_000,
				maxWorkers: 1,
			}),
		gpuOf: async () =>
			await Promise.resolve(state.isGone ? undefined : { gpuType: GPU.gpuType, gpuCount: 1 }),
	};
	return { costs, state };
}

/** A queue whose jobs tell how they ran, until RunPod has forgotten them. */
function telling(w: World, state: { isGone: boolean }) {
	const look = (found: JobState): JobState => {
		if (!('facts' in found) || found.tag === 'queued' || found.tag === 'running') return found;
		const { jobId } = found.facts;
		if (state.isGone) return { tag: 'missing', jobId, reason: 'HTTP 404' };
		const times = { delayTimeMs: 10_000, executionTimeMs: 20_000, workerId: 'w1' };
		const status = found.tag === 'completed' ? 'COMPLETED' : 'FAILED';
		return { ...found, facts: { ...found.facts, ...times, status } };
	};
	const { queue } = w;
	return {
		...queue,
		getStatus: async (jobId: string) => look(await queue.getStatus(jobId)),
		pollStatus: async (jobId: string) => look(await queue.pollStatus(jobId)),
	};
}

it('what a callback has found out of a worker stands in the record, for the execution that wakes later', async () => {
	const w = world();
	const { costs, state } = source();
	const queue = telling(w, state);
	w.fate.set(1, (ageMs) => (ageMs > 10_000 ? 'failed' : 'running'));
	const requests = ['a', 'b'].map((avatar_id, i) =>
		request({
			slot: `0:${String(i)}`,
			input: { ...request().input, avatar_id, output_video_key: `u/${avatar_id}/idle.mp4` },
		}),
	);
	const ports = w.ports({ costs, queue, noteSecret: 'secret' });
	const submission = await w.clock.run(
		submitAll(
			requests.map((value) => ({ value })),
			async () => await Promise.resolve(ports),
			w.clock.now() + HOUR_MS,
			options,
		),
	);
	if (submission.tag !== 'asleep') throw new Error(`it is ${submission.tag}`);
	const items = suspendedItems.parse(
		submission.ends.flatMap((end) => ('value' in end ? [end.value] : [])),
	);
	const jobs = items.filter((item) => item.tag === 'job');
	await w.clock.run(w.clock.sleep(31_000));
	const memory = { read: () => undefined, write: () => undefined };
	await w.clock.run(lookAtJobs(jobs, { ...ports, memory }));
	state.isGone = true;

	const woken = items.map((item) => wokenItem(item, HOUR_MS));
	const handOut = async (report: object) => await Promise.resolve(report);
	const ends = await w.clock.run(resumeAll(woken, ports, handOut, options));

	// 20 s of run, at most 10 s of start and 61 s of idle time, at a tenth of a cent a second.
	const cost = { gpu_type: GPU.gpuType, cost_usd_min: 0.02, cost_usd_max: 0.091 };
	expect(ends).toMatchObject([
		{ value: { status: 'COMPLETED', execution_time_ms: 20_000, ...cost } },
		{ error: { code: 'JOB_FAILED', details: cost } },
	]);
});
