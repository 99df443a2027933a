import { openAsBlob } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobStatus } from '../../../standin/queue/queueApi';
import { located } from '../../nodes/WanAvatar/engine/rig';
import { outputOf } from '../callers';
import { until } from '../rig';
import { bodyOf, fieldOf, publish, wordsOf } from './avatarWorkflow';
import { WAYS } from './killRows';
import { missing, startQueueRig, type QueueRig } from './queueRig';

const RUN_MS = 2000;
const MEDIA = 'examples/media';

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

	/** Their records name the jobs by then. */
	const areFollowed = (prefix: string) => {
		const asked = new Set(rig.standIn.queue.calls('status').map(({ jobId }) => jobId));
		return jobsOf(prefix).every(({ id }) => asked.has(id));
	};

	describe.each(WAYS)('$way', ({ way, path, parameters, rows }) => {
		const table: Record<string, string | number>[] = [];
		afterAll(() => {
			console.table(table);
		});

		it.each(rows)(
			'$what',
			async ({ what, entry, withMinio, strike, status, words, later, ...each }) => {
				const name = `${path}-${String(rows.findIndex((row) => row.what === what))}`;
				const avatars = [`${name}-one`, `${name}-two`];
				const { queue } = rig.standIn;
				const workflow = await publish(rig, { name, parameters, withMinio });
				queue.setWorkers({ stall: 'throttled' });
				const executionId = await workflow.start(avatars, entry);
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
				const next =
					status.test('success') && begun === undefined
						? undefined
						: await rig.ended(begun ?? (await workflow.start(avatars)));
				await until(() => jobsOf(name).every(({ endedAt }) => endedAt !== undefined));

				table.push({
					way,
					what,
					paid: jobsOf(name, 'COMPLETED').length,
					cancelled: jobsOf(name, 'CANCELLED').length,
					state: later === undefined ? struck.status : `${struck.status}, then ${later}`,
					'the user sees': wordsOf(struck) || fieldOf(struck, 'minio_key').join(', '),
					'next run': next?.status ?? '-',
					seconds: Math.round((performance.now() - startMs) / 1000),
				});
				if (later !== undefined)
					await until(async () => (await rig.n8n.rest.executionStatus(executionId)) === later);
				const last = next ?? struck;
				expect(struck.status).toMatch(status);
				if (words) expect(wordsOf(struck)).toMatch(words);
				expect(last.status).toBe('success');
				expect(fieldOf(last, 'minio_key')).toEqual(
					avatars.map((avatar) => `user-avatars/user_1/${avatar}/idle.mp4`),
				);
				const { paidEach, cancelledEach = 0 } = each;
				expect(jobsOf(name, 'COMPLETED')).toHaveLength(paidEach * avatars.length);
				expect(jobsOf(name)).toHaveLength((paidEach + cancelledEach) * avatars.length);
			},
		);
	});

	it('20 items are 20 jobs, in order', async () => {
		const name = 'twenty';
		const avatars = Array.from({ length: 20 }, (_, index) => `${name}-${String(index)}`);
		const workflow = await publish(rig, { name });

		const execution = await rig.ended(await workflow.start(avatars));

		expect(fieldOf(execution, 'avatar_id')).toEqual(avatars);
		expect(jobsOf(name)).toHaveLength(avatars.length);
	});

	it('four executions of one video at once share one job', async () => {
		const name = 'shared';
		const workflow = await publish(rig, { name });

		await Promise.all([1, 2, 3, 4].map(() => workflow.send(bodyOf([name]))));
		await until(async () => (await workflow.executionIds()).length === 4);
		const ids = await workflow.executionIds();
		const executions = await Promise.all(ids.map((id) => rig.ended(id)));

		expect(executions.map(({ status }) => status)).toEqual(ids.map(() => 'success'));
		const jobs = executions.flatMap((execution) => fieldOf(execution, 'job_id'));
		expect(jobs).toEqual(ids.map(() => jobs[0]));
		expect(jobsOf(name)).toHaveLength(1);
	});

	describe.each(['database', 'filesystem'])('files of n8n in the %s', (store) => {
		beforeAll(async () => {
			// The database is what queue mode takes by itself.
			if (store !== 'database') await rig.restart({ N8N_DEFAULT_BINARY_DATA_MODE: store });
		});

		it.each([
			{ binaryMode: 'separate', prefix: '' },
			{ binaryMode: 'combined', prefix: '_files.' },
		])('go from an upload to the next node, $binaryMode', async ({ binaryMode, prefix }) => {
			const name = `upload-${store}-${binaryMode}`;
			const workflow = await publish(rig, {
				name,
				parameters: {
					avatarId: name,
					portraitSource: 'binary',
					portraitBinaryField: located('name', `${prefix}portrait`),
					drivingVideoSource: 'binary',
					drivingVideoBinaryField: located('name', `${prefix}moves`),
					outputOptions: { downloadVideo: true },
				},
				before: [],
				after: [
					{
						name: 'Read',
						type: 'n8n-nodes-base.extractFromFile',
						typeVersion: 1,
						parameters: {
							operation: 'binaryToPropery',
							binaryPropertyName: `${prefix}video`,
							options: {},
						},
					},
				],
				settings: { binaryMode },
			});
			const body = new FormData();
			body.append(
				'portrait',
				await openAsBlob(`${MEDIA}/portrait.png`, { type: 'image/png' }),
				'me.png',
			);
			const video = await openAsBlob(`${MEDIA}/driving-video.mp4`, { type: 'video/mp4' });
			body.append('moves', video, 'moves.mp4');

			await workflow.send({ body });
			await until(async () => (await workflow.executionIds()).length === 1);
			const [id = ''] = await workflow.executionIds();
			await rig.workerOf(id);
			const execution = await rig.ended(id);

			expect(wordsOf(execution)).toBe('');
			const data = String(outputOf(execution, 'Read')?.data);
			expect(Buffer.from(data, 'base64').subarray(4, 8).toString()).toBe('ftyp');
			expect(jobsOf(name)).toHaveLength(1);
		});
	});
});
