import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Execution } from '../../../demo/n8n/rest';
import type { JobStatus } from '../../../standin/queue/queueApi';
import { until } from '../rig';
import { publish } from './avatarWorkflow';
import { ROWS } from './killRows';
import { missing, startQueueRig, type QueueRig } from './queueRig';

const RUN_MS = 2000;

(missing === undefined ? describe : describe.skip)('queue mode', () => {
	let rig: QueueRig;

	beforeAll(async () => {
		rig = await startQueueRig({ workersMax: 20, runMs: RUN_MS });
	});
	afterAll(async () => {
		await rig.close();
	});

	const jobsOf = (prefix: string, status?: JobStatus) =>
		rig.standIn.queue
			.jobs()
			.filter(({ input }) => String(input.avatar_id).startsWith(prefix))
			.filter((job) => status === undefined || job.status === status);

	/** From then on their records name the jobs. */
	const areFollowed = (prefix: string) => {
		const asked = new Set(rig.standIn.queue.calls('status').map(({ jobId }) => jobId));
		return jobsOf(prefix).every(({ id }) => asked.has(id));
	};

	/** The ways to wait for a job. */
	const WAYS = [{ way: 'In This Node', parameters: {} }];

	describe.each(WAYS)('$way', ({ way, parameters }) => {
		const table: Record<string, string | number>[] = [];
		afterAll(() => {
			console.table(table);
		});

		it.each(ROWS)('$what', async ({ what, startedBy, strike, status, words, ...each }) => {
			const name = `kill-${String(ROWS.findIndex((row) => row.what === what))}`;
			const avatars = [`${name}-one`, `${name}-two`];
			const { queue } = rig.standIn;
			const workflow = await publish(rig, { name, parameters });
			queue.setWorkers({ stall: 'throttled' });
			const executionId = await workflow.start(avatars, startedBy);
			const worker = await rig.workerOf(executionId);
			await until(() => jobsOf(name).length === avatars.length && areFollowed(name));

			const startMs = performance.now();
			const begun = await strike({
				rig,
				executionId,
				worker,
				release: () => {
					queue.setWorkers({ stall: 'none' });
				},
				cancelled: async () => {
					await until(() => jobsOf(name, 'CANCELLED').length === avatars.length);
				},
				runAgain: async () => await workflow.start(avatars),
			});
			const struck = await rig.ended(executionId);
			const last =
				status === 'success' ? struck : await rig.ended(begun ?? (await workflow.start(avatars)));

			table.push({
				way,
				what,
				paid: jobsOf(name, 'COMPLETED').length,
				cancelled: jobsOf(name, 'CANCELLED').length,
				state: struck.status,
				'the user sees': wordsOf(struck) || videosOf(struck).join(', '),
				'next run': last === struck ? '-' : last.status,
				seconds: Math.round((performance.now() - startMs) / 1000),
			});
			expect(struck.status).toBe(status);
			if (words) expect(wordsOf(struck)).toMatch(words);
			expect(last.status).toBe('success');
			expect(videosOf(last)).toEqual(
				avatars.map((avatar) => `user-avatars/user_1/${avatar}/idle.mp4`),
			);
			const { paidEach, cancelledEach = 0 } = each;
			expect(jobsOf(name, 'COMPLETED')).toHaveLength(paidEach * avatars.length);
			expect(jobsOf(name)).toHaveLength((paidEach + cancelledEach) * avatars.length);
		});
	});
});

function wordsOf({ error, runData }: Execution): string {
	const own = runData['Wan Avatar']?.at(-1)?.error;
	return (own ?? error)?.message ?? '';
}

function videosOf({ runData }: Execution): unknown[] {
	const items = runData['Wan Avatar']?.at(-1)?.data?.main[0] ?? [];
	return items.map(({ json }) => json.minio_key);
}
