import { keyOf, type Execution } from './execution';
import { RunPod, type PaidJob } from './runPod';
import type { Store } from './store';

/** What is known of the world when something is judged. */
export interface Truth {
	runPod: RunPod;
	store: Store;
	executions: ReadonlyMap<string, Execution>;
	/** The jobs that somebody was given. */
	given: ReadonlySet<string>;
	nowMs: number;
	ignoresConditions: boolean;
	hasSetClock: boolean;
}

const MISSING_MS = 150_000;
const CONTEST_MS = 60_000;
const CANCEL_MS = 60_000;

/**
 * The reference model. A video may be paid for anew only where each job that was paid for it before is given out, has
 * left no video, is forgotten by RunPod, or is one that the payer cannot know of; each reason is a row of
 * docs/reliability.md.
 */
export function mayBePaidAnew(earlier: PaidJob, payer: Execution, truth: Truth): string | undefined {
	if (truth.given.has(earlier.id)) return 'A video that was given out is made anew';
	if (leftNoVideo(earlier, payer)) return 'A job that failed is made anew by the next run';
	if (isLost(earlier, truth)) return 'A job that RunPod does not know for 150 s counts as lost';
	if (isOutOfSight(earlier, payer, truth)) return "Without MinIO nothing outlives n8n's process";
	if (truth.ignoresConditions && truth.nowMs - earlier.submittedAtMs < CONTEST_MS)
		return 'A store that ignores conditions: two executions may both submit';
	return undefined;
}

function leftNoVideo({ state, storedAtMs }: PaidJob, { triedAtMs }: Execution): boolean {
	const hasEnded = state === 'FAILED' || state === 'CANCELLED' || state === 'COMPLETED';
	// A video that comes while somebody looks may be seen or not.
	return hasEnded && (storedAtMs === undefined || storedAtMs >= triedAtMs);
}

function isLost(job: PaidJob, { runPod, nowMs }: Truth): boolean {
	if (job.state === 'FORGOTTEN' || runPod.isDropped(job)) return job.storedAtMs === undefined;
	return runPod.troubles.some(
		({ kind, fromMs, untilMs }) => kind === '404' && Math.min(untilMs, nowMs) - fromMs >= MISSING_MS,
	);
}

function isOutOfSight(job: PaidJob, payer: Execution, { store, executions }: Truth): boolean {
	const before = executions.get(job.by);
	const isOwn = before === payer;
	if (!isOwn && (!payer.wish.withMinio || before?.wish.withMinio === false)) return true;
	return !isOwn && store.troubles.some(({ kind, untilMs }) => kind.startsWith('lets no') && untilMs >= job.submittedAtMs);
}

/** Why a job still runs though everybody has ended; nothing where it should not. */
export function mayBurn(job: PaidJob, truth: Truth): string | undefined {
	const { runPod, executions, nowMs } = truth;
	const all = [...executions.values()];
	const ofItsVideo = all.filter(({ wish }) => wish.videos.map(keyOf).includes(job.key));
	if (!job.isNamed) return 'Where RunPod gave no job ID, nobody can cancel';
	if (ofItsVideo.some(({ state }) => state === 'killed')) return 'A process that is killed cancels nothing';
	if (truth.given.has(job.id)) return 'It was given out as a job that goes on';
	if (executions.get(job.by)?.wish.waits === 'not') return 'Nobody was to wait for it';
	if (ofItsVideo.some(({ stop, wish }) => stop.signal.aborted && wish.waits === 'asleep'))
		return 'Stop of a sleep cancels nothing';
	if (ofItsVideo.some((one) => saysLeft(one, job))) return 'Its error says that it goes on';
	const cancelFailed = runPod.troubles.some(({ fromMs, untilMs }) => untilMs - fromMs >= CANCEL_MS && nowMs > fromMs);
	if (cancelFailed && ofItsVideo.some((one) => names(one, job)))
		return 'A cancel that fails leaves a job that the error names';
	return undefined;
}

function saysLeft(execution: Execution, job: PaidJob): boolean {
	return (
		execution.errors.some(
			({ details, remedy }) => details.job_id === job.id && /goes on|another execution/.test(remedy),
		) || execution.skipped.some((text) => text.includes(job.id) && text.includes('goes on'))
	);
}

function names({ errors, skipped }: Execution, { id }: PaidJob): boolean {
	return errors.some(({ details }) => details.job_id === id) || skipped.some((text) => text.includes(id));
}
