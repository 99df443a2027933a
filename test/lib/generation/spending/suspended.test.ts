import { expect, it } from '@jest/globals';
import type { End } from '../../../../lib/base/errors/settled';
import type {
	GenerationPorts,
	GenerationRequest,
	RunOptions,
	SpendingNotes,
} from '../../../../lib/generation/request/ports';
import { readSpending } from '../../../../lib/generation/spending/notes';
import { resumeAll } from '../../../../lib/generation/suspend/resumeAll';
import { submitAll } from '../../../../lib/generation/suspend/submitAll';
import { codeOf, request, world } from '../run/generationWorld';
import { COSTS, MOST, pricesOf } from './prices';

it.each([false, true])(
	'all jobs are submitted before the execution sleeps: what does not fit is told when it wakes (stop on fault: %s)',
	async (stopOnFault) => {
		const w = world();
		const notes: SpendingNotes = { bookings: [] };
		const prices = pricesOf(COSTS);
		const portsWith = (spending: SpendingNotes): GenerationPorts =>
			w.ports({ noteSecret: 'secret', prices, spending });
		const options: RunOptions = {
			maxJobs: 100,
			checkOnly: false,
			includeCost: false,
			stopOnFault,
			spending: { limitMicroUsd: MOST * 2.5 },
		};
		const requests = Array.from({ length: 4 }, (_, i): GenerationRequest => ({
			...request(),
			slot: `0:${String(i)}`,
			input: { ...request().input, output_video_key: `videos/${String(i)}.mp4` },
		}));
		const submission = await w.clock.run(
			submitAll(
				requests.map((value) => ({ value })),
				async () => await Promise.resolve(portsWith(notes)),
				w.clock.now() + 3_600_000,
				options,
			),
		);
		expect(submission.tag).toBe('asleep');
		expect(submission.ends.map(codeOf)).toEqual([
			undefined,
			undefined,
			'BUDGET_REACHED',
			'BUDGET_REACHED',
		]);
		if (submission.tag !== 'asleep') return;
		await w.clock.run(w.clock.sleep(60_000));

		// n8n saves what it keeps of the execution while it sleeps.
		const restored = readSpending(JSON.parse(JSON.stringify(notes)));
		expect(restored).toMatchObject({ bookings: [{ isOpen: true }, { isOpen: true }] });
		const ends: End<object>[] = await w.clock.run(
			resumeAll(
				submission.ends,
				portsWith(restored),
				async (report) => await Promise.resolve(report),
				options,
			),
		);

		expect(ends.map((end) => ('value' in end ? 'made' : codeOf(end)))).toEqual([
			'made',
			'made',
			'BUDGET_REACHED',
			'BUDGET_REACHED',
		]);
		expect(restored.bookings.map(({ isOpen }) => isOpen)).toEqual([false, false]);
		expect(w.events.includes('record finished delivered')).toBe(!stopOnFault);
	},
);

it.each([
	['nonsense'],
	[{ bookings: [{ jobId: 1 }] }],
	[{ bookings: [{ jobId: 'a', microUsd: -1, isOpen: true }] }],
])('what was kept and cannot be read lets nothing be spent: %j', (kept) => {
	expect(() => readSpending(kept)).toThrow('What this execution has spent so far cannot be read');
});

it('nothing was kept before the first run', () => {
	expect(readSpending(undefined)).toEqual({ bookings: [] });
});
