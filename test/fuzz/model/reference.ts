import type { Execution } from './execution';
import type { PaidJob, RunPod } from './runPod';
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
	/** So much n8n's clock was set on, in all. */
	setOnMs: number;
	wasSet: boolean;
}

const MISSING_MS = 150_000;
const CONTEST_MS = 60_000;
/** A cancel is repeated for a minute. */
const REPEATED_MS = 60_000;
/** So long after its execution's end a job may still be under way, where RunPod has troubles. */
export const CANCEL_MS = 70_000;
export const SOON_MS = 5000;

/** Why a video may be paid for once more. */
export interface Reason {
	/** The row of docs/reliability.md. */
	limit: string;
	/** It is over with the job for everybody, and not for this payer alone. */
	isForAll: boolean;
}

/**
 * The reference model. A video may be paid for anew only where each job that was paid for it before is given out, has
 * left no video, is forgotten by RunPod, or is one that the payer cannot know of: the limits of docs/reliability.md.
 */
export function mayBePaidAnew(job: PaidJob, payer: Execution, truth: Truth): Reason | undefined {
	if (truth.given.has(job.id)) return forAll('A video that was given out is made anew');
	if (leftNoVideo(job, payer, truth))
		return forAll('A job that failed is made anew by the next run');
	if (isLost(job, truth)) return forAll('A job that RunPod does not know for 150 s counts as lost');
	if (isOutOfSight(job, payer, truth))
		return forPayer('Without MinIO nothing outlives the process');
	if (truth.ignoresConditions && truth.nowMs - job.submittedAtMs < CONTEST_MS)
		return forPayer('A store that ignores conditions: two executions may both submit');
	return undefined;
}

const forAll = (limit: string): Reason => ({ limit, isForAll: true });
const forPayer = (limit: string): Reason => ({ limit, isForAll: false });

/** A cancelled worker may run on and store its video late: whoever looks before that finds none, and the job is over. */
function leftNoVideo(job: PaidJob, payer: Execution, { executions }: Truth): boolean {
	const { state, storedAtMs, endedAtMs = Infinity } = job;
	if (state !== 'FAILED' && state !== 'CANCELLED' && state !== 'COMPLETED') return false;
	if (storedAtMs === undefined || storedAtMs >= payer.triedAtMs) return true;
	if (state !== 'CANCELLED') return false;
	const looksAtMs = [...executions.values()]
		.filter((one) => one.wants(job.key))
		.flatMap(({ triesAtMs }) => triesAtMs);
	const isSeenEmpty = looksAtMs.some((ms) => ms >= endedAtMs && ms <= storedAtMs);
	return isSeenEmpty || !payer.wish.withMinio;
}

function isLost(job: PaidJob, { runPod, nowMs, setOnMs }: Truth): boolean {
	// A clock that is set on by hours makes a time to live seem over.
	if (nowMs - job.submittedAtMs + setOnMs > job.ttlMs) return true;
	if (job.state === 'FORGOTTEN' || runPod.isDropped(job)) return job.storedAtMs === undefined;
	return runPod.troubles.some(
		({ kind, fromMs, untilMs }) =>
			kind === '404' && Math.min(untilMs, nowMs) - fromMs >= MISSING_MS,
	);
}

/** Without MinIO an execution knows its own jobs alone, and those as long as RunPod does. */
function isOutOfSight(job: PaidJob, payer: Execution, truth: Truth): boolean {
	const { store, runPod, executions } = truth;
	const isOwn = job.by === payer.name;
	if (isOwn) return !payer.wish.withMinio && runPod.isForgotten(job);
	const isHidden = [...executions.values()].some(
		(one) => !one.wish.withMinio && one.wants(job.key),
	);
	const [beganAtMs = 0] = executions.get(job.by)?.triesAtMs ?? [];
	const isDenied = store.troubles.some(
		({ kind, untilMs }) => kind.startsWith('lets no') && untilMs >= beganAtMs,
	);
	return isHidden || isDenied;
}

/** Whether somebody follows it, or has stopped following it so lately that its cancel may still be on its way. */
export function isBeingCancelled(job: PaidJob, { executions, runPod, nowMs }: Truth): boolean {
	const ofItsVideo = [...executions.values()].filter((one) => one.wants(job.key));
	if (ofItsVideo.some((one) => one.isUnderWay())) return true;
	const endsAtMs = ofItsVideo.map(({ endedAtMs = 0 }) => endedAtMs);
	const leftAtMs = Math.max(job.namedAtMs ?? 0, ...endsAtMs);
	return nowMs - leftAtMs < (runPod.troubles.length > 0 ? CANCEL_MS : SOON_MS);
}

/** Why a job still runs though everybody has ended; nothing where it should not. */
export function mayBurn(job: PaidJob, truth: Truth): string | undefined {
	const { runPod, executions, nowMs } = truth;
	const all = [...executions.values()];
	const ofItsVideo = all.filter((one) => one.wants(job.key));
	if (job.namedAtMs === undefined) return 'Where RunPod gave no job ID, nobody can cancel';
	if (ofItsVideo.some(({ wish }) => wish.onTimeout === 'hand back'))
		return 'It was to go on after Timeout';
	if (ofItsVideo.some(({ state }) => state === 'killed'))
		return 'A process that is killed cancels nothing';
	if (truth.given.has(job.id)) return 'It was given out as a job that goes on';
	if (executions.get(job.by)?.wish.waits === 'not') return 'Nobody was to wait for it';
	if (ofItsVideo.some(({ stop, wish }) => stop.signal.aborted && wish.waits === 'asleep'))
		return 'Stop of a sleep cancels nothing';
	if (ofItsVideo.some((one) => saysLeft(one, job))) return 'Its error says that it goes on';
	const cancelFailed = runPod.troubles.some(
		({ fromMs, untilMs }) => untilMs - fromMs >= REPEATED_MS && nowMs > fromMs,
	);
	if (cancelFailed && ofItsVideo.some((one) => names(one, job)))
		return 'A cancel that fails leaves a job that the error names';
	return undefined;
}

function saysLeft(execution: Execution, job: PaidJob): boolean {
	return (
		execution.errors.some(
			({ details, remedy }) =>
				details.job_id === job.id && /goes on|another execution/.test(remedy),
		) || execution.skipped.some((text) => text.includes(job.id) && text.includes('goes on'))
	);
}

function names({ errors, skipped }: Execution, { id }: PaidJob): boolean {
	return (
		errors.some(({ details }) => details.job_id === id) || skipped.some((text) => text.includes(id))
	);
}

/** Where RunPod gave no job ID, nothing is sent until that job can be no more; a process may be killed before it notes the ID. */
export function mayBeHeldBack({ runPod, store, executions }: Truth): boolean {
	const isKilled = [...executions.values()].some(({ state }) => state === 'killed');
	return isKilled || runPod.hasDoubt || runPod.troubles.length > 0 || store.troubles.length > 0;
}

/** A job that another execution follows is left to it, where its record tells so. */
export function isLeftTo(job: PaidJob, truth: Truth): boolean {
	return follows(executionOf(job, truth), truth);
}

/** Whether an execution that is sure to wait for its job ends it, with no other that could bring the video instead. */
export function isGivenUp(job: PaidJob, truth: Truth): boolean {
	const payer = executionOf(job, truth);
	if (!payer || !follows(payer, truth) || payer.wish.videos.length > 1) return false;
	if (truth.nowMs >= payer.triedAtMs + payer.wish.timeoutMs) return false;
	return !truth.runPod.jobs.some(
		(other) =>
			other !== job && other.key === job.key && (other.endedAtMs ?? Infinity) > job.submittedAtMs,
	);
}

/** Where a store ignores conditions two executions may both submit, and one of the two jobs is cancelled soon. */
export function areDoubled(job: PaidJob, other: PaidJob, truth: Truth): boolean {
	const both = [job, other];
	const submitsAtMs = both.map(({ submittedAtMs }) => submittedAtMs);
	const lastAtMs = Math.max(...submitsAtMs);
	if (job === other || job.key !== other.key || job.state !== 'COMPLETED') return false;
	if (other.state !== 'COMPLETED' && !truth.runPod.isBurning(other)) return false;
	if (lastAtMs - Math.min(...submitsAtMs) >= CONTEST_MS) return false;
	if (truth.nowMs - lastAtMs < TIME_TO_AGREE_MS) return false;
	return both.every((one) => follows(executionOf(one, truth), truth));
}

const TIME_TO_AGREE_MS = 10_000;

function executionOf({ by }: PaidJob, { executions }: Truth): Execution | undefined {
	return executions.get(by);
}

/** Whether it is sure to follow its job, and everybody can know it. */
function follows(execution: Execution | undefined, { runPod, store, wasSet }: Truth): boolean {
	if (!execution || wasSet || runPod.troubles.length > 0 || store.troubles.length > 0) return false;
	const { state, stop, wish } = execution;
	const isWaiting = state === 'running' && !stop.signal.aborted && wish.waits === 'in the node';
	return isWaiting && wish.withMinio;
}

const AFTER_STOP_MS = 2500;
/** Beside its Timeout: the looks before the first submit, and what is due at its end. */
const BESIDE_TIMEOUT_MS = 75_000;

/** Nothing hangs: when an execution has to have ended. */
export function dueMs({ wish, triedAtMs, stoppedAtMs = Infinity }: Execution): number {
	const dueAtTimeout = triedAtMs + wish.timeoutMs + BESIDE_TIMEOUT_MS;
	return Math.min(dueAtTimeout, Math.max(stoppedAtMs, triedAtMs) + AFTER_STOP_MS);
}
