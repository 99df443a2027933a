import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EndpointCosts } from '../../../../lib/cost/endpointCosts';
import { generateAll } from '../../../../lib/generation/batch/generateAll';
import type {
	GenerationPorts,
	GenerationRequest,
	RunOptions,
	SpendingNotes,
} from '../../../../lib/generation/request/ports';
import type { End } from '../../../../lib/base/errors/settled';
import { mostOf } from '../../../../lib/generation/spending/limit';
import { codeOf, request, world } from '../run/generationWorld';
import { pricesOf } from './prices';
import { billedEndpoint, type BilledJob, type Fate } from './billedEndpoint';

const share = fc.double({ min: 0, max: 1, noNaN: true });

/** One random world: an endpoint, a batch of items, and a limit. */
const scene = fc.record({
	seed: fc.integer(),
	items: fc.integer({ min: 4, max: 30 }),
	maxWorkers: fc.integer({ min: 1, max: 8 }),
	prices: fc.array(fc.integer({ min: 200_000, max: 6_000_000 }), { minLength: 1, maxLength: 3 }),
	gpuCount: fc.integer({ min: 1, max: 2 }),
	maxRunSeconds: fc.integer({ min: 30, max: 900 }),
	isLimitOfEndpoint: fc.boolean(),
	startLimitSeconds: fc.integer({ min: 10, max: 420 }),
	idleSeconds: fc.integer({ min: 1, max: 60 }),
	/** Of the most that one job can cost. */
	limitShare: fc.double({ min: 1, max: 12, noNaN: true }),
	failing: share,
	dying: share,
	losing: share,
	deaf: fc.boolean(),
	/** Jobs that take longer than it are cancelled. */
	timeoutMinutes: fc.constantFrom(5, 60, 600),
	maxParallelJobs: fc.constantFrom(undefined, 1, 3, 10),
	stopOnFault: fc.boolean(),
	tries: fc.integer({ min: 1, max: 2 }),
	waits: fc.constantFrom(true, true, true, false),
	stopAfterSeconds: fc.constantFrom(undefined, undefined, undefined, 20, 400),
});

type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

/** A generator of numbers that a seed makes again. */
function randomOf(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

async function play(s: Scene) {
	const random = randomOf(s.seed);
	const chance = (probability: number) => random() < probability;
	const upTo = (most: number) => Math.floor(random() * most);
	const w = world();
	const fate = (): Fate => ({
		runSeconds: 1 + upTo(s.maxRunSeconds * (chance(0.1) ? 1.5 : 0.7)),
		deaths: chance(s.dying / 5) ? 1 + upTo(3) : 0,
		fails: chance(s.failing / 4),
		isAnswerLost: chance(s.losing / 10),
		isRefused: chance(s.losing / 10),
		isDeaf: s.deaf,
	});
	const endpoint = billedEndpoint(w, {
		maxWorkers: s.maxWorkers,
		prices: s.prices,
		gpuCount: s.gpuCount,
		startSeconds: () => 1 + upTo(s.startLimitSeconds - 1),
		idleSeconds: s.idleSeconds,
		overrunSeconds: () => 2 + upTo(10),
		isUnreachable: () => chance(0.05),
		fate,
		pick: upTo,
	});
	const prices = s.prices.map((microUsdPerHour, i) => ({
		gpuType: `gpu${String(i)}`,
		microUsdPerHour,
	}));
	const costs: EndpointCosts = {
		prices,
		catalog: prices,
		gpuCount: s.gpuCount,
		idleTimeoutSeconds: s.idleSeconds,
		startLimitSeconds: s.startLimitSeconds,
		runLimitMs: s.isLimitOfEndpoint ? s.maxRunSeconds * 1000 : undefined,
		maxWorkers: s.maxWorkers,
	};
	const requests = Array.from({ length: s.items }, (_, i): GenerationRequest => ({
		...request(),
		slot: `0:${String(i)}`,
		input: { ...request().input, avatar_id: `a${String(i)}`, output_video_key: `out/${String(i)}` },
		envelope: s.isLimitOfEndpoint ? {} : { policy: { executionTimeout: s.maxRunSeconds * 1000 } },
		timeoutMs: s.timeoutMinutes * 60_000,
		waitForCompletion: s.waits,
	}));
	const [first] = requests;
	const most = first === undefined ? undefined : mostOf(first, { costs });
	const limitMicroUsd = Math.ceil((most ?? 0) * s.limitShare);
	const execute = async (
		executionId: string,
		wanted: readonly GenerationRequest[],
		options: Partial<RunOptions>,
		ports: Partial<GenerationPorts>,
	): Promise<End<object>[]> => {
		endpoint.beginExecution(executionId);
		const all: GenerationPorts = w.ports({
			queue: endpoint.queue,
			executionId,
			prices: pricesOf(costs),
			...ports,
		});
		const door = {
			connect: async () => await Promise.resolve(all),
			handOut: async (report: object) => await Promise.resolve(report),
			show: (body: object) => body,
		};
		return await w.clock.run(
			generateAll(
				wanted.map((value) => ({ value })),
				door,
				{
					maxJobs: 100,
					maxParallelJobs: s.maxParallelJobs,
					checkOnly: false,
					includeCost: false,
					stopOnFault: s.stopOnFault,
					...options,
				},
			),
		);
	};
	const spending: SpendingNotes = { bookings: [] };
	const stop = new AbortController();
	const { stopAfterSeconds } = s;
	if (stopAfterSeconds !== undefined)
		void w.clock.sleep(stopAfterSeconds * 1000).then(() => {
			stop.abort();
		});
	let ends: End<object>[] = [];
	for (let tries = 1; tries <= s.tries; tries++)
		ends = await execute(
			'first',
			requests,
			{ spending: { limitMicroUsd } },
			{ spending, signal: stop.signal },
		);
	const atLimit = ends.filter((end) => codeOf(end) === 'BUDGET_REACHED').length;
	const bookedMicroUsd = spending.bookings.reduce((sum, { microUsd }) => sum + microUsd, 0);
	// Where the node ends with an error nothing was given out: whoever runs it again runs it with all items.
	const isFailed = (_: unknown, i: number) => !('value' in (ends[i] ?? {}));
	const left = s.stopOnFault && requests.some(isFailed) ? requests : requests.filter(isFailed);
	const memory = new Map<string, unknown>();
	const again = await execute(
		'second',
		left,
		{ stopOnFault: false },
		{
			memory: {
				read: (slot) => memory.get(slot),
				write: (slot, note) => memory.set(slot, note),
			},
		},
	);
	await endpoint.runDown();
	return { ends, again, left, atLimit, limitMicroUsd, bookedMicroUsd, endpoint };
}

/** Of one item no job was begun while another one could still become its video. */
function paidTwice(jobs: readonly BilledJob[]): string[] {
	const byKey = new Map<string, BilledJob[]>();
	for (const job of jobs) byKey.set(job.key, [...(byKey.get(job.key) ?? []), job]);
	return [...byKey.values()].flatMap((ofItem) =>
		ofItem.slice(1).flatMap((job, i) => {
			const before = ofItem[i];
			const isOver = before?.endedAt !== undefined && before.endedAt <= job.submittedAt;
			return isOver && before.end !== 'completed' ? [] : [`${job.key}: ${job.id}`];
		}),
	);
}

/** What becomes of an item that is not lost: a video, or the word of why there is none. */
const TOLD = new Set([
	'JOB_FAILED',
	'JOB_CANCELLED',
	'DEADLINE',
	'RATE_LIMITED',
	'RESTARTED_TOO_OFTEN',
	'SUBMIT_UNKNOWN',
]);

it('100 random runs: never over the limit by what the endpoint bills, nothing lost, nothing paid twice', async () => {
	const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
	const told = { runs: 0, jobs: 0, atLimit: 0, videos: 0, full: 0, closest: 0 };
	const property = fc.asyncProperty(scene, async (s) => {
		const run = await play(s);
		const { endpoint, limitMicroUsd, bookedMicroUsd } = run;
		const spentMicroUsd = endpoint.spentBy('first');
		expect(spentMicroUsd).toBeLessThanOrEqual(bookedMicroUsd + 1e-6);
		expect(bookedMicroUsd).toBeLessThanOrEqual(limitMicroUsd);
		expect(run.ends).toHaveLength(s.items);
		expect(paidTwice(endpoint.jobs)).toEqual([]);
		const lost = run.again.filter((end) => !('value' in end) && !TOLD.has(codeOf(end) ?? ''));
		expect(lost).toEqual([]);
		told.runs += 1;
		told.jobs += endpoint.jobs.length;
		told.atLimit += run.atLimit;
		told.full += run.atLimit > 0 ? 1 : 0;
		told.videos += endpoint.jobs.filter(({ end }) => end === 'completed').length;
		told.closest = Math.max(told.closest, spentMicroUsd / limitMicroUsd);
	});
	await fc.assert(property, { numRuns: 100, seed });
	process.stderr.write(`${JSON.stringify({ seed, ...told })}\n`);
	expect(told.full).toBeGreaterThan(10);
}, 240_000);
