import { describe, expect, it } from '@jest/globals';
import { WanAvatarError } from '../../lib/contract/errors';
import { parseJobInput } from '../../lib/contract/parseJobInput';
import { generateAll } from '../../lib/generation/generateAll';
import type { GenerationPorts, GenerationRequest, RunOptions } from '../../lib/generation/ports';
import type { End, Settled } from '../../lib/generation/settled';
import type { JobLook } from '../../lib/runpod/job';
import type { Bucket } from '../../lib/storage/bucket';
import { createLinkMaker } from '../../lib/storage/links';
import { simulatedClock, type SimulatedClock } from './simulatedClock';

/** A world of fakes in simulated time that writes down the order of events. */
interface World {
	clock: SimulatedClock;
	events: string[];
	bucket: Bucket;
	objects: Map<string, { text: string; atMs: number }>;
	memory: Map<string, unknown>;
	/** What becomes of the job with this number, by its age; default: done after 30 s. */
	fate: Map<number, (ageMs: number) => JobLook['tag']>;
	/** Thrown by the next submits. */
	submitFaults: WanAvatarError[];
	ports: (more?: Partial<GenerationPorts>) => GenerationPorts;
}

const JOB_MS = 30_000;

async function unused(): Promise<never> {
	return await Promise.reject(new Error('A generation does not do this'));
}

function world(): World {
	const clock = simulatedClock(1_000_000);
	const events: string[] = [];
	const objects = new Map<string, { text: string; atMs: number }>();
	const memory = new Map<string, unknown>();
	const fate: World['fate'] = new Map();
	const submitFaults: WanAvatarError[] = [];
	const submittedAtMs: number[] = [];
	const cancelled = new Set<number>();

	const number = (jobId: string) => Number(jobId.slice('job-'.length));
	const lookAt = (jobId: string): JobLook => {
		const n = number(jobId);
		const ageMs = clock.now() - (submittedAtMs[n] ?? 0);
		const tag = cancelled.has(n)
			? 'cancelled'
			: (fate.get(n)?.(ageMs) ?? (ageMs < JOB_MS ? 'running' : 'completed'));
		if (tag === 'completed' && !objects.has(`${String(n)}.mp4`))
			objects.set(`out/${String(n)}`, { text: 'video', atMs: clock.now() });
		return look(jobId, tag);
	};
	const bucket: Bucket = {
		name: 'avatars',
		within: () => bucket,
		presignGet: async (key) => Promise.resolve(`signed:${key}`),
		stat: async (key) => {
			const found = objects.get(key);
			return Promise.resolve(
				found
					? {
							tag: 'there',
							facts: { sizeBytes: found.text.length, etag: '', lastModifiedMs: found.atMs },
						}
					: { tag: 'missing' },
			);
		},
		put: async () => Promise.resolve(),
		putText: async (key, text) => {
			const { state, delivered } = JSON.parse(text) as { state: string; delivered: boolean };
			events.push(`record ${state}${delivered ? ' delivered' : ''}`);
			objects.set(key, { text, atMs: clock.now() });
			return Promise.resolve('written');
		},
		getText: async (key) => {
			const found = objects.get(key);
			return Promise.resolve(
				found
					? { tag: 'there', text: found.text, etag: '', lastModifiedMs: found.atMs }
					: { tag: 'missing' },
			);
		},
		remove: async (key) => {
			events.push('record removed');
			return Promise.resolve(objects.delete(key));
		},
		check: async () => Promise.resolve({}),
		listPage: unused,
		getRange: unused,
		getStream: unused,
	};
	const queue: GenerationPorts['queue'] = {
		endpointId: 'endpoint1',
		submit: async () => {
			const fault = submitFaults.shift();
			events.push(fault ? `submit: ${fault.code}` : 'submit');
			if (fault) return await Promise.reject(fault);
			submittedAtMs.push(clock.now());
			return Promise.resolve(`job-${String(submittedAtMs.length - 1)}`);
		},
		look: async (jobId) => Promise.resolve(lookAt(jobId)),
		lookOnce: async (jobId) => {
			events.push('look');
			return Promise.resolve(lookAt(jobId));
		},
		cancel: async (jobId) => {
			events.push(`cancel ${jobId}`);
			cancelled.add(number(jobId));
			return Promise.resolve('cancelled');
		},
		health: async () => Promise.resolve(undefined),
	};
	const notes = {
		read: (slot: string) => memory.get(slot),
		write: (slot: string, note: unknown) => memory.set(slot, note),
	};
	return {
		clock,
		events,
		bucket,
		objects,
		memory,
		fate,
		submitFaults,
		ports: (more = {}) => {
			const ports = { queue, clock, bucket, memory: notes, executionId: 'a', ...more };
			return { links: createLinkMaker(ports.bucket, clock), ...ports };
		},
	};
}

function look(jobId: string, tag: JobLook['tag']): JobLook {
	const facts = {
		jobId,
		status: tag,
		delayTimeMs: null,
		executionTimeMs: null,
		workerId: null,
		retries: 0,
	};
	const output = {
		minio_key: 'u/a/idle.mp4',
		video_url: null,
		thumbnail_key: null,
		thumbnail_url: null,
		fps: 24,
		width: 1280,
		height: 720,
		more: {},
	};
	switch (tag) {
		case 'completed':
			return { tag, facts, output };
		case 'failed':
		case 'timedOut':
			return { tag, facts, reason: 'a reason' };
		case 'missing':
			return { tag, jobId, reason: 'HTTP 404' };
		case 'unreachable':
			return { tag, reason: 'HTTP 502' };
		case 'tooLarge':
			return { tag, reason: 'more than 20 MB' };
		case 'refused':
			return { tag, reason: 'HTTP 401', status: 401 };
		case 'completedWithoutVideo':
			return { tag, facts, output: null };
		case 'running':
			return { tag, facts, progress: null };
		case 'queued':
		case 'cancelled':
			return { tag, facts };
	}
}

function request(more: Partial<GenerationRequest> = {}): GenerationRequest {
	return {
		slot: '0:0',
		input: parseJobInput({
			user_id: 'u',
			avatar_id: 'a',
			image_url: 'https://a.b/c.png',
			template_id: 't',
			output_video_key: '<user_id>/<avatar_id>/idle.mp4',
		}),
		envelope: {},
		uploads: [],
		inlineFiles: [],
		waitForCompletion: true,
		timeoutMs: 3_600_000,
		onTimeout: 'cancel',
		maxRestarts: 2,
		ifVideoExists: 'regenerate',
		submitAnyway: false,
		links: { type: 'presigned', expirySeconds: 60 },
		downloads: { video: false, thumbnail: false },
		...more,
	};
}

const runOptions: RunOptions = {
	maxParallelJobs: 10,
	maxJobs: 100,
	checkOnly: false,
	stopOnFault: true,
};

async function run(
	w: World,
	requests: GenerationRequest[] = [request()],
	ports: Partial<GenerationPorts> = {},
	options: Partial<RunOptions> = {},
): Promise<End<object>[]> {
	const settled: Settled<GenerationRequest>[] = requests.map((value) => ({ value }));
	const door = {
		connect: async () => Promise.resolve(w.ports(ports)),
		stallOf: () => undefined,
		handOut: async (report: object) => Promise.resolve(report),
		show: (body: object) => body,
	};
	return await w.clock.run(generateAll(settled, door, { ...runOptions, ...options }));
}

function codeOf(end: End<object> | undefined): string | undefined {
	return end && 'error' in end && end.error instanceof WanAvatarError ? end.error.code : undefined;
}

const fault = (code: 'SUBMIT_UNKNOWN' | 'RATE_LIMITED') =>
	new WanAvatarError(code, code, { remedy: '' });

describe('the order of events', () => {
	it('is intent, submit, record, delivered', async () => {
		const w = world();
		const [end] = await run(w);

		expect(end).toMatchObject({ value: { status: 'completed', video_url: 'signed:u/a/idle.mp4' } });
		expect(w.events).toEqual([
			'record intent',
			'submit',
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
	it.each<[string, JobLook['tag'], string[], string | undefined]>([
		['running: it is followed', 'running', ['look'], undefined],
		['queued: it is followed', 'queued', ['look'], undefined],
		[
			'failed: a new one is made',
			'failed',
			['look', 'record intent', 'submit', 'record submitted'],
			undefined,
		],
		[
			'cancelled: a new one is made',
			'cancelled',
			['look', 'record intent', 'submit', 'record submitted'],
			undefined,
		],
		['completed and not given out: it is returned', 'completed', ['look'], undefined],
		['refused: nothing is made', 'refused', ['look'], 'UNAUTHORIZED'],
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
