import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import { generateForm } from '../../engine/rig';
import { BUCKET, startStoredRig, until, type StoredRig } from '../../engine/storedRig';

let rig: StoredRig;

beforeAll(async () => {
	rig = await startStoredRig();
});
beforeEach(() => {
	rig.queue.clearCalls();
});
afterAll(async () => {
	await rig.close();
});

const retrying = (maxTries: number) => ({ retryOnFail: true, maxTries, waitBetweenTries: 1 });

const runBody = z.object({ input: z.object({ avatar_id: z.string() }) });

/** How often each avatar was submitted, by the stand-in's own history. */
function submits(): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const { body } of rig.queue.calls('run')) {
		const avatar = JSON.stringify(runBody.parse(body).input.avatar_id);
		counts[avatar] = (counts[avatar] ?? 0) + 1;
	}
	return counts;
}

const avatars = (prefix: string, count: number) =>
	Array.from({ length: count }, (_, i) => ({ avatar: `${prefix}${String(i)}` }));

describe('one submit a job, with Retry On Fail', () => {
	it('after a poll that failed', async () => {
		rig.queue.fault({ route: 'status', kind: 'answer', status: 401, body: '{}' });

		const { error, success } = await rig.run(generateForm, {
			items: [{ avatar: 'poll' }],
			node: retrying(3),
		});

		expect(error).toBeUndefined();
		expect(success[0]?.json.status).toBe('COMPLETED');
		expect(rig.queue.calls('run')).toHaveLength(1);
	});

	it('of ten items with one that failed: eleven', async () => {
		rig.queue.script({
			kind: 'failed',
			error: 'a bad day',
			times: 1,
			when: ({ avatar_id }) => avatar_id === 'ten3',
		});

		const { error, success } = await rig.run(generateForm, {
			items: avatars('ten', 10),
			node: retrying(3),
		});

		expect(error).toBeUndefined();
		expect(success.map(({ json }) => json.avatar_id)).toEqual(
			avatars('ten', 10).map(({ avatar }) => avatar),
		);
		expect(rig.queue.calls('run')).toHaveLength(11);
		expect(submits()['"ten3"']).toBe(2);
	});

	it('of twenty items with item 0 failed and Continue On Fail: only item 0 again', async () => {
		rig.queue.script({
			kind: 'failed',
			error: 'always',
			when: ({ avatar_id }) => avatar_id === 'twenty0',
		});

		const { success } = await rig.run(generateForm, {
			items: avatars('twenty', 20),
			node: retrying(3),
			onError: 'continueRegularOutput',
		});

		expect(success).toHaveLength(20);
		expect(success[0]?.json.error).toMatch(/always/);
		expect(success.slice(1).every(({ json }) => json.status === 'COMPLETED')).toBe(true);
		const { '"twenty0"': ofItem0, ...others } = submits();
		expect(ofItem0).toBe(3);
		expect(Object.values(others)).toEqual(Array.from({ length: 19 }, () => 1));
	});

	it.each([true, false])('after 502 on POST (job taken: %s)', async (accept) => {
		rig.queue.fault({ route: 'run', kind: 'answer', status: 502, accept });

		const { error } = await rig.run(generateForm, {
			items: [{ avatar: `bad-gateway-${String(accept)}` }],
			node: retrying(3),
		});

		// Where the job was taken, its video is found under the output key by the second or third try.
		if (!accept) expect(error?.message).toMatch(/may be running/);
		expect(rig.queue.calls('run')).toHaveLength(1);
	});
});

describe('another run of the same item', () => {
	const item = (avatar: string) => ({ items: [{ avatar }] });

	it('makes a new video after the first was given out', async () => {
		await rig.run(generateForm, { ...item('again'), executionId: 'a' });
		await rig.run(generateForm, { ...item('again'), executionId: 'b' });

		expect(rig.queue.calls('run')).toHaveLength(2);
	});

	it('returns a video that nobody was given, since another item failed', async () => {
		rig.queue.script({
			kind: 'failed',
			error: 'a bad day',
			times: 1,
			when: ({ avatar_id }) => avatar_id === 'spoiler',
		});
		const items = [{ avatar: 'spoiler' }, { avatar: 'spoilt' }];
		const first = await rig.run(generateForm, { items, executionId: 'a' });
		expect(first.error?.description).toMatch(/Item 1: job \S+-u1 .*user_1\/spoilt\/idle\.mp4/);

		const second = await rig.run(generateForm, { items, executionId: 'b' });

		expect(second.success.map(({ json }) => json.status)).toEqual(['COMPLETED', 'COMPLETED']);
		expect(submits()).toEqual({ '"spoiler"': 2, '"spoilt"': 1 });
	});

	describe('whose record stayed as it was', () => {
		const noted = async (avatar: string, changes: object) => {
			const key = `user-avatars/user_1/${avatar}/idle.mp4.job.json`;
			const read: unknown = JSON.parse(String(await rig.store.read(BUCKET, key)));
			const changed = { ...z.looseObject({}).parse(read), ...changes };
			await rig.store.putBytes(BUCKET, key, JSON.stringify(changed));
		};

		it('says that the video is an earlier one, and that it will be given out again', async () => {
			await rig.run(generateForm, { ...item('kept'), executionId: 'a' });
			await noted('kept', { delivered: false });
			rig.queue.clearCalls();
			rig.store.deny({ rights: ['write'] });
			const { success, hints } = await rig.run(generateForm, { ...item('kept'), executionId: 'b' });
			rig.store.deny();

			expect(rig.queue.calls('run')).toEqual([]);
			expect(success[0]?.json.warnings).toEqual([
				'This video was made by execution a, which did not give it out: nothing was paid for it again.',
			]);
			expect(hints).toEqual([
				expect.stringMatching(/may not write job records .* gives out the same video again/),
			]);
		});
	});

	it('of another content makes another video', async () => {
		rig.queue.script({ kind: 'never', when: ({ avatar_id }) => avatar_id === 'content' });
		const short = { ...generateForm, waitingOptions: { timeoutMinutes: 0.08, onTimeout: 'leave' } };
		await rig.run(short, { ...item('content'), executionId: 'a' });
		const other = { ...short, prompt: 'other' };
		await rig.run(other, { ...item('content'), executionId: 'b' });

		expect(rig.queue.calls('run')).toHaveLength(2);
	});

	it('follows a job that was left running', async () => {
		rig.queue.script({ kind: 'never', when: ({ avatar_id }) => avatar_id === 'left' });
		const form = { ...generateForm, waitingOptions: { timeoutMinutes: 0.08, onTimeout: 'leave' } };
		const first = await rig.run(form, { ...item('left'), executionId: 'a' });
		expect(first.error?.description).toMatch(/goes on running.*On Timeout/);
		expect(rig.queue.calls('cancel')).toEqual([]);

		const looks = rig.queue.calls('status').length;
		const stop = new AbortController();
		const running = rig.run(generateForm, {
			...item('left'),
			executionId: 'b',
			signal: stop.signal,
		});
		await until('the job is looked at', () => rig.queue.calls('status').length > looks + 1);
		stop.abort();
		const second = await running;

		expect(second.error?.message).toMatch(/stopped or timed out while job/);
		expect(rig.queue.calls('run')).toHaveLength(1);
		expect(rig.queue.calls('cancel')).toHaveLength(1);
	});

	it('does not submit again while a submit without a job ID may be running, unless told to', async () => {
		rig.queue.script({ kind: 'never', when: ({ avatar_id }) => avatar_id === 'unknown' });
		rig.queue.fault({ route: 'run', kind: 'cut', accept: true });
		const run = async (workerOptions: { submitAnyway?: boolean }) =>
			await rig.run(
				{ ...generateForm, waitForCompletion: false, workerOptions },
				{ ...item('unknown'), executionId: 'a' },
			);

		expect((await run({})).error?.message).toMatch(/no job ID/);
		const second = await run({});
		expect(second.error?.message).toMatch(/may be running: RunPod gave no job ID/);
		expect(second.error?.description).toMatch(/Submit Anyway/);
		expect(rig.queue.calls('run')).toHaveLength(1);

		const third = await run({ submitAnyway: true });
		expect(third.error).toBeUndefined();
		expect(rig.queue.calls('run')).toHaveLength(2);
	});

	it.each([
		['return', undefined, 0],
		['fail', /There is a video already at user-avatars\/user_1\/exists-fail\/idle\.mp4/, 0],
		['regenerate', undefined, 1],
	])('with a video there already: %s', async (ifVideoExists, message, runs) => {
		const avatar = `exists-${ifVideoExists}`;
		await rig.run(generateForm, { ...item(avatar), executionId: 'a' });
		rig.queue.clearCalls();

		const { error, success } = await rig.run(
			{ ...generateForm, outputOptions: { ifVideoExists } },
			{ ...item(avatar), executionId: 'b' },
		);

		expect(rig.queue.calls('run')).toHaveLength(runs);
		if (message) expect(error?.message).toMatch(message);
		else
			expect(success[0]?.json).toMatchObject({
				status: 'COMPLETED',
				fps: 24,
				minio_key: `user-avatars/user_1/${avatar}/idle.mp4`,
			});
	});

	it('with new output names keeps the earlier video', async () => {
		const form = { ...generateForm, outputOptions: { outputName: 'new' } };
		const first = await rig.run(form, { ...item('names'), executionId: '71' });
		const second = await rig.run(form, { ...item('names'), executionId: '72' });

		expect([first, second].map(({ success }) => success[0]?.json.minio_key)).toEqual([
			'user-avatars/user_1/names/idle-71-0-0.mp4',
			'user-avatars/user_1/names/idle-72-0-0.mp4',
		]);
	});
});

describe('two executions at once', () => {
	it('of the same twenty items both get every video, and one job completes each key', async () => {
		const items = avatars('pair', 20);
		const form = { ...generateForm, limits: { maxParallelJobs: 20 } };
		const slow = await startStoredRig({ runMs: 4000 });
		try {
			const runs = await Promise.all(
				['left', 'right'].map(async (executionId) => await slow.run(form, { items, executionId })),
			);

			for (const { error, success } of runs) {
				expect(error).toBeUndefined();
				expect(success.map(({ json }) => [json.avatar_id, json.status])).toEqual(
					items.map(({ avatar }) => [avatar, 'COMPLETED']),
				);
			}
			const completed = slow.queue.jobs().filter(({ status }) => status === 'COMPLETED');
			const keys = completed.map(({ input }) => input.output_video_key);
			expect(keys).toHaveLength(20);
			expect(new Set(keys).size).toBe(20);
		} finally {
			await slow.close();
		}
	}, 60_000);
});

describe('an execution that is killed', () => {
	let folder: string;
	let execution: ChildProcessWithoutNullStreams | undefined;

	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'wan-avatar-execution-'));
	});
	afterEach(() => {
		execution?.kill('SIGKILL');
		rmSync(folder, { recursive: true, force: true });
	});

	/** Starts an execution in a process of its own, and kills it once its job runs. */
	async function runAndKill(
		avatar: string,
		signal: NodeJS.Signals,
		killed: StoredRig,
	): Promise<void> {
		const file = join(folder, 'execution.json');
		const options = { items: [{ avatar }], executionId: 'killed' };
		writeFileSync(
			file,
			JSON.stringify({ credentials: killed.credentials, parameters: generateForm, options }),
		);
		const child = spawn(
			process.execPath,
			['--import', 'tsx', 'test/nodes/WanAvatar/engine/execution.ts', file],
			{
				env: { ...process.env, N8N_USER_FOLDER: folder },
			},
		);
		execution = child;
		await until('the job runs', () =>
			killed.queue.jobs().some(({ status }) => status === 'IN_PROGRESS'),
		);
		// The record is written right after the answer to the submit.
		await until('a status is asked for', () => killed.queue.calls('status').length > 0);
		child.kill(signal);
		await once(child, 'exit');
	}

	it.each<[NodeJS.Signals, string, number]>([
		['SIGKILL', 'is followed by the next run', 6000],
		['SIGTERM', 'is followed by the next run', 6000],
		['SIGKILL', 'and whose job ends while nobody looks: the next run returns its video', 1500],
	])(
		'by %s %s',
		async (signal, what, runMs) => {
			const killed = await startStoredRig({ runMs });
			try {
				await runAndKill('killed', signal, killed);
				if (what.includes('nobody looks'))
					await until('the job ends', () => killed.queue.jobs()[0]?.status === 'COMPLETED');

				const { error, success } = await killed.run(generateForm, {
					items: [{ avatar: 'killed' }],
					executionId: 'next',
				});

				expect(error).toBeUndefined();
				expect(success[0]?.json).toMatchObject({
					status: 'COMPLETED',
					avatar_id: 'killed',
					fps: 24,
				});
				expect(killed.queue.calls('run')).toHaveLength(1);
			} finally {
				await killed.close();
			}
		},
		60_000,
	);

	it('and whose result RunPod has forgotten: it is recovered from the bucket', async () => {
		const killed = await startStoredRig({ runMs: 1500, retentionMs: 1 });
		try {
			await runAndKill('forgotten', 'SIGKILL', killed);
			await until('the job ends', () => killed.queue.jobs()[0]?.endedAt !== undefined);
			const record = await killed.store.read(
				BUCKET,
				'user-avatars/user_1/forgotten/idle.mp4.job.json',
			);
			const written = z
				.looseObject({ submitted_at_ms: z.number() })
				.parse(JSON.parse(String(record)));
			const aged = { ...written, submitted_at_ms: written.submitted_at_ms - 200_000 };
			await killed.store.putBytes(
				BUCKET,
				'user-avatars/user_1/forgotten/idle.mp4.job.json',
				JSON.stringify(aged),
			);

			const { error, success } = await killed.run(generateForm, {
				items: [{ avatar: 'forgotten' }],
				executionId: 'next',
			});

			expect(error).toBeUndefined();
			expect(success[0]?.json).toMatchObject({
				status: 'COMPLETED',
				minio_key: 'user-avatars/user_1/forgotten/idle.mp4',
				video_url: expect.stringContaining('X-Amz-Signature'),
			});
			expect(killed.queue.calls('run')).toHaveLength(1);
		} finally {
			await killed.close();
		}
	}, 60_000);
});
