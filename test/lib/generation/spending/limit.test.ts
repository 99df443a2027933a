import { describe, expect, it } from '@jest/globals';
import { WanAvatarError } from '../../../../lib/base/errors/errors';
import type { End } from '../../../../lib/base/errors/settled';
import type { EndpointCosts } from '../../../../lib/cost/endpointCosts';
import type {
	GenerationPorts,
	GenerationRequest,
	RunOptions,
	SpendingNotes,
} from '../../../../lib/generation/request/ports';
import { codeOf, fault, request, run, world, type World } from '../run/generationWorld';
import { COSTS, MOST, pricesOf } from './prices';

interface Limited {
	costs?: EndpointCosts | undefined;
	reason?: string;
	microUsdPerHour?: number;
	notes?: SpendingNotes;
	ports?: Partial<GenerationPorts>;
	options?: Partial<RunOptions>;
}

const items = (count: number, more: Partial<GenerationRequest> = {}, from = 0) =>
	Array.from({ length: count }, (_, i): GenerationRequest => ({
		...request(more),
		slot: `0:${String(from + i)}`,
		input: { ...request().input, output_video_key: `videos/${String(from + i)}.mp4` },
	}));

async function runLimited(
	w: World,
	requests: GenerationRequest[],
	limitMicroUsd: number,
	limited: Limited = {},
): Promise<End<object>[]> {
	const { costs = 'costs' in limited ? undefined : COSTS, reason, microUsdPerHour } = limited;
	const prices = pricesOf(costs, reason);
	const spending = limited.notes ?? { bookings: [] };
	return await run(
		w,
		requests,
		{ prices, spending, ...limited.ports },
		{ stopOnFault: false, spending: { limitMicroUsd, microUsdPerHour }, ...limited.options },
	);
}

const codes = (ends: End<object>[]) =>
	ends.map((end) => ('value' in end ? 'made' : (codeOf(end) ?? 'skipped')));
const submits = ({ events }: World) => events.filter((event) => event === 'submit').length;
const errorOf = (end: End<object> | undefined) => {
	if (end && 'error' in end && end.error instanceof WanAvatarError) return end.error;
	throw new Error('It did not fail');
};

describe('what is refused before anything is sent', () => {
	it.each<[string, Limited, number, RegExp]>([
		[
			'no price is to be had',
			{ costs: undefined, reason: 'Costs are not known: RunPod refused the key.' },
			1e9,
			/spendingLimit cannot be kept: RunPod tells no price .*\(Costs are not known: RunPod refused the key\)/,
		],
		[
			'the endpoint has a GPU without a price',
			{ costs: { ...COSTS, prices: [] } },
			1e9,
			/cannot be kept/,
		],
	])('%s', async (_, limited, limit, message) => {
		const w = world();
		await expect(runLimited(w, items(2), limit, limited)).rejects.toThrow(message);
		expect(w.events).toEqual([]);
	});

	it.each<[string, Limited, number, RegExp]>([
		[
			'no bound for the run of a job',
			{ costs: { ...COSTS, runLimitMs: undefined } },
			1e9,
			/maxRunMinutes is needed with Spending Limit/,
		],
		[
			'a limit below what one job can cost',
			{},
			MOST - 1,
			/spendingLimit is 1\.959999 USD, but one job of this item can cost 1\.96 USD: 36\.00 USD an hour for 2 starts of at most 0\.3 min with a run of at most 1 min each, and 5 s of idle time/,
		],
	])('%s', async (_, limited, limit, message) => {
		const w = world();
		const options = { stopOnFault: true };
		const ends = await runLimited(w, items(2), limit, { ...limited, options });
		expect(codes(ends)).toEqual(['INVALID_INPUT', 'INVALID_INPUT']);
		expect(errorOf(ends[0]).message).toMatch(message);
		expect(w.events).toEqual([]);
	});

	it('an item that is bounded by itself needs no bound of the endpoint', async () => {
		const w = world();
		const own = items(2, { envelope: { policy: { executionTimeout: 60_000 } } });
		const costs = { ...COSTS, runLimitMs: undefined };
		expect(codes(await runLimited(w, own, MOST * 2, { costs }))).toEqual(['made', 'made']);
	});

	it.each([
		['RunPod tells no price', { ...COSTS, prices: [], catalog: [] }, []],
		[
			'the endpoint cannot be read',
			undefined,
			[expect.stringMatching(/takes it to have 1 GPU a worker, an idle timeout of 60 s/)],
		],
	])('not where a price is given, though %s', async (_, costs, notes) => {
		const w = world();
		const said: string[] = [];
		const own = items(1, { envelope: { policy: { executionTimeout: 60_000 } } });
		const ports = { onNote: (sentence: string) => said.push(sentence) };
		const ends = await runLimited(w, own, 1e9, { costs, microUsdPerHour: 1e6, ports });
		expect(codes(ends)).toEqual(['made']);
		expect(said).toEqual(notes);
	});
});

describe('at the limit', () => {
	it('nothing more is sent, jobs under way finish, and the rest says why', async () => {
		const w = world();
		const ends = await runLimited(w, items(8), MOST * 2);
		const made = codes(ends).filter((code) => code === 'made').length;
		expect(made).toBeGreaterThan(3);
		expect(codes(ends).slice(made)).toEqual(Array(8 - made).fill('BUDGET_REACHED'));
		expect(submits(w)).toBe(made);
		const { message, remedy, details } = errorOf(ends[7]);
		expect(message).toMatch(
			/^This item was not sent: its job can cost \d\.\d\d USD, and of the Spending Limit of \d\.\d\d USD up to \d\.\d\d USD are spent and 0\.00 USD reserved/,
		);
		expect(remedy).toContain('Run the workflow again');
		expect(details).toMatchObject({
			output_video_key: 'videos/7.mp4',
			spending_limit_usd: (MOST * 2) / 1e6,
			reserved_usd: 0,
			job_most_usd: MOST / 1e6,
		});
	});

	it('what is not given out, since the node ends with an error, is found by the next run', async () => {
		const w = world();
		const options = { stopOnFault: true };
		const first = await runLimited(w, items(8), MOST * 2, { options });
		expect(codes(first)).toContain('BUDGET_REACHED');
		expect(w.events).not.toContain('record finished delivered');
		const sent = submits(w);
		w.memory.clear();
		const again = await run(w, items(8), { executionId: 'b' });
		expect(codes(again)).toEqual(Array(8).fill('made'));
		expect(submits(w)).toBe(8);
		expect(sent).toBeLessThan(8);
	});

	it('the bound of the endpoint goes along with each job, and one that is started over twice is cancelled', async () => {
		const w = world();
		const bodies: unknown[] = [];
		const { submit, pollStatus } = w.queue;
		const queue: GenerationPorts['queue'] = {
			...w.queue,
			submit: async (body, signal) => {
				bodies.push(body.policy);
				return await submit(body, signal);
			},
			pollStatus: async (...look) => {
				const seen = await pollStatus(...look);
				return 'facts' in seen && seen.tag === 'running'
					? { ...seen, facts: { ...seen.facts, retries: 2 } }
					: seen;
			},
		};
		const ends = await runLimited(w, items(1, { maxRestarts: 9 }), MOST, { ports: { queue } });
		expect(codes(ends)).toEqual(['RESTARTED_TOO_OFTEN']);
		expect(w.events).toContain('cancel job-0');
		expect(bodies).toEqual([{ executionTimeout: 60_000 }]);
	});

	it('what is there already is still given out', async () => {
		const w = world();
		w.objects.set('videos/7.mp4', { text: 'video', atMs: 1 });
		const requests = items(8).map((one) => ({ ...one, ifVideoExists: 'return' as const }));
		const ends = await runLimited(w, requests, MOST);
		expect(codes(ends).slice(5)).toEqual(['BUDGET_REACHED', 'BUDGET_REACHED', 'made']);
	});
});

describe('what counts', () => {
	it('the turns of a loop count together', async () => {
		const w = world();
		const notes: SpendingNotes = { bookings: [] };
		const turns: string[][] = [];
		for (const from of [0, 3, 6])
			turns.push(codes(await runLimited(w, items(3, {}, from), MOST * 2, { notes })));
		expect(turns[0]).toEqual(['made', 'made', 'made']);
		expect(turns[2]).toContain('BUDGET_REACHED');
		expect(new Set(turns.flat()).size).toBe(2);
	});

	it('tries of one execution count together, and what they have made is free', async () => {
		const w = world();
		const notes: SpendingNotes = { bookings: [] };
		const first = codes(await runLimited(w, items(8), MOST * 2, { notes }));
		const spent = notes.bookings.map(({ microUsd }) => microUsd);
		expect(codes(await runLimited(w, items(8), MOST * 2, { notes }))).toEqual(first);
		expect(notes.bookings.map(({ microUsd }) => microUsd)).toEqual(spent);
	});

	it('a submit whose answer was lost stays reserved', async () => {
		const w = world();
		const notes: SpendingNotes = { bookings: [] };
		w.submitFaults.push(fault('SUBMIT_UNKNOWN'));
		const ends = await runLimited(w, items(3), MOST * 1.5, { notes });
		expect(codes(ends)).toEqual(['SUBMIT_UNKNOWN', 'BUDGET_REACHED', 'BUDGET_REACHED']);
		expect(notes.bookings).toEqual([{ jobId: null, microUsd: MOST, isOpen: true }]);
	});

	it('a submit that surely did not take effect does not', async () => {
		const w = world();
		const notes: SpendingNotes = { bookings: [] };
		w.submitFaults.push(fault('RATE_LIMITED'));
		const ends = await runLimited(w, items(2), MOST, { notes });
		expect(codes(ends)).toEqual(['RATE_LIMITED', 'made']);
		expect(notes.bookings).toHaveLength(1);
	});

	it('jobs that nobody waits for stay reserved, until a later turn sees that they have ended', async () => {
		const w = world();
		const notes: SpendingNotes = { bookings: [] };
		const left = items(4, { waitForCompletion: false });
		expect(codes(await runLimited(w, left, MOST * 2, { notes }))).toEqual([
			'made',
			'made',
			'BUDGET_REACHED',
			'BUDGET_REACHED',
		]);
		await w.clock.run(w.clock.sleep(60_000));
		expect(codes(await runLimited(w, items(1, {}, 9), MOST * 2, { notes }))).toEqual(['made']);
		expect(notes.bookings.filter(({ isOpen }) => isOpen)).toEqual([]);
	});

	it('a job that a model gets handed back stays reserved, and the same call books it', async () => {
		const w = world();
		const notes: SpendingNotes = { bookings: [] };
		const asked = { byModel: { again: false }, onTimeout: 'hand back', timeoutMs: 18_000 } as const;
		const call = async (from: number) =>
			codes(await runLimited(w, items(1, asked, from), MOST, { notes }));
		expect(await call(0)).toEqual(['made']);
		expect(notes.bookings).toEqual([{ jobId: 'job-0', microUsd: MOST, isOpen: true }]);
		expect(await call(1)).toEqual(['BUDGET_REACHED']);
		expect(await call(0)).toEqual(['made']);
		expect(notes.bookings[0]?.isOpen).toBe(false);
		expect(submits(w)).toBe(1);
	});

	it('Make Again is a job of its own', async () => {
		const w = world();
		const notes: SpendingNotes = { bookings: [] };
		const call = async (again: boolean) =>
			codes(await runLimited(w, items(1, { byModel: { again } }), MOST * 1.5, { notes }));
		expect(await call(false)).toEqual(['made']);
		expect(await call(false)).toEqual(['made']);
		expect(notes.bookings).toHaveLength(1);
		expect(await call(true)).toEqual(['made']);
		expect(notes.bookings).toHaveLength(2);
	});

	it('of a job of an earlier execution counts what it still runs, and it is followed though the limit is reached', async () => {
		const w = world();
		w.fate.set(0, (ageMs) => (ageMs < 120_000 ? 'running' : 'completed'));
		const left = items(1, { onTimeout: 'leave', timeoutMs: 5000 }, 1);
		await run(w, left, { executionId: 'before' }, { stopOnFault: false });
		w.memory.clear();
		const notes: SpendingNotes = { bookings: [] };
		const ports = { executionId: 'after' };
		const ends = await runLimited(w, items(3), MOST, { notes, ports });
		expect(codes(ends)).toEqual(['made', 'made', 'BUDGET_REACHED']);
		expect(notes.bookings.map(({ jobId }) => jobId)).toEqual(['job-1', 'job-0']);
		expect(notes.bookings.filter(({ isOpen }) => isOpen)).toEqual([]);
	});
});

it('after Stop an item that waits for room is told at once', async () => {
	const w = world();
	const stop = new AbortController();
	const stopped = w.clock.sleep(10_000).then(() => {
		stop.abort();
	});
	const startMs = w.clock.monotonic();
	const ends = await runLimited(w, items(4), MOST, { ports: { signal: stop.signal } });
	await stopped;
	expect(codes(ends)).toEqual(Array(4).fill('STOPPED'));
	expect(submits(w)).toBe(1);
	expect(w.clock.monotonic() - startMs).toBeLessThan(15_000);
});
