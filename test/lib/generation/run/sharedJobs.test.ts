import { expect, it } from '@jest/globals';
import { codeOf, fault, request, run, world, type World } from './generationWorld';

/** What an execution does to the record of a job must hold for the others that have to do with it. */
const count = ({ events }: World, word: string) =>
	events.filter((event) => event.startsWith(word)).length;
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
