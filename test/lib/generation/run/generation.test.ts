import { describe, expect, it } from '@jest/globals';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import type { JobState } from '../../../../lib/runpod/queue/job';
import type { Bucket } from '../../../../lib/storage/objects/bucket';
import { codeOf, fault, request, run, world } from './generationWorld';

describe('the order of events', () => {
	it('is intent, submit, record, delivered', async () => {
		const w = world();
		const [end] = await run(w);

		expect(end).toMatchObject({ value: { status: 'completed', video_url: 'signed:u/a/idle.mp4' } });
		expect(w.events).toEqual([
			'record intent',
			'submit',
			'record submitted',
			// After half a minute it says that it is still followed.
			'record submitted',
			'record finished delivered',
		]);
	});

	it('without a bucket is submit alone, noted in memory', async () => {
		const w = world();
		await run(w, [request()], { bucket: undefined });

		expect(w.events).toEqual(['submit']);
		expect(w.memory.get('0:0')).toMatchObject({
			state: 'finished',
			delivered: true,
			job_id: 'job-0',
		});
	});

	it('takes the intent back when the submit surely came to nothing', async () => {
		const w = world();
		w.submitFaults.push(fault('RATE_LIMITED'));
		const [end] = await run(w);

		expect(codeOf(end)).toBe('RATE_LIMITED');
		expect(w.events).toEqual(['record intent', 'submit: RATE_LIMITED', 'record removed']);
		expect(w.memory.get('0:0')).toMatchObject({ state: 'unsent' });
	});

	it('leaves the intent when the submit may have taken effect', async () => {
		const w = world();
		w.submitFaults.push(fault('SUBMIT_UNKNOWN'));
		const [end] = await run(w);

		expect(codeOf(end)).toBe('SUBMIT_UNKNOWN');
		expect(w.memory.get('0:0')).toMatchObject({ state: 'intent' });
	});

	it('marks nothing delivered when the run ends with an error', async () => {
		const w = world();
		w.fate.set(0, (ageMs) => (ageMs < 60_000 ? 'running' : 'failed'));
		const other = request({
			slot: '0:1',
			input: { ...request().input, avatar_id: 'b', output_video_key: 'u/b.mp4' },
		});
		await run(w, [request(), other]);

		expect(w.events.filter((event) => event.includes('delivered'))).toEqual([]);
	});
});

/** What an earlier try or run has left, and what the next one does. */
describe('what is found of an earlier time', () => {
	it.each<[string, JobState['tag'], string[], string | undefined]>([
		['running: it is followed', 'running', ['getStatus'], undefined],
		['queued: it is followed', 'queued', ['getStatus'], undefined],
		[
			'failed: a new one is made',
			'failed',
			['getStatus', 'record intent', 'submit', 'record submitted'],
			undefined,
		],
		[
			'cancelled: a new one is made',
			'cancelled',
			['getStatus', 'record intent', 'submit', 'record submitted'],
			undefined,
		],
		['completed and not given out: it is returned', 'completed', ['getStatus'], undefined],
		['refused: nothing is made', 'refused', ['getStatus'], 'UNAUTHORIZED'],
	])('a job that is %s', async (_what, tag, events, code) => {
		const w = world();
		w.fate.set(0, () => 'running');
		await run(w, [request({ timeoutMs: 10_000, onTimeout: 'leave' })]);
		w.events.length = 0;
		const startMs = w.clock.now();
		w.fate.set(0, () => (w.clock.now() < startMs + 5000 || tag === 'refused' ? tag : 'completed'));

		const [end] = await run(w, [request()], { executionId: 'b' });

		expect(codeOf(end)).toBe(code);
		expect(w.events.slice(0, events.length)).toEqual(events);
		expect(w.events.filter((event) => event === 'submit')).toHaveLength(
			events.includes('submit') ? 1 : 0,
		);
	});

	it('an intent alone is not submitted again before it has run out', async () => {
		const w = world();
		w.submitFaults.push(fault('SUBMIT_UNKNOWN'));
		await run(w);
		w.events.length = 0;

		expect(codeOf((await run(w))[0])).toBe('SUBMIT_UNKNOWN');
		expect(w.events).toEqual([]);

		await w.clock.run(w.clock.sleep(24 * 3_600_000 + 1));
		expect(codeOf((await run(w))[0])).toBeUndefined();
		expect(w.events).toContain('submit');
	});

	it('an intent of another execution is watched for its job id', async () => {
		const w = world();
		w.fate.set(0, () => 'running');
		await run(w, [request({ timeoutMs: 1000, onTimeout: 'leave' })]);
		const key = 'u/a/idle.mp4.job.json';
		const submitted = w.objects.get(key)?.text ?? '';
		const intent = JSON.stringify({ ...JSON.parse(submitted), state: 'intent', job_id: null });
		w.objects.set(key, { text: intent, atMs: w.clock.now() });
		w.events.length = 0;
		const startMs = w.clock.now();
		w.fate.set(0, () => (w.clock.now() < startMs + 20_000 ? 'running' : 'completed'));
		void w.clock
			.sleep(5000)
			.then(() => w.objects.set(key, { text: submitted, atMs: w.clock.now() }));

		const [end] = await run(w, [request()], {
			executionId: 'b',
			memory: { read: () => undefined, write: () => undefined },
		});

		expect(end).toMatchObject({ value: { job_id: 'job-0' } });
		expect(w.events).not.toContain('submit');
	});

	it('a lower job id wins, and the higher one is cancelled', async () => {
		const w = world();
		await run(w, [
			request({ input: { ...request().input, avatar_id: 'z', output_video_key: 'u/z.mp4' } }),
		]);
		w.fate.set(1, () => 'running');
		w.fate.set(0, () => (w.clock.now() < 1_100_000 ? 'running' : 'completed'));
		void w.clock.sleep(3000).then(() => {
			const key = 'u/a/idle.mp4.job.json';
			const ours = JSON.parse(w.objects.get(key)?.text ?? '{}') as object;
			const text = JSON.stringify({ ...ours, execution_id: 'other', job_id: 'job-0' });
			w.objects.set(key, { text, atMs: w.clock.now() });
		});
		w.memory.clear();

		const [end] = await run(w);

		expect(w.events).toContain('cancel job-1');
		expect(end).toMatchObject({ value: { job_id: 'job-0' } });
	});

	it('a result that RunPod has forgotten is taken from the bucket, if it is newer than the record', async () => {
		for (const isNewer of [true, false]) {
			const w = world();
			w.fate.set(0, () => 'running');
			await run(w, [request({ timeoutMs: 10_000, onTimeout: 'leave' })]);
			await w.clock.run(w.clock.sleep(200_000));
			w.objects.set('u/a/idle.mp4', { text: 'video', atMs: isNewer ? w.clock.now() : 999_999 });
			w.fate.set(0, () => 'missing');
			w.events.length = 0;

			await run(w, [request()], { executionId: 'b' });

			expect(w.events.includes('submit')).toBe(!isNewer);
		}
	});
});

describe('what is not waited for any longer', () => {
	it.each<['cancel' | 'leave', string[]]>([
		['cancel', ['cancel job-0']],
		['leave', []],
	])('at the deadline, with On Timeout %s', async (onTimeout, cancels) => {
		const w = world();
		w.fate.set(0, () => 'running');
		const [end] = await run(w, [request({ timeoutMs: 60_000, onTimeout })]);

		expect(codeOf(end)).toBe('DEADLINE');
		expect(w.events.filter((event) => event.startsWith('cancel'))).toEqual(cancels);
	});

	it.each([0, 10, 5000])('on Stop after %i ms', async (stopAfterMs) => {
		const w = world();
		const stop = new AbortController();
		if (stopAfterMs === 0) stop.abort();
		else
			void w.clock.sleep(stopAfterMs).then(() => {
				stop.abort();
			});
		const [end] = await run(w, [request()], { signal: stop.signal });

		expect(codeOf(end)).toBe('STOPPED');
		const submits = w.events.filter((event) => event === 'submit').length;
		expect(w.events.filter((event) => event.startsWith('cancel'))).toHaveLength(submits);
		expect(submits).toBe(stopAfterMs === 0 ? 0 : 1);
	});
});

it('an error before there is a job says whose avatar it is about', async () => {
	const w = world();
	const bucket: Bucket = {
		...w.bucket,
		within: () => bucket,
		getText: async () => Promise.reject(new WanAvatarError('STORAGE', 'HTTP 503', { remedy: '' })),
	};
	const [end] = await run(w, [request()], { bucket });

	const { user_id, avatar_id, output_video_key } = request().input;
	expect(end).toMatchObject({
		error: { code: 'STORAGE', details: { user_id, avatar_id, output_video_key } },
	});
});
