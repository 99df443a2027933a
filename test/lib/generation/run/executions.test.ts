import { describe, expect, it } from '@jest/globals';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import type { GenerationPorts } from '../../../../lib/generation/request/ports';
import type { Bucket } from '../../../../lib/storage/objects/bucket';
import { codeOf, fault, request, run, world, type World } from './generationWorld';

/** Several executions of one request, and records that are not as they should be. */
const RECORD = 'u/a/idle.mp4.job.json';
const count = ({ events }: World, word: string) =>
	events.filter((event) => event.startsWith(word)).length;
const noMemory = { read: () => undefined, write: () => undefined };

/** Execution A submits and follows a job that takes ten minutes; it goes on, or was killed after the submit. */
async function withFollowedJob(w: World): Promise<void> {
	w.fate.set(0, (ageMs) => (ageMs < 600_000 ? 'running' : 'completed'));
	await run(w, [request({ timeoutMs: 2000, onTimeout: 'leave' })]);
	w.memory.clear();
	change(w, { followed_at_ms: w.clock.now() });
}

function change(w: World, more: object): void {
	const record = JSON.parse(w.objects.get(RECORD)?.text ?? '{}') as object;
	w.objects.set(RECORD, { text: JSON.stringify({ ...record, ...more }), atMs: w.clock.now() });
}

describe('a job that another execution follows at this moment', () => {
	it.each(['Stop', 'the deadline', 'a failed sibling'])('is left to it at %s', async (why) => {
		const w = world();
		await withFollowedJob(w);
		const stop = new AbortController();
		if (why === 'Stop')
			void w.clock.sleep(5000).then(() => {
				stop.abort();
			});
		if (why === 'a failed sibling') w.fate.set(1, (ageMs) => (ageMs < 3000 ? 'running' : 'failed'));
		const timeoutMs = why === 'the deadline' ? 8000 : 3_600_000;
		const sibling = request({
			slot: '0:1',
			input: { ...request().input, avatar_id: 'b', output_video_key: 'u/b.mp4' },
		});
		const requests = why === 'a failed sibling' ? [sibling, request()] : [request({ timeoutMs })];

		await run(w, requests, { executionId: 'b', signal: stop.signal });

		expect(count(w, 'cancel job-0')).toBe(0);
	});

	it('is cancelled at the deadline once nobody else has followed it for a while', async () => {
		const w = world();
		await withFollowedJob(w);

		const [end] = await run(w, [request({ timeoutMs: 120_000 })], { executionId: 'b' });

		expect(codeOf(end)).toBe('DEADLINE');
		expect(count(w, 'cancel job-0')).toBe(1);
		expect(count(w, 'submit')).toBe(1);
	});

	it('is one that says so in its record every half minute', async () => {
		const w = world();
		w.fate.set(0, (ageMs) => (ageMs < 200_000 ? 'running' : 'completed'));
		const seen: number[] = [];
		const watch = async () => {
			for (let i = 0; i < 9; i++) {
				await w.clock.sleep(20_000);
				const { followed_at_ms = 0, submitted_at_ms = 0 } = JSON.parse(
					w.objects.get(RECORD)?.text ?? '{}',
				) as Record<string, number>;
				seen.push(w.clock.now() - Math.max(followed_at_ms, submitted_at_ms));
			}
		};
		void watch();

		await run(w);

		expect(seen).toHaveLength(9);
		expect(Math.max(...seen)).toBeLessThan(70_000);
	});
});

describe('a job that its execution has let go of', () => {
	it('belongs to whoever follows it next', async () => {
		const w = world();
		await withFollowedJob(w);
		change(w, { followed_at_ms: 0 });

		await run(w, [request({ timeoutMs: 5000 })], { executionId: 'b' });

		expect(count(w, 'cancel job-0')).toBe(1);
	});
});

describe('a record that cannot be read', () => {
	it.each(['', '<Error/>', '{"version":1,"state":"subm', '{"version":2}', '{"error":"odd"}'])(
		'as %j ends the item unsent, and Submit Anyway sends it',
		async (text) => {
			const w = world();
			await withFollowedJob(w);
			w.objects.set(RECORD, { text, atMs: w.clock.now() });

			const [end] = await run(w, [request()], { executionId: 'b', memory: noMemory });
			expect(codeOf(end)).toBe('STORAGE');
			expect(end).toMatchObject({ error: { message: expect.stringContaining(RECORD) } });
			expect(count(w, 'submit')).toBe(1);

			const anyway = request({ submitAnyway: true });
			await run(w, [anyway], { executionId: 'b', memory: noMemory });
			expect(count(w, 'submit')).toBe(2);
		},
	);

	it('for a moment is read again', async () => {
		const w = world();
		await withFollowedJob(w);
		const bucket: Bucket = { ...w.bucket, within: () => bucket };
		let isFirst = true;
		bucket.getText = async (key) => {
			const seen = await w.bucket.getText(key);
			const isOdd = isFirst && seen.tag === 'there';
			isFirst = false;
			return isOdd ? { ...seen, text: '<html>' } : seen;
		};

		const [end] = await run(w, [request()], { executionId: 'b', bucket, memory: noMemory });

		expect(end).toMatchObject({ value: { job_id: 'job-0' } });
		expect(count(w, 'submit')).toBe(1);
	});

	it.each([
		['job_id', '../x'],
		['endpoint_id', 'x/../../y'],
		['submitted_at_ms', 1e300],
	])('since somebody put %s = %j into it is not followed', async (field, value) => {
		const w = world();
		await withFollowedJob(w);
		change(w, { [field]: value });

		const [end] = await run(w, [request()], { executionId: 'b', memory: noMemory });

		expect(codeOf(end)).toBe('STORAGE');
		expect(count(w, 'submit')).toBe(1);
	});
});

it('a job whose record was deleted is not known: the next execution pays for another', async () => {
	const w = world();
	await withFollowedJob(w);
	w.objects.delete(RECORD);

	await run(w, [request()], { executionId: 'b', memory: noMemory });

	expect(count(w, 'submit')).toBe(2);
});

describe('a key without the right to delete', () => {
	it('takes an intent back that came to nothing: the next execution sends the item at once', async () => {
		const w = world();
		const bucket: Bucket = { ...w.bucket, within: () => bucket };
		bucket.remove = async () => Promise.resolve(false);
		w.submitFaults.push(fault('RATE_LIMITED'));
		await run(w, [request()], { bucket });
		const startMs = w.clock.monotonic();

		const ports = { executionId: 'b', bucket, memory: noMemory };
		const [end] = await run(w, [request()], ports);

		expect(end).toMatchObject({ value: { job_id: 'job-0' } });
		expect(w.clock.monotonic() - startMs).toBeLessThan(60_000);
	});
});

describe('If the Video Exists', () => {
	it.each(['fail', 'return'] as const)(
		'%s sends nothing where it cannot be looked at',
		async (ifVideoExists) => {
			const w = world();
			const bucket: Bucket = { ...w.bucket, within: () => bucket };
			bucket.stat = async () => Promise.resolve({ tag: 'unknown' });

			const [end] = await run(w, [request({ ifVideoExists })], { bucket });

			expect(codeOf(end)).toBe('STORAGE');
			expect(count(w, 'submit')).toBe(0);
		},
	);
});

describe('a store that heeds no conditions', () => {
	it('leaves one job of two executions that do not wait', async () => {
		const w = world();
		w.fate.set(0, () => 'running');
		w.fate.set(1, () => 'running');
		const bucket: Bucket = { ...w.bucket, within: () => bucket };
		const reads: (() => void)[] = [];
		bucket.putText = async (key, text, type) => await w.bucket.putText(key, text, type);
		// Both read the record before either has written its own.
		bucket.getText = async (key) => {
			const seen = await w.bucket.getText(key);
			if (reads.length < 2) {
				await new Promise<void>((go) => {
					reads.push(go);
					if (reads.length === 2) for (const each of reads) each();
				});
			}
			return seen;
		};
		const ports = (executionId: string): Partial<GenerationPorts> => ({
			executionId,
			bucket,
			memory: noMemory,
		});
		const unwaited = [request({ waitForCompletion: false })];

		const ends = await Promise.all([run(w, unwaited, ports('a')), run(w, unwaited, ports('b'))]);

		const ids = ends
			.flat()
			.map((end) => ('value' in end ? String(Reflect.get(end.value, 'job_id')) : end));
		expect(new Set(ids).size).toBe(1);
		expect(count(w, 'submit') - count(w, 'cancel')).toBe(1);
	});
});

describe('a record that can no longer be written', () => {
	it('is told with the result', async () => {
		const w = world();
		const bucket: Bucket = { ...w.bucket, within: () => bucket };
		bucket.putText = async (...args) =>
			w.events.includes('submit') ? Promise.resolve('denied') : await w.bucket.putText(...args);

		const [end] = await run(w, [request()], { bucket });

		expect(end).toMatchObject({
			value: {
				warnings: expect.arrayContaining([expect.stringMatching(/may not write the record/)]),
			},
		});
	});

	it('since the store tells another ETag each time is written all the same', async () => {
		const w = world();
		const bucket: Bucket = { ...w.bucket, within: () => bucket };
		let etags = 0;
		bucket.getText = async (key) => {
			const seen = await w.bucket.getText(key);
			return seen.tag === 'there' ? { ...seen, etag: String(etags++) } : seen;
		};

		const [end] = await run(w, [request()], { bucket });

		expect(end).toMatchObject({ value: { job_id: 'job-0' } });
		expect(JSON.parse(w.objects.get(RECORD)?.text ?? '{}')).toMatchObject({
			state: 'finished',
			delivered: true,
			job_id: 'job-0',
		});
	});
});

it('Stop and Retry On Fail lose no job: each item names the one that an earlier try submitted', async () => {
	const { stoppedItem } = await import('../../../../lib/generation/batch/stoppedItem');
	const w = world();
	await withFollowedJob(w);
	const record: unknown = JSON.parse(w.objects.get(RECORD)?.text ?? '{}');
	const memory = {
		read: (slot: string) => (slot === '0:0' ? record : undefined),
		write: () => undefined,
	};

	const submitted = stoppedItem(memory, '0:0');
	expect(submitted).toBeInstanceOf(WanAvatarError);
	expect(submitted.message).toMatch(/job job-0/);
	expect(submitted.details).toMatchObject({ job_id: 'job-0' });
	expect(stoppedItem(memory, '0:1').remedy).toMatch(/Nothing was sent/);
});
