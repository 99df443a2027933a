import type { JobLook } from './resumeJob';

/** What is known of the jobs of one run whose execution sleeps. */
export interface KnownJobs {
	/** What is in the records says it too, but costs a request each. */
	ended: Set<string>;
	/** The jobs that callbacks have named since the last look. */
	named: Set<string>;
	/** When all were last looked at, by the monotonic clock. */
	allLookedAtMs: number;
}

export function noneKnown(): KnownJobs {
	return { ended: new Set(), named: new Set(), allLookedAtMs: -Infinity };
}

/** So few are all looked at each time. */
const FEW = 20;
/** A callback that was lost is found by a later one, at the latest after this time. */
const LOOK_AT_ALL_MS = 30_000;

/** The jobs to look at now. Of many only those that were named: each of 500 callbacks would ask for 500 jobs. */
export function takeJobsToLookAt(
	jobIds: readonly string[],
	known: KnownJobs,
	nowMs: number,
): ReadonlySet<string> {
	const { ended, named, allLookedAtMs } = known;
	const pending = jobIds.filter((jobId) => !ended.has(jobId));
	known.named = new Set();
	if (pending.length > FEW && nowMs - allLookedAtMs < LOOK_AT_ALL_MS)
		return new Set(pending.filter((jobId) => named.has(jobId)));
	known.allLookedAtMs = nowMs;
	return new Set(pending);
}

/** Whether nothing is left to sleep for, after a look: what could not be noted must be fetched before RunPod forgets it. */
export function isOver(
	jobIds: readonly string[],
	{ ended }: KnownJobs,
	looks: ReadonlyMap<string, JobLook>,
): boolean {
	return jobIds.every((jobId) => ended.has(jobId) || looks.get(jobId) === 'unnoted');
}

/** Whether RunPod is to call again: it could not be asked, or does not know yet what it has said. */
export function isUnsure(
	looks: ReadonlyMap<string, JobLook>,
	saidToHaveEnded: string | undefined,
): boolean {
	if ([...looks.values()].some((look) => look === 'unknown' || look === 'unnoted')) return true;
	return saidToHaveEnded !== undefined && looks.get(saidToHaveEnded) === 'pending';
}
