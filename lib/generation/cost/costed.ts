import type { JobReport } from '../report/reportFields';
import type { CostWatch } from './costWatch';

interface WithCosts {
	/** Nothing where costs are not asked for. */
	costs: CostWatch | undefined;
}

/** A result with what its job has cost. */
export async function costed<T extends { report: JobReport }>(
	result: T,
	{ costs }: WithCosts,
): Promise<T> {
	return costs ? { ...result, report: await costs.costed(result.report) } : result;
}

/** The same for the error of a job, in its details. */
export async function costedError(error: unknown, { costs }: WithCosts): Promise<unknown> {
	return costs ? await costs.costedError(error) : error;
}

/** The same of work that gives one or the other. */
export async function withCosts<T extends { report: JobReport }>(
	costs: CostWatch | undefined,
	work: () => Promise<T>,
): Promise<T> {
	try {
		return await costed(await work(), { costs });
	} catch (error) {
		throw await costedError(error, { costs });
	}
}
