import { WanAvatarError } from '../../base/errors/errors';
import type { End } from '../../base/errors/settled';
import { FREE, sumOf, type KnownCost } from '../../cost/costRange';
import { microUsdOf, usdRangeText } from '../../cost/money';
import type { CostWatch } from '../cost/costWatch';
import { jobReport, type JobReport } from '../report/reportFields';
import type { JobRecord } from '../record/record';

/** What came of the items of one run. */
export interface Tally {
	made: number;
	/** Videos that were there, or that an earlier execution has paid for. */
	found: number;
	failed: number;
	/** Jobs that go on. */
	going: number;
	notStarted: number;
	/** Of the jobs of this execution; nothing where it is not asked for, or not known. */
	cost: KnownCost | undefined;
	/** Time on GPUs of the jobs of this execution. */
	runMs: number;
}

/** What was given out for an item. */
interface Given {
	report: JobReport;
	record?: JobRecord;
}

/** Counts the ends of a run. */
export async function tallyOf(
	ends: readonly End<Given>[],
	{ ports, costs }: { ports: { executionId: string }; costs: CostWatch | undefined },
): Promise<Tally> {
	const isMade = ({ record, report }: Given) =>
		record?.execution_id === ports.executionId && record.job_id === report.job_id;
	const results = ends.flatMap((end) => ('value' in end ? [end.value] : []));
	const completed = results.filter(({ report }) => report.status === 'COMPLETED');
	const made = completed.filter(isMade);
	const errors = ends.flatMap((end) => ('error' in end ? [end.error] : []));
	const own = [...made.map(({ report }) => report), ...errors.flatMap(paidBy)];
	return {
		made: made.length,
		found: completed.length - made.length,
		failed: errors.filter((error) => !isNotSent(error)).length,
		going: results.length - completed.length,
		notStarted: ends.filter((end) => 'skipped' in end || ('error' in end && isNotSent(end.error)))
			.length,
		cost: costs && (await bounded(own, costs)),
		runMs: own.reduce((sum, { execution_time_ms }) => sum + (execution_time_ms ?? 0), 0),
	};
}

/** A spending limit left no room for it. */
function isNotSent(error: unknown): boolean {
	return error instanceof WanAvatarError && error.code === 'BUDGET_REACHED';
}

const paid = jobReport.pick({
	submitted_at: true,
	execution_time_ms: true,
	cost_usd_min: true,
	cost_usd_max: true,
});
type Paid = Pick<JobReport, keyof typeof paid.shape>;

/** An error that names no job has cost nothing. */
function paidBy(error: unknown): Paid[] {
	if (!(error instanceof WanAvatarError) || typeof error.details.job_id !== 'string') return [];
	const { data } = paid.safeParse(error.details);
	return data ? [data] : [];
}

/** Jobs that waited for each other have not each had a start and an idle time of their own. */
async function bounded(own: readonly Paid[], costs: CostWatch): Promise<KnownCost | undefined> {
	const isKnown = own.some(({ cost_usd_min }) => cost_usd_min !== null);
	if (own.length > 0 && !isKnown) return undefined;
	const sum = own.length === 0 ? FREE : sumOf(own.map(costOf));
	if (sum.minMicroUsd === null) return undefined;
	const submitted = own.map(({ submitted_at }) => Date.parse(submitted_at ?? ''));
	const most = await costs.mostSince(Math.min(...submitted));
	if (most === undefined || sum.maxMicroUsd === null) return sum;
	const maxMicroUsd = Math.max(sum.minMicroUsd, Math.min(sum.maxMicroUsd, most));
	return { minMicroUsd: sum.minMicroUsd, maxMicroUsd };
}

function costOf({ cost_usd_min, cost_usd_max }: Paid): KnownCost {
	const maxMicroUsd = cost_usd_max === null ? null : microUsdOf(cost_usd_max);
	return { minMicroUsd: microUsdOf(cost_usd_min ?? 0), maxMicroUsd };
}

/** In one line, for whoever looks at the run; nothing for a lone item, which says it all itself, or where no job has ended. */
export function tallyText(tally: Tally): string | undefined {
	const { made, found, failed, going, notStarted, cost, runMs } = tally;
	const all = made + found + failed + going + notStarted;
	if (all < 2 || made + found + failed === 0) return undefined;
	const counts = [
		`${String(made)} of ${String(all)} videos made`,
		...counted(found, 'found'),
		...counted(failed, 'failed'),
		...counted(going, 'still under way'),
		...counted(notStarted, 'not started'),
	].join(', ');
	return [
		counts,
		...(cost?.minMicroUsd ? [usdRangeText(cost.minMicroUsd, cost.maxMicroUsd)] : []),
		...(runMs >= 500 ? [`${durationText(runMs)} of GPU`] : []),
	].join('; ');
}

function counted(count: number, what: string): string[] {
	return count === 0 ? [] : [`${String(count)} ${what}`];
}

function durationText(ms: number): string {
	const seconds = Math.round(ms / 1000);
	if (seconds < 60) return `${String(seconds)} s`;
	const minutes = Math.round(seconds / 60);
	const hours = Math.floor(minutes / 60);
	return hours === 0 ? `${String(minutes)} min` : `${String(hours)} h ${String(minutes % 60)} min`;
}
