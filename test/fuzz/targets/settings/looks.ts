import assert from 'node:assert/strict';
import fc from 'fast-check';
import { learningSchedule } from '../../../../lib/following/schedule';
import { fuzzTarget } from '../../target';

const dayMs = 86_400_000;
const someMs = fc.oneof(
	fc.integer({ min: 0, max: dayMs }),
	fc.double({ min: 0, max: 30 * dayMs, noNaN: true }),
);
const runTimes = fc.array(fc.oneof(someMs, fc.constantFrom(NaN, Infinity)), { maxLength: 60 });

/** Whatever the others took, and however long a job runs or waits. */
export const looks = fuzzTarget(
	'looks',
	fc.property(runTimes, fc.array(someMs), (runTimesMs, agesMs) => {
		const schedule = learningSchedule();
		for (const runTimeMs of runTimesMs) schedule.learn(runTimeMs);
		const known = runTimesMs.filter((runTimeMs) => runTimeMs > 0 && Number.isFinite(runTimeMs));
		const isWithin = (runningForMs: number, mostMs: number) => {
			const intervalMs = schedule.nextIntervalMs({ lastIntervalMs: 1000, runningForMs });
			const message = `${String(intervalMs)} ms at ${String(runningForMs)} ms`;
			assert.ok(intervalMs >= 500 && intervalMs <= mostMs + 0.001, message);
		};
		for (const ageMs of agesMs) isWithin(ageMs, known.length > 0 ? 60_000 : 5000);
		// Past all others, nothing is known.
		isWithin(2 * Math.max(0, ...known), 5100);
	}),
);
