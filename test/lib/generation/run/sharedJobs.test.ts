import { describe, expect, it } from '@jest/globals';
import * as z from 'zod/v4';
import type { GenerationPorts } from '../../../../lib/generation/request/ports';
import type { Bucket } from '../../../../lib/storage/objects/bucket';
import { codeOf, fault, request, run, world, type World } from './generationWorld';

/** What an execution does to the record of a job must hold for the others that have to do with it. */
const count = ({ events }: World, word: string) =>
	events.filter((event) => event.startsWith(word)).length;
const RECORD = 'u/a/idle.mp4.job.json';
const memory = { read: () => undefined, write: () => undefined };

it('a job that has failed does not take the place of the one that was sent after it', async () => {
	const w = world();
	w.fate.set(0, (ageMs) => (ageMs < 20_000 ? 'running' : 'failed'));
	await run(w, [request({ timeoutMs: 2000, onTimeout: 'leave' })]);
	const stale = w.memory.get('0:0');
	await w.clock.run(w.clock.sleep(20_000));
	w.submitFaults.push(fault('SUBMIT_UNKNOWN'));
	await run(w, [request()], { executionId: 'b', memory });

	// A look that still takes the first for running, as of an execution that has slept meanwhile.
	w.fate.set(0, () => 'running');
	await run(w, [request({ timeoutMs: 5000, onTimeout: 'leave' })], {
		memory: { read: () => stale, write: () => undefined },
	});

	w.fate.set(0, () => 'failed');
	const [end] = await run(w, [request()], { executionId: 'c', memory });
	expect(codeOf(end)).toBe('SUBMIT_UNKNOWN');
	expect(count(w, 'submit')).toBe(2);
});

it('a job that somebody was told of is still left to the execution that follows it', async () => {
	const w = world();
	w.fate.set(0, (ageMs) => (ageMs < 60_000 ? 'running' : 'completed'));
	const first = run(w);
	const stop = new AbortController();
	const others = async () => {
		await w.clock.sleep(5000);
		const told = run(w, [request({ waitForCompletion: false })], { executionId: 'b', memory });
		const stopped = run(w, [request()], { executionId: 'c', memory, signal: stop.signal });
		await w.clock.sleep(5000);
		stop.abort();
		return await Promise.all([told, stopped]);
	};

	const [[end]] = await Promise.all([first, w.clock.run(others())]);

	expect(count(w, 'cancel')).toBe(0);
	expect(end).toMatchObject({ value: { job_id: 'job-0', status: 'completed' } });
	expect(count(w, 'submit')).toBe(1);
});

it('a job that is lost is made anew by one of the executions that wait for it, and the others take that one', async () => {
	const w = world();
	w.fate.set(0, (ageMs) => (ageMs < 5000 ? 'running' : 'missing'));
	const queue: typeof w.queue = { ...w.queue, cancel: async () => Promise.resolve('gone') };
	const first = run(w, [request()], { queue });
	const laterBy = async (ms: number) => {
		await w.clock.sleep(ms);
		return await run(w, [request()], { executionId: `after ${String(ms)}`, memory, queue });
	};

	const ends = await w.clock.run(Promise.all([35_300, 35_870, 40_000, 50_000].map(laterBy)));
	await first;

	expect(count(w, 'submit')).toBe(2);
	for (const [end] of ends)
		expect(end).toMatchObject({ value: { job_id: 'job-1', status: 'completed' } });
});

describe('a job whose execution was killed', () => {
	const killed = async (w: World) => {
		w.fate.set(0, (ageMs) => (ageMs < 240_000 ? 'running' : 'completed'));
		await run(w, [request({ timeoutMs: 2000, onTimeout: 'leave' })]);
		w.memory.clear();
		const record = z.looseObject({}).parse(JSON.parse(w.objects.get(RECORD)?.text ?? ''));
		const text = JSON.stringify({ ...record, followed_at_ms: w.clock.now() });
		w.objects.set(RECORD, { text, atMs: w.clock.now() });
	};
	/** Comes after so long, and is stopped 5 s later. */
	const third = async (w: World, afterMs: number) => {
		const stop = new AbortController();
		await w.clock.sleep(afterMs);
		const stopped = run(w, [request()], { executionId: 'c', memory, signal: stop.signal });
		await w.clock.sleep(5000);
		stop.abort();
		return await stopped;
	};

	it.each([
		['is taken over later, and then a third stops', 100_000, 5000],
		['is waited for before it counts as left alone, and then a third stops', 5000, 130_000],
	])('%s: it goes on', async (_, untilTakenOverMs, untilThirdMs) => {
		const w = world();
		await killed(w);
		await w.clock.run(w.clock.sleep(untilTakenOverMs));
		const second = run(w, [request()], { executionId: 'b', memory });

		const [[end]] = await Promise.all([second, w.clock.run(third(w, untilThirdMs))]);

		expect(count(w, 'cancel')).toBe(0);
		expect(end).toMatchObject({ value: { job_id: 'job-0', status: 'completed' } });
		expect(count(w, 'submit')).toBe(1);
	});
});

describe('two executions that submit at once, beside a store that heeds no conditions', () => {
	/** Both find no record; A writes its intent and reads it back, and then B writes its own over it. */
	const executions = (w: World, submitMs: Record<'a' | 'b', number>) => {
		let reads = 0;
		return (name: 'a' | 'b'): Partial<GenerationPorts> => {
			const bucket: Bucket = { ...w.bucket, within: () => bucket };
			bucket.getText = async (key) =>
				reads++ < 2 ? { tag: 'missing' } : await w.bucket.getText(key);
			bucket.putText = async (key, text, type) => {
				if (name === 'b' && text.includes('"state":"intent"')) await w.clock.sleep(50);
				return await w.bucket.putText(key, text, type);
			};
			const submit: typeof w.queue.submit = async (...args) => {
				await w.clock.sleep(submitMs[name]);
				return await w.queue.submit(...args);
			};
			return { executionId: name, bucket, memory, queue: { ...w.queue, submit } };
		};
	};

	it.each([
		['the first', { a: 100, b: 300 }],
		['the second', { a: 300, b: 100 }],
	])('agree on the lower job ID where it is of %s', async (_, submitMs) => {
		const w = world();
		const of = executions(w, submitMs);

		const ends = await Promise.all([run(w, [request()], of('a')), run(w, [request()], of('b'))]);

		expect(count(w, 'submit')).toBe(2);
		expect(w.events.filter((event) => event.startsWith('cancel'))).toEqual(['cancel job-1']);
		expect(ends).toMatchObject([
			[{ value: { job_id: 'job-0', status: 'completed' } }],
			[{ value: { job_id: 'job-0', status: 'completed' } }],
		]);
	});
});
