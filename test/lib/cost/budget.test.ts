import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Budget, type Booking } from '../../../lib/cost/budget';

const LIMIT = 1_000_000;

describe('a budget', () => {
	it('reserves up to the limit, and not a micro-dollar more', () => {
		const budget = new Budget();
		expect(budget.reserve(400_000, LIMIT)).toBeDefined();
		expect(budget.reserve(600_001, LIMIT)).toBeUndefined();
		expect(budget.reserve(600_000, LIMIT)).toBeDefined();
		expect(budget.reserve(1, LIMIT)).toBeUndefined();
		expect(budget.reservedMicroUsd).toBe(LIMIT);
	});

	it.each([
		['ended for less', 100_000, 100_000],
		['ended for nothing', 0, 0],
		['is said to have cost more than it can', 9_000_000, 400_000],
		['is said to have cost less than nothing', -5, 0],
		['cost a part of a micro-dollar', 99_999.2, 100_000],
	])('a job that %s: %d', (_, told, spent) => {
		const budget = new Budget();
		const booking = opened(budget, 400_000);
		budget.settle(booking, told);
		expect([budget.spentMicroUsd, budget.reservedMicroUsd]).toEqual([spent, 0]);
	});

	it('learns later that a job cost less, and never that it cost more', () => {
		const budget = new Budget();
		const booking = opened(budget, 400_000);
		budget.settle(booking, 300_000);
		budget.settle(booking, 200_000);
		budget.settle(booking, 350_000);
		expect(budget.spentMicroUsd).toBe(200_000);
	});

	it('forgets what was not sent, once', () => {
		const budget = new Budget();
		const booking = opened(budget, 400_000);
		budget.release(booking);
		budget.release(booking);
		expect([budget.spentMicroUsd, budget.reservedMicroUsd]).toEqual([0, 0]);
	});

	it('counts a job that runs already, also above the limit, and once', () => {
		const budget = new Budget();
		budget.take('job-1', 700_000);
		budget.take('job-1', 700_000);
		budget.take('job-2', 700_000);
		expect(budget.reservedMicroUsd).toBe(1_400_000);
		expect(budget.reserve(1, LIMIT)).toBeUndefined();
	});

	it('goes on from what was kept of it', () => {
		const kept: Booking[] = [];
		const before = new Budget(kept);
		before.name(opened(before, 300_000), 'job-1');
		before.name(opened(before, 300_000), 'job-2');
		opened(before, 100_000);
		before.settle(taken(before, 'job-1'), 50_000);
		const after = new Budget(copy(kept));
		expect([after.spentMicroUsd, after.reservedMicroUsd]).toEqual([50_000, 400_000]);
		expect(after.openJobs().map(({ jobId }) => jobId)).toEqual(['job-2']);
		after.settle(taken(after, 'job-2'), 60_000);
		expect([after.spentMicroUsd, after.reservedMicroUsd]).toEqual([110_000, 100_000]);
	});
});

const amount = fc.integer({ min: 0, max: 500_000 });
const step = fc.oneof(
	fc.record({ tag: fc.constant('reserve' as const), microUsd: amount }),
	fc.record({ tag: fc.constant('end' as const), which: fc.nat(), microUsd: amount }),
	fc.record({ tag: fc.constant('again' as const), which: fc.nat(), microUsd: amount }),
	fc.record({ tag: fc.constant('not sent' as const), which: fc.nat() }),
	fc.record({ tag: fc.constant('lost' as const), which: fc.nat() }),
	fc.record({ tag: fc.constant('wake' as const) }),
);

it('is never over its limit, in any order of jobs that begin and end', () => {
	let refusals = 0;
	const property = fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
		let kept: Booking[] = [];
		let budget = new Budget(kept);
		let open: { booking: Booking; reserved: number }[] = [];
		let ended: { booking: Booking; most: number }[] = [];
		let lost = 0;
		let jobs = 0;
		for (const one of steps) {
			const at = 'which' in one && open.length > 0 ? one.which % open.length : undefined;
			const chosen = at === undefined ? undefined : open[at];
			if (one.tag === 'reserve') {
				const booking = budget.reserve(one.microUsd, LIMIT);
				if (booking) budget.name(booking, `job-${String((jobs += 1))}`);
				else refusals += 1;
				if (booking) open.push({ booking, reserved: one.microUsd });
			} else if (one.tag === 'wake') {
				kept = copy(kept);
				budget = new Budget(kept);
				open = open.map(({ booking, reserved }) => ({
					booking: taken(budget, booking.jobId ?? ''),
					reserved,
				}));
				ended = ended.map(({ booking, most }) => ({
					booking: taken(budget, booking.jobId ?? ''),
					most,
				}));
			} else if (one.tag === 'again') {
				const again = ended[one.which % Math.max(ended.length, 1)];
				if (!again) continue;
				budget.settle(again.booking, one.microUsd);
				again.most = Math.min(again.most, one.microUsd);
			} else if (chosen) {
				open = open.filter((each) => each !== chosen);
				if (one.tag === 'end') {
					budget.settle(chosen.booking, one.microUsd);
					ended.push({
						booking: chosen.booking,
						most: Math.min(one.microUsd, chosen.reserved),
					});
				} else if (one.tag === 'not sent') budget.release(chosen.booking);
				else lost += chosen.reserved;
			}
			const spent = ended.reduce((sum, { most }) => sum + most, 0);
			const reserved = open.reduce((sum, each) => sum + each.reserved, lost);
			expect(budget.spentMicroUsd).toBe(spent);
			expect(budget.reservedMicroUsd).toBe(reserved);
			expect(spent + reserved).toBeLessThanOrEqual(LIMIT);
		}
	});
	fc.assert(property, { numRuns: 500 });
	expect(refusals).toBeGreaterThan(100);
});

function opened(budget: Budget, microUsd: number): Booking {
	const booking = budget.reserve(microUsd, LIMIT);
	if (!booking) throw new Error('There is room');
	return booking;
}

function taken(budget: Budget, jobId: string): Booking {
	const booking = budget.of(jobId);
	if (!booking) throw new Error(`There is no ${jobId}`);
	return booking;
}

/** As n8n saves and restores it. */
function copy(kept: readonly Booking[]): Booking[] {
	return kept.map((booking) => ({ ...booking }));
}
