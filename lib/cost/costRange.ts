import { usdOf } from './money';

/** What something costs, at least and at most, in whole micro-dollars. */
export interface CostRange {
	minMicroUsd: number;
	maxMicroUsd: number;
}

/** The same where one of the two may not be known. */
export interface KnownCost {
	minMicroUsd: number | null;
	maxMicroUsd: number | null;
}

/** As items have it; null = not known. */
export function costFields({ minMicroUsd, maxMicroUsd }: KnownCost) {
	return {
		cost_usd_min: minMicroUsd === null ? null : usdOf(minMicroUsd),
		cost_usd_max: maxMicroUsd === null ? null : usdOf(maxMicroUsd),
	};
}

export const FREE: CostRange = { minMicroUsd: 0, maxMicroUsd: 0 };

/** All together; a bound is unknown as soon as one of its parts is. */
export function sumOf(costs: readonly KnownCost[]): KnownCost {
	return costs.reduce(
		(sum, cost) => ({
			minMicroUsd: plus(sum.minMicroUsd, cost.minMicroUsd),
			maxMicroUsd: plus(sum.maxMicroUsd, cost.maxMicroUsd),
		}),
		FREE,
	);
}

function plus(one: number | null, other: number | null): number | null {
	return one === null || other === null ? null : one + other;
}
