import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
	exactUsdText,
	formMicroUsd,
	formMicroUsdPerHour,
	microUsdOf,
	usdOf,
	usdRangeText,
} from '../../../lib/cost/money';

it.each([
	[5, 5_000_000],
	['5', 5_000_000],
	[' 0.5 ', 500_000],
	[0, 0],
	[0.1 + 0.2, 300_000],
	[0.0000004, 0],
])('%j USD are %d micro-dollars', (given, expected) => {
	expect(formMicroUsd.parse(given)).toBe(expected);
});

it.each(['', ' ', 'five', '5 USD', '-1', -0.01, true, null, undefined, [], {}, Infinity, NaN, 2e9])(
	'%j is no sum of USD',
	(given) => {
		expect(formMicroUsd.safeParse(given).success).toBe(false);
	},
);

it.each([
	[0.00076, 2_736_000],
	['0.00116', 4_176_000],
	[0.00155, 5_580_000],
	// Less than a micro-dollar an hour is not nothing.
	[1e-12, 1],
	// As the option stands when it is added.
	[0, undefined],
])('%j USD a second are %j micro-dollars an hour', (given, expected) => {
	expect(formMicroUsdPerHour.parse(given)).toBe(expected);
});

it.each(['', -1, 'free', Infinity, 1001])('%j is no price', (given) => {
	expect(formMicroUsdPerHour.safeParse(given).success).toBe(false);
});

it.each([
	[3_104_000, 3_591_000, 'about 3.10–3.60 USD'],
	[3_100_000, 3_100_000, 'about 3.10 USD'],
	[1, 2, 'about 0.00–0.01 USD'],
	[3_109_999, null, 'at least 3.10 USD'],
	[12_345_678_901, 12_345_678_902, 'about 12345.67–12345.68 USD'],
])('%d to %d micro-dollars are %s for a reader', (least, most, text) => {
	expect(usdRangeText(least, most)).toBe(text);
});

it('comes back from USD as it was, with at most 6 decimals', () => {
	fc.assert(
		fc.property(fc.nat({ max: 2 ** 31 - 1 }), (microUsd) => {
			const [, decimals = ''] = usdOf(microUsd).toFixed(6).split('.');
			expect(microUsdOf(usdOf(microUsd))).toBe(microUsd);
			expect(Number(usdOf(microUsd).toFixed(6))).toBe(usdOf(microUsd));
			expect(decimals).toHaveLength(6);
		}),
	);
});

it.each([
	[500_000, '0.50'],
	[5_000_000, '5.00'],
	[1_615_000, '1.615'],
	[1_000, '0.001'],
	[1, '0.000001'],
])('a limit of %d micro-dollars is %s USD', (microUsd, words) => {
	expect(exactUsdText(microUsd)).toBe(words);
});
