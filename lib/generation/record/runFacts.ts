import * as z from 'zod/v4';
import { jobReport, type JobReport } from '../report/reportFields';

const noted = jobReport.pick({
	delay_time_ms: true,
	execution_time_ms: true,
	worker_id: true,
	gpu_type: true,
	cost_usd_min: true,
	cost_usd_max: true,
});

/** How long a job ran and on what: estimates learn from it, and RunPod forgets it. Odd ones are none. */
export const runFacts = z.optional(noted).catch(undefined);

export type RunFacts = z.output<typeof noted>;

/** What is noted of a report; nothing where no time is known. */
export function runFactsOf(report: JobReport): RunFacts | undefined {
	return report.execution_time_ms === null ? undefined : noted.parse(report);
}
