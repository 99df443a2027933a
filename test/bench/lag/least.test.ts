import { describe, expect, it } from '@jest/globals';
import { leastLag, leastMeanSchedule } from './least';
import { drawRunTimes } from './runTimeLaw';

const LOOKS = 24;
const SPREAD = 0.1;

describe('the least lag for so many looks', () => {
	it.each([
		// s · E[(Z - z)⁺] / looks, from tables of the bell curve.
		[0.5, 0.39894],
		[0.9, 1.3289],
	])('of a share of %d of the jobs', (share, surplus) => {
		expect(leastLag(SPREAD, share, LOOKS)).toBeCloseTo((SPREAD * surplus) / LOOKS, 4);
	});
});

describe('the schedule with the least mean lag', () => {
	const runTimes = drawRunTimes({ medianMs: 1, spread: SPREAD }, 20_000, 1);

	const seenBy = (times: readonly number[]) => {
		const seen = runTimes.map((runTime) => {
			const last = times.findIndex((time) => time >= runTime);
			return { looks: last + 1, lag: (times[last] ?? NaN) / runTime - 1 };
		});
		const sum = seen.reduce((so, one) => ({ looks: so.looks + one.looks, lag: so.lag + one.lag }), {
			looks: 0,
			lag: 0,
		});
		return { looks: sum.looks / seen.length, lag: sum.lag / seen.length };
	};

	it('has so many looks, and the lag of the formula for short intervals', () => {
		const { looks, lag } = seenBy(leastMeanSchedule(SPREAD, LOOKS));
		const formula = (1.44 ** 2 * SPREAD) / (2 * LOOKS);

		expect(looks).toBeCloseTo(LOOKS, 0);
		expect(lag / formula).toBeGreaterThan(0.9);
		expect(lag / formula).toBeLessThan(1.1);
	});

	it('has less lag than equal intervals for as many looks', () => {
		const equal = Array.from({ length: 100 }, (_, i) => 0.75 + i * 0.0115);
		const { looks, lag } = seenBy(equal);

		expect(lag).toBeGreaterThan(seenBy(leastMeanSchedule(SPREAD, looks)).lag * 1.1);
	});
});
