import { describe, expect, it } from '@jest/globals';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import type { GenerationRequest } from '../../../../lib/generation/request/ports';
import type { End } from '../../../../lib/base/errors/settled';
import type { Bucket } from '../../../../lib/storage/objects/bucket';
import { codeOf, fault, jobState, request, run, world, type World } from './generationWorld';

const RECORD = 'u/a/idle.mp4.job.json';
const VIDEO = 'u/a/idle.mp4';

const never = async () => await new Promise<never>(() => undefined);
const count = ({ events }: World, word: string) =>
	events.filter((event) => event.startsWith(word)).length;

function detailsOf(end: End<object> | undefined): Record<string, unknown> {
	return end && 'error' in end && end.error instanceof WanAvatarError
		? { ...end.error.details }
		: {};
}

function remedyOf(end: End<object> | undefined): string {
	return end && 'error' in end && end.error instanceof WanAvatarError ? end.error.remedy : '';
}

const storageFault = new WanAvatarError('STORAGE', 'MinIO answers with HTTP 500', { remedy: '' });

/** The bucket of a world, some of whose requests hang or err once `isOn`. */
function spoiled(w: World, spoil: Partial<Bucket>, isOn: () => boolean): Bucket {
	const bucket: Bucket = { ...w.bucket };
	const spoiledOps = Object.entries(spoil).map(([name, op]) => {
		const usual: unknown = Reflect.get(w.bucket, name);
		const either = async (...args: unknown[]): Promise<unknown> => {
			const chosen: unknown = isOn() ? op : usual;
			return typeof chosen === 'function'
				? await Reflect.apply(chosen, undefined, args)
				: undefined;
		};
		return [name, either];
	});
	Object.assign(bucket, Object.fromEntries(spoiledOps), { within: () => bucket });
	return bucket;
}

describe('a silent MinIO', () => {
	it.each(['getText', 'putText'])('at %s before the POST ends the item unsent', async (op) => {
		const w = world();
		const bucket = spoiled(w, { [op]: never }, () => true);
		const startMs = w.clock.monotonic();

		const [end] = await run(w, [request({ timeoutMs: 10_000 })], { bucket });

		expect(codeOf(end)).toBe('DEADLINE');
		expect(remedyOf(end)).toMatch(/Nothing was sent|No job of it is known/);
		expect(count(w, 'submit')).toBe(0);
		expect(w.clock.monotonic() - startMs).toBeLessThan(10_000 * 1.1 + 5000);
	});

	it('after the POST holds up neither the following nor the result, and is told', async () => {
		const w = world();
		const hangs = { getText: never, putText: never, stat: never };
		const bucket = spoiled(w, hangs, () => w.events.includes('submit'));
		const startMs = w.clock.monotonic();

		const [end] = await run(w, [request()], { bucket });

		expect(end).toMatchObject({ value: { job_id: 'job-0', status: 'completed' } });
		expect(end).toMatchObject({
			value: { warnings: expect.arrayContaining([expect.stringMatching(/MinIO did not answer/)]) },
		});
		expect(w.clock.monotonic() - startMs).toBeLessThan(30_000 + 20_000);
	});

	it('after the POST does not keep Stop from cancelling within 2 s', async () => {
		const w = world();
		w.fate.set(0, () => 'running');
		const bucket = spoiled(w, { getText: never, putText: never }, () =>
			w.events.includes('submit'),
		);
		const stop = new AbortController();
		void w.clock.sleep(30_000).then(() => {
			stop.abort();
		});
		const startMs = w.clock.monotonic();

		const [end] = await run(w, [request()], { bucket, signal: stop.signal });

		expect(codeOf(end)).toBe('STOPPED');
		expect(detailsOf(end)).toMatchObject({ job_id: 'job-0' });
		expect(count(w, 'cancel')).toBe(1);
		expect(w.clock.monotonic() - startMs).toBeLessThanOrEqual(32_000);
	});
});

describe('a key without rights', () => {
	it.each<[string, Partial<Bucket>]>([
		['read records', { getText: async () => Promise.resolve({ tag: 'denied' }) }],
		['write records', { putText: async () => Promise.resolve('denied') }],
	])('that may not %s goes on, and says so', async (_what, denied) => {
		const w = world();
		const [end] = await run(w, [request()], { bucket: spoiled(w, denied, () => true) });

		expect(end).toMatchObject({
			value: {
				warnings: expect.arrayContaining([
					expect.stringMatching(/may not (read|write) the record of this job/),
				]),
			},
		});
		expect(count(w, 'submit')).toBe(1);
	});
});

describe('a fault of MinIO before the POST', () => {
	it('ends the item unsent, and the next try sends it at once', async () => {
		const w = world();
		let faults = 0;
		const bucket = spoiled(
			w,
			{ getText: async () => await Promise.reject(storageFault) },
			() => w.events.includes('record intent') && faults++ === 0,
		);

		const [first] = await run(w, [request()], { bucket });
		expect(codeOf(first)).toBe('STORAGE');
		expect(remedyOf(first)).toMatch(/Nothing was sent to RunPod/);
		expect(count(w, 'submit')).toBe(0);

		const [second] = await run(w, [request()], { bucket });
		expect(codeOf(second)).toBeUndefined();
		expect(count(w, 'submit')).toBe(1);
	});
});

describe('RunPod that does not answer the submit', () => {
	it.each(['Stop', 'the deadline'])(
		'ends the item soon after %s, and cancels the job once it is named',
		async (why) => {
			const w = world();
			w.fate.set(0, () => 'running');
			const queue = {
				...w.queue,
				submit: async (body: Parameters<typeof w.queue.submit>[0]) => {
					await w.clock.sleep(50_000);
					return await w.queue.submit(body);
				},
			};
			const stop = new AbortController();
			if (why === 'Stop')
				void w.clock.sleep(3000).then(() => {
					stop.abort();
				});
			const timeoutMs = why === 'Stop' ? 3_600_000 : 3000;
			const startMs = w.clock.monotonic();

			const [end] = await run(w, [request({ timeoutMs })], { queue, signal: stop.signal });

			expect(codeOf(end)).toBe(why === 'Stop' ? 'STOPPED' : 'DEADLINE');
			expect(remedyOf(end)).toMatch(/cancelled as soon as RunPod names it/);
			expect(w.clock.monotonic() - startMs).toBeLessThanOrEqual(5000);
			await w.clock.run(w.clock.sleep(60_000));
			expect(w.events.filter((event) => /^(submit|cancel)/.test(event))).toEqual([
				'submit',
				'cancel job-0',
			]);
			expect(w.memory.get('0:0')).toMatchObject({ state: 'submitted', job_id: 'job-0' });
		},
	);
});

describe('Stop', () => {
	it('with three running jobs whose cancel fails names all three', async () => {
		const w = world();
		for (const n of [0, 1, 2]) w.fate.set(n, () => 'running');
		const queue = {
			...w.queue,
			cancel: async () =>
				await Promise.reject(new WanAvatarError('UNREACHABLE', '', { remedy: '' })),
		};
		const stop = new AbortController();
		void w.clock.sleep(5000).then(() => {
			stop.abort();
		});
		const three = ['x', 'y', 'z'].map((avatar, i) =>
			request({
				slot: `0:${String(i)}`,
				input: { ...request().input, avatar_id: avatar, output_video_key: `u/${avatar}.mp4` },
			}),
		);

		const ends = await run(w, three, { queue, signal: stop.signal });

		expect(ends.map(detailsOf).map(({ job_id }) => job_id)).toEqual(['job-0', 'job-1', 'job-2']);
		for (const end of ends) expect(remedyOf(end)).toMatch(/could not be cancelled/);
	});

	it('whose cancel turns a finished job into a cancelled one costs no second job: its video is found', async () => {
		const w = world();
		w.fate.set(0, () => 'running');
		const stop = new AbortController();
		void w.clock.sleep(5000).then(() => {
			w.objects.set(VIDEO, { text: 'video', atMs: w.clock.now() });
			stop.abort();
		});
		await run(w, [request()], { signal: stop.signal });
		w.fate.set(0, () => 'cancelled');

		const [end] = await run(w, [request()], { executionId: 'b' });

		expect(end).toMatchObject({ value: { job_id: 'job-0', minio_key: VIDEO } });
		expect(count(w, 'submit')).toBe(1);
	});
});

describe('a job that RunPod does not know', () => {
	it('for a moment is not lost, and no second one is paid by the next try', async () => {
		const w = world();
		w.fate.set(0, (ageMs) =>
			ageMs > 4000 && ageMs < 12_000 ? 'missing' : ageMs < 40_000 ? 'running' : 'completed',
		);

		const [end] = await run(w);

		expect(end).toMatchObject({ value: { job_id: 'job-0' } });
		expect(count(w, 'submit')).toBe(1);
	});

	it('for 150 s is lost and cancelled, and only the next try makes another', async () => {
		const w = world();
		w.fate.set(0, (ageMs) => (ageMs > 4000 ? 'missing' : 'running'));

		const [end] = await run(w);
		expect(codeOf(end)).toBe('JOB_LOST');
		expect(count(w, 'cancel job-0')).toBe(1);
		expect(count(w, 'submit')).toBe(1);

		const [next] = await run(w);
		expect(next).toMatchObject({ value: { job_id: 'job-1' } });
		expect(count(w, 'submit')).toBe(2);
	});

	it('whose video lies under the output key is a result', async () => {
		const w = world();
		w.fate.set(0, (ageMs) => {
			if (ageMs > 4000) w.objects.set(VIDEO, { text: 'video', atMs: w.clock.now() });
			return ageMs > 4000 ? 'missing' : 'running';
		});

		const [end] = await run(w);

		expect(end).toMatchObject({ value: { job_id: 'job-0', minio_key: VIDEO } });
		expect(count(w, 'submit')).toBe(1);
	});

	it('of an earlier run is followed for 150 s before a new one is made, in the same run', async () => {
		const w = world();
		w.fate.set(0, () => 'running');
		await run(w, [request({ timeoutMs: 10_000, onTimeout: 'leave' })]);
		await w.clock.run(w.clock.sleep(3_600_000));
		w.fate.set(0, () => 'missing');
		const startMs = w.clock.monotonic();

		const [end] = await run(w, [request()], { executionId: 'b' });

		expect(end).toMatchObject({ value: { job_id: 'job-1' } });
		expect(w.clock.monotonic() - startMs).toBeGreaterThan(150_000);
		expect(w.events.filter((event) => /^(submit|cancel)/.test(event))).toEqual([
			'submit',
			'cancel job-0',
			'submit',
		]);
	});
});

describe('a job that is completed without a video', () => {
	const without = (w: World) => w.fate.set(0, () => 'completedWithoutVideo');

	it('is paid once by all tries of its execution', async () => {
		const w = world();
		without(w);

		const ends = [await run(w), await run(w), await run(w)].flat();

		expect(ends.map(codeOf)).toEqual(Array(3).fill('JOB_WITHOUT_VIDEO'));
		expect(count(w, 'submit')).toBe(1);
	});

	it('but left one under its key has it given out', async () => {
		const w = world();
		without(w);
		w.fate.set(0, () => {
			w.objects.set(VIDEO, { text: 'video', atMs: w.clock.now() });
			return 'completedWithoutVideo';
		});

		const [end] = await run(w);

		expect(end).toMatchObject({ value: { job_id: 'job-0', minio_key: VIDEO } });
	});
});

describe('a submit that may have taken effect', () => {
	const hourMs = 3_600_000;
	const ttl = { policy: { executionTimeout: hourMs, ttl: 2 * hourMs } };

	it.each<[string, Partial<GenerationRequest>, number]>([
		['a day', {}, 24],
		['the ttl that was sent', { envelope: ttl }, 2],
	])('holds the item back for %s, says until when and what to set', async (_what, more, hours) => {
		const w = world();
		w.submitFaults.push(fault('SUBMIT_UNKNOWN'));
		const [end] = await run(w, [request(more)]);
		const until = new Date(w.clock.now() + hours * hourMs).toISOString();
		expect(remedyOf(end)).toContain(`not sent again before ${until}`);
		expect(remedyOf(end)).toMatch(/Submit Anyway/);
		expect(remedyOf(end).includes('Max Run Time and Max Queue Time')).toBe(hours === 24);

		await w.clock.run(w.clock.sleep(hours * hourMs - 1000));
		// Only what was really sent counts, not what the next run would send.
		expect(codeOf((await run(w, [request({ envelope: ttl })], { executionId: 'b' }))[0])).toBe(
			'SUBMIT_UNKNOWN',
		);
		await w.clock.run(w.clock.sleep(2000));
		expect(codeOf((await run(w, [request(more)], { executionId: 'b' }))[0])).toBeUndefined();
		expect(count(w, 'submit')).toBe(2);
	});
});

describe('a MinIO that reads slowly', () => {
	const box = (type: string, contentBytes: number) => {
		const bytes = Buffer.alloc(8 + contentBytes);
		bytes.writeUInt32BE(bytes.length);
		bytes.write(type, 4, 'latin1');
		return bytes;
	};
	const moves = Buffer.concat([
		box('ftyp', 8),
		...Array.from({ length: 500 }, () => box('free', 5000)),
	]);

	/** Each read takes five seconds. */
	function slowBucket(w: World, signal?: AbortSignal): Bucket {
		const facts = { sizeBytes: moves.length, etag: '', lastModifiedMs: 0 };
		return {
			...w.bucket,
			within: (other) => slowBucket(w, other),
			stat: async (key) =>
				key === 'moves.mp4' ? { tag: 'there', facts } : await w.bucket.stat(key),
			getRange: async (_key, offset, lengthBytes) => {
				await w.clock.sleep(5000);
				if (signal?.aborted) throw new WanAvatarError('STOPPED', 'Stopped', { remedy: '' });
				return moves.subarray(offset, offset + lengthBytes);
			},
		};
	}

	it('holds up no job for more than about a minute, which is said', async () => {
		const w = world();
		const notes: string[] = [];
		const { template_id: _template, ...input } = request().input;
		const startMs = w.clock.now();
		let submittedAfterMs = 0;
		const submit: typeof w.queue.submit = async (...given) => {
			submittedAfterMs = w.clock.now() - startMs;
			return await w.queue.submit(...given);
		};

		const [end] = await run(
			w,
			[request({ input: { ...input, driving_video_path: 'moves.mp4' } })],
			{
				bucket: slowBucket(w),
				queue: { ...w.queue, submit },
				onNote: (note) => notes.push(note),
			},
		);

		expect(codeOf(end)).toBeUndefined();
		expect(submittedAfterMs).toBeGreaterThanOrEqual(60_000);
		expect(submittedAfterMs).toBeLessThan(70_000);
		expect(notes).toEqual([
			expect.stringMatching(/could not be looked at, such as moves\.mp4: the store is slow/),
		]);
	});
});

describe('the record', () => {
	it('of a newer job is not overwritten by a late note that an older one was given out', async () => {
		const w = world();
		let newer = '';
		const bucket: Bucket = { ...w.bucket, within: () => bucket };
		const putText = bucket.putText;
		bucket.putText = async (key, text, type, condition) => {
			const { state, delivered } = JSON.parse(text) as { state: string; delivered: boolean };
			if (state === 'finished' && delivered && newer === '') {
				// Between the look and the write another execution writes its own.
				const standing = JSON.parse(w.objects.get(RECORD)?.text ?? '{}') as object;
				newer = JSON.stringify({
					...standing,
					state: 'submitted',
					execution_id: 'b',
					job_id: 'job-9',
				});
				w.objects.set(RECORD, { text: newer, atMs: w.clock.now() });
			}
			return await putText(key, text, type, condition);
		};

		const [end] = await run(w, [request()], { bucket });

		expect(codeOf(end)).toBeUndefined();
		expect(w.objects.get(RECORD)?.text).toBe(newer);
	});

	it("whose writing took effect though the answer was lost is not taken for another's", async () => {
		const w = world();
		const bucket: Bucket = { ...w.bucket, within: () => bucket };
		bucket.putText = async (...args) => {
			const written = await w.bucket.putText(...args);
			return args[1].includes('"state":"intent"') ? 'changed' : written;
		};

		const [end] = await run(w, [request()], { bucket });

		expect(end).toMatchObject({ value: { job_id: 'job-0' } });
		expect(count(w, 'submit')).toBe(1);
	});

	it('that was written between the judgement and the intent is judged again', async () => {
		const w = world();
		w.fate.set(0, () => 'running');
		await run(w, [request({ timeoutMs: 5000, onTimeout: 'leave' })]);
		const standing = w.objects.get(RECORD)?.text ?? '';
		w.objects.delete(RECORD);
		w.fate.set(0, (ageMs) => (ageMs < 60_000 ? 'running' : 'completed'));
		const bucket: Bucket = { ...w.bucket, within: () => bucket };
		let isFirst = true;
		bucket.getText = async (key) => {
			const seen = await w.bucket.getText(key);
			if (isFirst) w.objects.set(RECORD, { text: standing, atMs: w.clock.now() });
			isFirst = false;
			return seen;
		};

		const [end] = await run(w, [request()], {
			executionId: 'b',
			bucket,
			memory: { read: () => undefined, write: () => undefined },
		});

		expect(end).toMatchObject({ value: { job_id: 'job-0' } });
		expect(count(w, 'submit')).toBe(1);
	});
});

describe('a stray refusal', () => {
	it.each([302, 400, 401, 403, 409])('with %i while a job runs cancels nothing', async (status) => {
		const w = world();
		let looks = 0;
		const queue = {
			...w.queue,
			pollStatus: async (jobId: string) => {
				looks += 1;
				if (looks === 3) return Promise.resolve({ tag: 'refused', reason: 'no', status } as const);
				return await w.queue.pollStatus(jobId);
			},
		};

		const [end] = await run(w, [request()], { queue });

		expect(end).toMatchObject({ value: { job_id: 'job-0' } });
		expect(count(w, 'cancel')).toBe(0);
	});
});

describe('what is thrown while a job is followed', () => {
	it('becomes an error with the facts of the job, which does not go on burning', async () => {
		const w = world();
		const queue = {
			...w.queue,
			pollStatus: async () =>
				await Promise.reject(new RangeError('Maximum call stack size exceeded')),
		};

		const [end] = await run(w, [request()], { queue });

		expect(codeOf(end)).toBe('UNREADABLE_ANSWER');
		expect(detailsOf(end)).toMatchObject({ job_id: 'job-0', output_video_key: VIDEO });
		expect(count(w, 'cancel')).toBe(1);
	});

	it('and an answer of over 20 MB ends it at once; its video is taken from the bucket', async () => {
		for (const isStored of [true, false]) {
			const w = world();
			const queue = {
				...w.queue,
				pollStatus: async (jobId: string) => {
					if (isStored) w.objects.set(VIDEO, { text: 'video', atMs: w.clock.now() });
					return Promise.resolve(jobState(jobId, 'tooLarge'));
				},
			};
			const [end] = await run(w, [request()], { queue });

			expect(codeOf(end)).toBe(isStored ? undefined : 'UNREADABLE_ANSWER');
			if (isStored) expect(end).toMatchObject({ value: { job_id: 'job-0', minio_key: VIDEO } });
			else expect(detailsOf(end)).toMatchObject({ job_id: 'job-0' });
			expect(w.clock.monotonic()).toBeLessThan(1_010_000);
		}
	});
});

describe('a worker that was cancelled and ran on', () => {
	it('has its late video told from that of the job after it', async () => {
		const { originOf } = await import('../../../../lib/generation/record/origin');
		const record = {
			recorded_at_ms: 1_000_000,
			intended_at_ms: 500_000,
			submitted_at_ms: 501_000,
			earlier_job_ids: ['job-0'],
		};
		const times = { delay_time_ms: 60_000, execution_time_ms: 100_000 };
		const table: [atMs: number, origin: string][] = [
			[999_000, 'earlier'],
			[1_030_000, 'doubtful'],
			[1_061_000, 'own'],
			[1_161_000, 'own'],
			[1_180_000, 'own'],
			[1_200_000, 'doubtful'],
		];
		for (const [atMs, origin] of table) {
			expect([atMs, originOf(times, record, atMs)]).toEqual([atMs, origin]);
			const alone = originOf(times, { ...record, earlier_job_ids: [] }, atMs);
			expect(alone).toBe(atMs < 1_000_000 ? 'earlier' : 'own');
		}
	});
});
