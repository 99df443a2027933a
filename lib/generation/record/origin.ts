import type { JobRecord } from './record';
import type { JobReport } from '../report/report';

/** Whether a stored video is of this job: by the store's time of it, and by when the job ran. */
export type Origin = 'own' | 'earlier' | 'doubtful';

/** Stores tell time to the second, and RunPod's times leave out what lies between its steps. */
const TOLERANCE_MS = 5000;
/** A worker stores its video before it says that it is done. */
const LATE_TOLERANCE_MS = 30_000;

/**
 * Everything older than the record is of an earlier job. Where a job before this one wrote under the same key, and may
 * still do so, what is older than this job's start or newer than its end may be of that one.
 */
export function originOf(
	{ delay_time_ms, execution_time_ms }: Pick<JobReport, 'delay_time_ms' | 'execution_time_ms'>,
	record:
		| Pick<JobRecord, 'recorded_at_ms' | 'intended_at_ms' | 'submitted_at_ms' | 'earlier_job_ids'>
		| undefined,
	lastModifiedMs: number,
): Origin {
	if (!record) return 'own';
	const { submitted_at_ms, intended_at_ms, recorded_at_ms, earlier_job_ids } = record;
	if (recorded_at_ms === null) return 'own';
	if (lastModifiedMs < recorded_at_ms) return 'earlier';
	if (earlier_job_ids.length === 0 || submitted_at_ms === null) return 'own';
	if (delay_time_ms === null || execution_time_ms === null) return 'own';
	// n8n's clock and the store's differ, but not by another amount a moment later.
	const submittedMs = recorded_at_ms + Math.max(submitted_at_ms - intended_at_ms, 0);
	const startMs = submittedMs + delay_time_ms;
	const endMs = startMs + execution_time_ms;
	// RunPod's times are no proof: the video is paid for, and given out with a warning.
	const isInside =
		lastModifiedMs >= startMs - TOLERANCE_MS && lastModifiedMs <= endMs + LATE_TOLERANCE_MS;
	return isInside ? 'own' : 'doubtful';
}
