import * as z from 'zod/v4';
import { formNumber } from '../base/data/number';

/** Inside, money is whole micro-dollars: sums of them are exact. USD is for forms, items and what RunPod says. */
const MICRO_PER_USD = 1_000_000;
const SECONDS_PER_HOUR = 3600;
/** In micro-dollars, a billion USD: all sums and products stay exact far beyond it. */
const MOST_USD = 1_000_000_000;

/** USD with at most 6 decimals. */
export function usdOf(microUsd: number): number {
	return microUsd / MICRO_PER_USD;
}

export function microUsdOf(usd: number): number {
	return Math.round(usd * MICRO_PER_USD);
}

const MICRO_PER_CENT = 10_000;

/** For people, in cents; rounded up, so that nothing costs 0.00 USD that is not free. */
export function usdText(microUsd: number): string {
	return (Math.ceil(microUsd / MICRO_PER_CENT) / 100).toFixed(2);
}

/** A sum that somebody gave, as it is: in cents, or to the micro-dollar. */
export function exactUsdText(microUsd: number): string {
	return microUsd % MICRO_PER_CENT === 0 ? usdText(microUsd) : String(usdOf(microUsd));
}

/** For people, in cents; `most` is null where it is not known. */
export function usdRangeText(leastMicroUsd: number, mostMicroUsd: number | null): string {
	const least = (Math.floor(leastMicroUsd / MICRO_PER_CENT) / 100).toFixed(2);
	if (mostMicroUsd === null) return `at least ${least} USD`;
	const most = usdText(mostMicroUsd);
	return least === most ? `about ${most} USD` : `about ${least}–${most} USD`;
}

/** A sum from a form, in whole micro-dollars. */
export const formMicroUsd = formNumber(
	z
		.number({ error: 'must be a number of USD' })
		.min(0, 'must be at least 0 USD')
		.max(MOST_USD, 'is more than anybody pays'),
).transform(microUsdOf);

/** A price from a form in USD a second, as micro-dollars an hour; never rounded down. 0, as the form shows it at first, is none. */
export const formMicroUsdPerHour = formNumber(
	z
		.number({ error: 'must be a number of USD a second' })
		.min(0, 'must not be below 0 USD a second')
		.max(1000, 'is more than any GPU costs'),
).transform((usdPerSecond) => (usdPerSecond === 0 ? undefined : perHourOf(usdPerSecond)));

function perHourOf(usdPerSecond: number): number {
	return Math.ceil(Number((usdPerSecond * SECONDS_PER_HOUR * MICRO_PER_USD).toPrecision(12)));
}

/** What so many seconds cost, not yet rounded to micro-dollars. */
export function priceOfSeconds(seconds: number, microUsdPerHour: number): number {
	return (seconds * microUsdPerHour) / SECONDS_PER_HOUR;
}
