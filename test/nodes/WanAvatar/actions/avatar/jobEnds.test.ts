import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { JobOutcome } from '../../../../../standin/queue/queueApi';
import { generateForm, startRig, type Rig } from '../../engine/rig';

/** How a job can end without a video: what the stand-in plays, and what n8n shows. `avatar` chooses the job. */
const ends: { avatar: string; outcome: JobOutcome; message: RegExp; status: string }[] = [
	{
		avatar: 'text',
		outcome: { kind: 'failed', error: 'no face found\nin the portrait' },
		message: /^Job \S+-u1 failed on the worker: no face found in the portrait/,
		status: 'FAILED',
	},
	{
		avatar: 'json',
		outcome: {
			kind: 'failed',
			error: {
				error_type: "<class 'ValueError'>",
				error_message: 'CUDA out of memory',
				error_traceback: 'Traceback',
			},
		},
		message: /^Job \S+-u1 failed on the worker: CUDA out of memory/,
		status: 'FAILED',
	},
	{
		avatar: 'cancelled',
		outcome: { kind: 'cancelled' },
		message: /^Job \S+-u1 was cancelled before it had a video/,
		status: 'CANCELLED',
	},
	{
		avatar: 'timedOut',
		outcome: { kind: 'timedOut' },
		message: /^Job \S+-u1 ran out of its time on RunPod \(TIMED_OUT\)/,
		status: 'TIMED_OUT',
	},
	{
		avatar: 'empty',
		outcome: { kind: 'completedWithoutOutput' },
		message: /^Job \S+-u1 is completed on the worker, but its output names no video/,
		status: 'COMPLETED',
	},
	{
		avatar: 'lost',
		outcome: { kind: 'lost' },
		message: /^RunPod no longer knows job \S+-u1 \(HTTP 404: job not found\)/,
		status: 'NOT_FOUND',
	},
	{
		avatar: 'slow',
		outcome: { kind: 'never' },
		message: /^Job \S+-u1 was not finished after \S+ (min|s) \(still running\)/,
		status: 'IN_PROGRESS',
	},
];

const SHORT_TIMEOUT_MINUTES = 0.05;
const form = {
	...generateForm,
	waitingOptions: {
		timeoutMinutes: `={{ $json.avatar === "slow" ? ${String(SHORT_TIMEOUT_MINUTES)} : 60 }}`,
	},
	limits: { maxParallelJobs: 10 },
};

let rig: Rig;
let skippedMs = 0;
const realNow = Date.now;
const realMonotonic = performance.now.bind(performance);

beforeAll(async () => {
	rig = await startRig('lazy');
	for (const { avatar, outcome } of ends)
		rig.queue.script({ ...outcome, when: ({ avatar_id }) => avatar_id === avatar });
	jest.spyOn(Date, 'now').mockImplementation(() => realNow() + skippedMs);
	jest.spyOn(performance, 'now').mockImplementation(() => realMonotonic() + skippedMs);
});
beforeEach(() => {
	rig.queue.clearCalls();
	skippedMs = 0;
});
afterAll(async () => {
	jest.restoreAllMocks();
	await rig.close();
});

/** A job that is lost is only told from one that is not there yet after 150 s: let them pass once it was missed. */
function skipTheGraceTimeOnceMissed(): void {
	const timer = setInterval(() => {
		if (!rig.queue.calls('status').some(({ status }) => status === 404)) return;
		clearInterval(timer);
		setTimeout(() => {
			skippedMs = 151_000;
		}, 300);
	}, 100);
}

describe('a job without a video', () => {
	it.each(ends)('$avatar: ends the execution with its own message', async ({ avatar, message }) => {
		if (avatar === 'lost') skipTheGraceTimeOnceMissed();

		const { error } = await rig.run(form, { items: [{ avatar }] });

		expect(error?.message).toMatch(message);
		expect(error).toMatchObject({ name: 'NodeApiError', itemIndex: 0 });
		expect(error?.description).toMatch(/\w{3,}/);
	});

	it('gives seven different messages', () => {
		const sources = ends.map(({ message }) => message.source);
		expect(new Set(sources).size).toBe(7);
	});

	it.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'is with %s an error item in its place, with what is known of the job',
		async (onError) => {
			skipTheGraceTimeOnceMissed();
			const avatars = ['fine', ...ends.map(({ avatar }) => avatar), 'fine too'];

			const { error, success, failed } = await rig.run(form, {
				items: avatars.map((avatar) => ({ avatar })),
				onError,
			});

			expect(error).toBeUndefined();
			const hasErrorOutput = onError === 'continueErrorOutput';
			const errorItems = hasErrorOutput ? failed : success.slice(1, -1);
			expect(errorItems).toHaveLength(ends.length);
			for (const [i, { avatar, message, status }] of ends.entries()) {
				const item = errorItems[i];
				expect(item?.json.error).toMatch(message);
				expect(item?.json.details).toMatchObject({
					status,
					avatar_id: avatar,
					user_id: 'user_1',
					job_id: expect.stringMatching(/-u1$/),
					output_video_key: `user-avatars/user_1/${avatar}/idle.mp4`,
					remedy: expect.stringMatching(/\w+/),
				});
				expect(item?.pairedItem).toEqual({ item: i + 1 });
			}
			const fine = hasErrorOutput ? success : [success[0], success.at(-1)];
			expect(fine.map((item) => item?.json.avatar_id)).toEqual(['fine', 'fine too']);
		},
	);

	it('is cancelled on RunPod when it is too slow', async () => {
		await rig.run(form, { items: [{ avatar: 'slow' }] });

		// The cancel of a job that an earlier test lost may still be repeated.
		const last = rig.queue.jobs().at(-1);
		const cancels = rig.queue.calls('cancel').filter(({ jobId }) => jobId === last?.id);
		expect(cancels).toHaveLength(1);
		expect(last?.status).toBe('CANCELLED');
	});
});
