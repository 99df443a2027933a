import { describe, expect, it } from '@jest/globals';
import { jsonRecord } from '../../../../lib/base/data/json';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import type { End } from '../../../../lib/base/errors/settled';
import type {
	GenerationPorts,
	GenerationRequest,
	RunOptions,
} from '../../../../lib/generation/request/ports';
import { lookAtJobs } from '../../../../lib/generation/suspend/lookAtJobs';
import { resumeAll } from '../../../../lib/generation/suspend/resumeAll';
import { submitAll, type Submission } from '../../../../lib/generation/suspend/submitAll';
import {
	suspendedItems,
	wokenItem,
	type SuspendedItem,
} from '../../../../lib/generation/suspend/suspended';
import { codeOf, fault, request, run, world, type World } from '../run/generationWorld';

const HOUR_MS = 3_600_000;
/** Kept by n8n with the execution that sleeps. */
const noteSecret = 'secret';
const options: RunOptions = {
	maxJobs: 100,
	checkOnly: false,
	includeCost: false,
	stopOnFault: true,
};

const requests = (...avatars: string[]): GenerationRequest[] =>
	avatars.map((avatar_id, index) =>
		request({
			slot: `0:${String(index)}`,
			input: { ...request().input, avatar_id, output_video_key: `u/${avatar_id}/idle.mp4` },
		}),
	);

const count = ({ events }: World, word: string) =>
	events.filter((event) => event.startsWith(word)).length;

async function submit(
	w: World,
	items: GenerationRequest[],
	ports: Partial<GenerationPorts> = {},
	more: Partial<RunOptions> = {},
): Promise<Submission> {
	const connect = async () => await Promise.resolve(w.ports({ noteSecret, ...ports }));
	const settled = items.map((value) => ({ value }));
	const untilMs = w.clock.now() + HOUR_MS;
	return await w.clock.run(submitAll(settled, connect, untilMs, { ...options, ...more }));
}

/** What n8n keeps of a submission: it goes through JSON. */
function kept(submission: Submission): SuspendedItem[] {
	if (submission.tag !== 'asleep') throw new Error(`it is ${submission.tag}`);
	const items = submission.ends.flatMap((end) => ('value' in end ? [end.value] : []));
	return suspendedItems.parse(JSON.parse(JSON.stringify(suspendedItems.parse(items))));
}

/** What a callback sees: without what n8n keeps of the execution in memory. */
async function look(w: World, items: SuspendedItem[], ports: Partial<GenerationPorts> = {}) {
	const memory = { read: () => undefined, write: () => undefined };
	const jobs = items.filter((item) => item.tag === 'job');
	return await w.clock.run(lookAtJobs(jobs, w.ports({ noteSecret, memory, ...ports })));
}

async function wake(
	w: World,
	items: SuspendedItem[],
	ports: Partial<GenerationPorts> = {},
): Promise<End<object>[]> {
	const woken = items.map((item) => wokenItem(item, HOUR_MS));
	const handOut = async (report: object) => await Promise.resolve(report);
	return await w.clock.run(resumeAll(woken, w.ports({ noteSecret, ...ports }), handOut, options));
}

const avatarsOf = (ends: End<object>[]) =>
	ends.map((end): unknown => ('value' in end ? Reflect.get(end.value, 'avatar_id') : undefined));

function noteOf(w: World, avatar: string): Record<string, unknown> {
	const text = w.objects.get(`u/${avatar}/idle.mp4.job.json`)?.text ?? '{}';
	return jsonRecord.parse(JSON.parse(text));
}

it('jobs are submitted once, slept for, and given out in their order', async () => {
	const w = world();
	const items = kept(await submit(w, requests('a', 'b', 'c')));

	expect(await look(w, items)).toEqual(['pending', 'pending', 'pending']);
	await w.clock.run(w.clock.sleep(31_000));
	expect(await look(w, items)).toEqual(['ended', 'ended', 'ended']);
	expect(noteOf(w, 'a')).toMatchObject({ state: 'finished', delivered: false });

	expect(avatarsOf(await wake(w, items))).toEqual(['a', 'b', 'c']);
	expect(noteOf(w, 'c')).toMatchObject({ state: 'finished', delivered: true });
	expect(count(w, 'submit')).toBe(3);
	expect(count(w, 'cancel')).toBe(0);
});

it('nobody sleeps for jobs that have ended already', async () => {
	const w = world();
	w.fate.set(0, () => 'completed');
	expect((await submit(w, requests('a'))).tag).toBe('awake');
});

it('nothing is sent when one item is bad', async () => {
	const w = world();
	const twice = requests('a', 'a');
	expect((await submit(w, twice)).tag).toBe('refused');
	expect(count(w, 'submit')).toBe(0);
});

it.each([
	['read', { getText: async () => await Promise.resolve({ tag: 'denied' as const }) }],
	['write', { putText: async () => await Promise.resolve('denied' as const) }],
])('nothing is sent where the access key may not %s records', async (right, denied) => {
	const w = world();
	const bucket = { ...w.bucket, ...denied };
	const ports = { bucket: { ...bucket, within: () => bucket } };
	const submission = await submit(w, requests('a'), ports);
	const [end] = submission.ends;
	expect(end).toMatchObject({
		error: {
			code: 'STORAGE',
			message: expect.stringContaining(`may not ${right} the job record u/a/idle.mp4.job.json`),
		},
	});
	expect(count(w, 'submit')).toBe(0);
});

describe('what RunPod has forgotten', () => {
	it.each([
		['a good job is given out from its record', 'completed' as const, undefined],
		['a job that failed keeps its error', 'failed' as const, 'JOB_FAILED'],
		['a job that ran out of its time keeps its error', 'timedOut' as const, 'JOB_TIMED_OUT'],
	])('%s', async (_what, end, code) => {
		const w = world();
		w.fate.set(0, (ageMs) => (ageMs < 30_000 ? 'running' : ageMs < 60_000 ? end : 'missing'));
		w.fate.set(1, (ageMs) => (ageMs < HOUR_MS ? 'running' : 'completed'));
		const items = kept(await submit(w, requests('a', 'b')));
		await w.clock.run(w.clock.sleep(31_000));
		expect(await look(w, items)).toEqual(['ended', 'pending']);
		await w.clock.run(w.clock.sleep(HOUR_MS));
		expect(await look(w, items)).toEqual(['ended', 'ended']);

		const [first] = await wake(w, items);

		expect(codeOf(first)).toBe(code);
		expect(count(w, 'submit')).toBe(2);
	});
});

it("a worker's own link is noted only where its video lies in no bucket of ours", async () => {
	const w = world();
	const items = kept(await submit(w, requests('a', 'b')));
	await w.clock.run(w.clock.sleep(31_000));
	const tell: GenerationPorts['queue']['getStatus'] = async (jobId, signal) => {
		const seen = await w.queue.getStatus(jobId, signal);
		if (seen.tag !== 'completed') return seen;
		const video_url = 'https://worker.example/a.mp4';
		const minio_key = jobId === 'job-0' ? null : seen.output.minio_key;
		return { ...seen, output: { ...seen.output, minio_key, video_url } };
	};
	const queue = { ...w.queue, getStatus: tell, pollStatus: tell };

	expect(await look(w, items, { queue })).toEqual(['ended', 'ended']);

	expect(noteOf(w, 'a').output).toMatchObject({ video_url: 'https://worker.example/a.mp4' });
	expect(noteOf(w, 'b')).toMatchObject({ state: 'finished' });
	expect(JSON.stringify(noteOf(w, 'b'))).not.toContain('https://worker.example');
});

it.each([
	['a key of somebody else', { minio_key: 'u/victim/idle.mp4' }],
	['an address of somebody else', { video_url: 'http://169.254.169.254/latest' }],
])('%s that was written into the record is not given out', async (_what, output) => {
	const w = world();
	w.fate.set(0, (ageMs) => (ageMs < 30_000 ? 'running' : ageMs < 60_000 ? 'completed' : 'missing'));
	const items = kept(await submit(w, requests('a')));
	await w.clock.run(w.clock.sleep(31_000));
	await look(w, items);
	const forged = { ...noteOf(w, 'a'), state: 'finished', output };
	await w.bucket.putText('u/a/idle.mp4.job.json', JSON.stringify(forged), 'application/json');
	await w.clock.run(w.clock.sleep(HOUR_MS));

	expect(JSON.stringify(await wake(w, items))).not.toMatch(/victim|169\.254/);
});

it('a failure that somebody wrote into the record names no other job', async () => {
	const w = world();
	w.fate.set(0, (ageMs) => (ageMs < 60_000 ? 'running' : 'missing'));
	const items = kept(await submit(w, requests('a')));
	const key = 'u/a/idle.mp4.job.json';
	const details = { job_id: 'other', avatar_id: 'victim', code: 'JOB_FAILED' };
	const failure = { code: 'JOB_FAILED', message: 'no face', remedy: 'none', details };
	const text = JSON.stringify({ ...noteOf(w, 'a'), failure });
	w.objects.set(key, { text, atMs: w.clock.now() });
	await w.clock.run(w.clock.sleep(HOUR_MS));

	const [end] = await wake(w, items);

	expect(codeOf(end)).toBe('JOB_FAILED');
	expect(end).toHaveProperty(
		'error.details',
		expect.objectContaining({ job_id: 'job-0', avatar_id: 'a' }),
	);
});

describe('a look that cannot be sure', () => {
	it('is unknown where RunPod does not tell', async () => {
		const w = world();
		const items = kept(await submit(w, requests('a')));
		w.fate.set(0, () => 'unreachable');
		expect(await look(w, items)).toEqual(['unknown']);
	});

	it('is unnoted where the bucket takes no note', async () => {
		const w = world();
		const items = kept(await submit(w, requests('a')));
		await w.clock.run(w.clock.sleep(31_000));
		const putText = async () =>
			await Promise.reject(new WanAvatarError('STORAGE', 'no', { remedy: '' }));
		const bucket = { ...w.bucket, putText };
		const ports = { bucket: { ...bucket, within: () => bucket } };
		expect(await look(w, items, ports)).toEqual(['unnoted']);
		expect(await look(w, items)).toEqual(['ended']);
	});

	it('never cancels a job', async () => {
		const w = world();
		const items = kept(await submit(w, requests('a')));
		// It seems to have ended, and then runs.
		let looks = 0;
		w.fate.set(0, () => (looks++ === 0 ? 'failed' : 'running'));
		await look(w, items);
		expect(count(w, 'cancel')).toBe(0);
	});
});

it('Stop before the execution sleeps cancels what was submitted', async () => {
	const w = world();
	const stop = new AbortController();
	const submitted = { ...w.queue };
	submitted.submit = async (...given) => {
		const id = await w.queue.submit(...given);
		stop.abort();
		return id;
	};
	const submission = await submit(w, requests('a'), { queue: submitted, signal: stop.signal });
	expect(submission.tag).toBe('awake');
	expect(count(w, 'cancel job-0')).toBe(1);
});

it('one that cannot be submitted ends the run: jobs that wait for a worker are cancelled, those that run are left', async () => {
	const w = world();
	w.fate.set(0, () => 'queued');
	w.fate.set(1, () => 'running');
	const submit2 = async (...given: Parameters<typeof w.queue.submit>) =>
		count(w, 'submit') === 2
			? await Promise.reject(fault('RATE_LIMITED'))
			: await w.queue.submit(...given);
	const ports = { queue: { ...w.queue, submit: submit2 } };
	const submission = await submit(w, requests('a', 'b', 'c'), ports);
	if (submission.tag !== 'awake') throw new Error(submission.tag);
	const handOut = async (report: object) => await Promise.resolve(report);
	const ends = await w.clock.run(resumeAll(submission.ends, w.ports(), handOut, options));

	expect(ends.map((end) => ('skipped' in end ? end.skipped : codeOf(end)))).toEqual([
		expect.stringMatching(/job-0 .*cancelled/),
		expect.stringMatching(/job-1 goes on/),
		'RATE_LIMITED',
	]);
	expect(count(w, 'cancel')).toBe(1);
});

describe('two executions of one video', () => {
	it('the one that comes while the other sleeps waits for its job and cancels nothing', async () => {
		const w = world();
		w.fate.set(0, (ageMs) => (ageMs < 600_000 ? 'running' : 'completed'));
		kept(await submit(w, requests('a')));
		w.memory.clear();
		await w.clock.run(w.clock.sleep(300_000));

		const [late] = requests('a');
		const [end] = await run(w, [{ ...request(), ...late, timeoutMs: 60_000 }], {
			executionId: 'b',
		});

		expect(codeOf(end)).toBe('DEADLINE');
		expect(count(w, 'submit')).toBe(1);
		expect(count(w, 'cancel')).toBe(0);
	});

	it('RunPod calls the other: this one does not sleep, and says why', async () => {
		const w = world();
		kept(await submit(w, requests('a')));
		w.memory.clear();
		const submission = await submit(w, requests('a'), { executionId: 'b' });
		expect(submission).toMatchObject({
			tag: 'awake',
			note: expect.stringMatching(/job-0 was submitted by execution a/),
		});
		expect(count(w, 'submit')).toBe(1);
	});
});

it('an execution that wakes twice gives the same, and submits nothing', async () => {
	const w = world();
	w.fate.set(1, (ageMs) => (ageMs < 30_000 ? 'running' : 'failed'));
	const items = kept(await submit(w, requests('a', 'b')));
	await w.clock.run(w.clock.sleep(31_000));
	const first = await wake(w, items);
	const second = await wake(w, items);
	expect(codeOf(first[1])).toBe('JOB_FAILED');
	expect(codeOf(second[1])).toBe('JOB_FAILED');
	expect(count(w, 'submit')).toBe(2);
});

it('a job that seemed to have ended is followed once the execution is awake', async () => {
	const w = world();
	const items = kept(await submit(w, requests('a')));
	const [end] = await wake(w, items);
	expect(end).toHaveProperty('value.status');
	expect(count(w, 'submit')).toBe(1);
});
