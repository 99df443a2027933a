import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
	exactUsdText,
	formMicroUsd,
	formMicroUsdPerHour,
	usdOf,
	usdRangeText,
	usdText,
} from '../../../../lib/cost/money';
import { fuzzTarget } from '../../target';
import { jsonValues, words } from '../../values';

const sums = fc.oneof(
	fc.double(),
	fc.double({ min: 0, max: 2e9 }),
	fc.double({ min: 0, max: 1000 }).map(String),
	fc
		.tuple(fc.nat(), fc.nat({ max: 999_999 }))
		.map(([usd, micro]) => `${String(usd)}.${String(micro)}`),
	fc.constantFrom<unknown>('0x10', '1,5', '1e3', '.5', '5.', '+5', 'Infinity', '1e-400', true, [5]),
	words,
	jsonValues,
);

/** Any sum of a form is whole micro-dollars or a fault, and a text never tells less than what it costs. */
export const money = fuzzTarget(
	'money',
	fc.property(sums, fc.nat({ max: 2 ** 31 - 1 }), (given, microUsd) => {
		const sum = formMicroUsd.safeParse(given);
		if (sum.success) {
			assert.ok(Number.isSafeInteger(sum.data) && sum.data >= 0);
			assert.ok(Math.abs(usdOf(sum.data) - Number(given)) <= 0.000_000_6 + Number(given) * 1e-12);
			assert.ok(['string', 'number'].includes(typeof given) && String(given).trim() !== '');
		} else for (const { message } of sum.error.issues) assert.ok(message.length > 0);
		const hourly = formMicroUsdPerHour.safeParse(given).data;
		assert.ok(hourly === undefined || (Number.isSafeInteger(hourly) && hourly > 0));
		assert.ok(Number(usdText(microUsd)) >= usdOf(microUsd));
		assert.equal(Math.round(Number(exactUsdText(microUsd)) * 1_000_000), microUsd);
		assert.match(usdRangeText(microUsd, microUsd + 5), /^about \d+\.\d\d(–\d+\.\d\d)? USD$/);
	}),
);
