import { expect, it } from '@jest/globals';
import { setImmediate as turnOfNode } from 'node:timers/promises';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import { createReceiver, type Callback } from '../../../../lib/generation/callback/receiver';
import { readJob } from '../../../../lib/runpod/queue/job';

const EVENTS = ['completed', 'failed'] as const;

function setUp() {
	const time = { nowMs: 0 };
	const now = () => time.nowMs;
	const signal = new AbortController().signal;
	return { time, receiver: createReceiver({ now, monotonic: now, timeout: () => signal }) };
}

function lookAs(status: string, executionTime = 5) {
	const text = JSON.stringify({ status, executionTime, output: { minio_key: 'a/b.mp4' } });
	return readJob('job1', { status: 200, text }, 0);
}

function callback(status = 'COMPLETED', change: Partial<Callback<string>> = {}): Callback<string> {
	return {
		events: EVENTS,
		savedNotes: undefined,
		look: async () => await Promise.resolve(lookAs(status)),
		describe: async ({ tag }) => await Promise.resolve(tag),
		...change,
	};
}

function failing(code: 'UNREACHABLE' | 'UNAUTHORIZED' | 'UNREADABLE_ANSWER') {
	const look = async () =>
		await Promise.reject(new WanAvatarError(code, `it is ${code}`, { remedy: '' }));
	return callback('COMPLETED', { look });
}

type Receiver = ReturnType<typeof createReceiver>;

/** Receives, and tells at once that n8n has started the workflow, or has not. */
async function received(
	receiver: Receiver,
	given: Callback<string>,
	{ jobId = 'job1', isStarted = true } = {},
) {
	const verdict = await receiver.receive(jobId, given);
	if (verdict.tag === 'start') verdict.done(isStarted);
	return verdict;
}

it.each([
	['COMPLETED', { tag: 'start', result: 'completed' }],
	['FAILED', { tag: 'start', result: 'failed' }],
	['TIMED_OUT', { tag: 'notChosen', event: 'timedOut' }],
	['IN_PROGRESS', { tag: 'notEnded' }],
	['IN_QUEUE', { tag: 'notEnded' }],
])('a job that is %s', async (status, verdict) => {
	expect(await received(setUp().receiver, callback(status))).toMatchObject(verdict);
});

it('a job that the endpoint does not know', async () => {
	const look = async () => await Promise.resolve(readJob('job1', { status: 404, text: '' }, 0));
	const verdict = await received(setUp().receiver, callback('', { look }));
	expect(verdict).toEqual({ tag: 'unknown' });
});

it('a repetition is one, also where only n8n remembers', async () => {
	const { receiver } = setUp();
	const first = await received(receiver, callback());
	expect(await received(receiver, callback())).toEqual({ tag: 'repeated' });

	const savedNotes = 'notes' in first ? first.notes : {};
	const after = await received(setUp().receiver, callback('COMPLETED', { savedNotes }));
	expect(after).toEqual({ tag: 'repeated' });
});

it('a start that fails is no start', async () => {
	const { receiver } = setUp();
	await received(receiver, callback(), { isStarted: false });
	expect(await received(receiver, callback())).toMatchObject({ tag: 'start' });
});

it('of calls at the same moment one starts, after the others have waited for what becomes of it', async () => {
	const { receiver } = setUp();
	const first = await receiver.receive('job1', callback());
	const others = [receiver.receive('job1', callback()), receiver.receive('job1', callback())];
	for (let turns = 0; turns < 10; turns++) await turnOfNode();
	if (first.tag === 'start') first.done(true);
	expect(await Promise.all(others)).toEqual([{ tag: 'repeated' }, { tag: 'repeated' }]);
});

it('starts are one after the other, and each saves those before it', async () => {
	const { receiver } = setUp();
	const saved: string[][] = [];
	const started: string[] = [];
	await Promise.all(
		['a', 'b', 'c'].map(async (jobId) => {
			const verdict = await receiver.receive(jobId, callback());
			if (verdict.tag !== 'start') return;
			started.push(jobId);
			expect(started).toHaveLength(saved.length + 1);
			for (let turns = 0; turns < 5; turns++) await turnOfNode();
			saved.push(Object.keys(verdict.notes));
			verdict.done(true);
		}),
	);
	expect(saved).toEqual([['a'], ['a', 'b'], ['a', 'b', 'c']]);
});

it('ten looks are under way at once, and a hundred callbacks', async () => {
	const { receiver } = setUp();
	let looks = 0;
	let mostLooks = 0;
	let open = (): void => undefined;
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	const look = async () => {
		mostLooks = Math.max(mostLooks, ++looks);
		await opened;
		looks--;
		return lookAs('IN_PROGRESS');
	};
	const all = Array.from({ length: 130 }, async (_, job) => {
		return await receiver.receive(`job${String(job)}`, callback('', { look }));
	});
	await turnOfNode();
	open();
	const tags = (await Promise.all(all)).map(({ tag }) => tag);
	expect(tags.filter((tag) => tag === 'tooMany')).toHaveLength(30);
	expect(mostLooks).toBe(10);
	expect(await received(receiver, callback())).toMatchObject({ tag: 'start' });
});

it('many calls that name one job keep no other job out', async () => {
	const { receiver } = setUp();
	let open = (): void => undefined;
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	const look = async () => {
		await opened;
		return lookAs('IN_PROGRESS');
	};
	const flood = Array.from({ length: 120 }, async () => {
		return await receiver.receive('named', callback('', { look }));
	});
	const other = receiver.receive('other', callback('', { look }));
	await turnOfNode();
	open();
	const tags = (await Promise.all(flood)).map(({ tag }) => tag);
	expect(tags.filter((tag) => tag === 'tooMany')).toHaveLength(115);
	expect((await other).tag).toBe('notEnded');
	expect((await receiver.receive('named', callback('', { look }))).tag).toBe('notEnded');
});

it('no answer asks for another call', async () => {
	const verdict = await received(setUp().receiver, failing('UNREACHABLE'));
	expect(verdict).toEqual({ tag: 'unanswered', reason: 'WanAvatarError: it is UNREACHABLE' });
});

it('a refusal counts the second time, and any answer ends the count', async () => {
	const { receiver } = setUp();
	const refused = failing('UNAUTHORIZED');
	expect(await received(receiver, refused)).toMatchObject({ tag: 'unanswered' });
	await received(receiver, callback('IN_PROGRESS'));
	expect(await received(receiver, refused)).toMatchObject({ tag: 'unanswered' });
	await expect(received(receiver, refused)).rejects.toThrow('it is UNAUTHORIZED');
	expect(await received(receiver, callback())).toMatchObject({ tag: 'start' });
});

it('an answer that is too large is an error at once', async () => {
	const { receiver } = setUp();
	await expect(received(receiver, failing('UNREADABLE_ANSWER'))).rejects.toThrow('UNREADABLE');
});

it('an error is shown once in five minutes', () => {
	const { receiver, time } = setUp();
	expect([receiver.mayShow(), receiver.mayShow()]).toEqual([true, false]);
	time.nowMs = 300_000;
	expect(receiver.mayShow()).toBe(true);
});
