import type { Clock } from '../../base/async/clock';
import { createConcurrencyLimit } from '../../base/async/concurrency';
import { LIMITS } from '../../base/async/timeLimits';
import { createTurns } from '../../base/async/turns';
import { WanAvatarError, type ErrorCode } from '../../base/errors/errors';
import { settle, type Settled } from '../../base/errors/settled';
import type { JobState } from '../../runpod/queue/job';
import { createEndNotes } from './endNotes';
import { endIn, type JobEnd, type JobEvent } from './jobEnd';

/** What is to be done about a callback. */
export type Verdict<T> =
	| Start<T>
	/** The workflow was started for this end of the job already. */
	| { tag: 'repeated' }
	| { tag: 'notChosen'; event: JobEvent }
	/** RunPod's own word may come later than its callback: it is to call again. */
	| { tag: 'notEnded' }
	/** The endpoint has no such job, or not yet, or no longer. */
	| { tag: 'unknown' }
	/** RunPod could not be asked now. */
	| { tag: 'unanswered'; reason: string }
	| { tag: 'tooMany' };

export interface Start<T> {
	tag: 'start';
	result: T;
	/** All notes, to be saved with the start. */
	notes: Record<string, unknown>;
	/** Must be called once the start is saved, or has failed: the next one waits for it. */
	done: (isStarted: boolean) => void;
}

/** What one callback is judged with. */
export interface Callback<T> {
	events: readonly JobEvent[];
	/** What n8n has saved of the notes. */
	savedNotes: unknown;
	/** Asks RunPod, until the signal ends. Rejects as `lookAt` does. */
	look: (signal: AbortSignal) => Promise<JobState>;
	/** Makes of an end what the workflow starts with. */
	describe: (look: JobState) => Promise<T>;
}

/** Judges the callbacks of one trigger in one process. */
export interface Receiver {
	/** @throws WanAvatarError for what a repeated call would not mend, such as a key that RunPod refuses */
	receive: <T>(jobId: string, callback: Callback<T>) => Promise<Verdict<T>>;
	/** Whether an error may be shown by an execution: whoever knows the address could cause thousands of them. */
	mayShow: () => boolean;
}

/** Of RunPod's 2,000 status requests in 10 s, which Generate needs too. */
const LOOKS_AT_ONCE = 10;
/** n8n holds the whole body of each, up to 16 MB. */
const MAX_AT_ONCE = 100;
/** RunPod calls three times; more wait in vain, and would keep other jobs out. */
const MAX_OF_ONE_JOB = 5;
const SHOWN_EVERY_MS = 300_000;
/** RunPod's edge refuses a request now and then. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['UNAUTHORIZED', 'ENDPOINT_NOT_FOUND']);

export function createReceiver(clock: Pick<Clock, 'now' | 'monotonic' | 'timeout'>): Receiver {
	const notes = createEndNotes(clock.now);
	const limit = createConcurrencyLimit(LOOKS_AT_ONCE);
	const jobTurn = createTurns();
	const startTurn = createTurns();
	let atOnce = 0;
	const ofOneJob = new Map<string, number>();
	let isRefused = false;
	let shownAtMs = -Infinity;

	const looked = async (look: Callback<unknown>['look']): Promise<Settled<JobState>> => {
		const signal = clock.timeout(LIMITS.callbackMs);
		const seen = await limit(async () => await settle(look(signal)));
		const wasRefused = isRefused;
		isRefused = 'error' in seen && isPassing(seen.error);
		if ('value' in seen) return seen;
		if (isUnanswered(seen.error) || (isRefused && !wasRefused)) return seen;
		throw seen.error;
	};

	const judge = async <T>(jobId: string, callback: Callback<T>): Promise<Verdict<T>> => {
		const { events, savedNotes, look, describe } = callback;
		const seen = await looked(look);
		if ('error' in seen) return { tag: 'unanswered', reason: String(seen.error) };
		if (seen.value.tag === 'missing') return { tag: 'unknown' };
		const end = endIn(seen.value);
		if (!end) return { tag: 'notEnded' };
		if (!events.includes(end.event)) return { tag: 'notChosen', event: end.event };
		notes.read(savedNotes);
		if (notes.has(jobId, end)) return { tag: 'repeated' };
		return await start(jobId, end, await describe(seen.value));
	};

	/** One after the other: n8n saves the notes of each start as a whole, and the last would win. */
	const start = async <T>(jobId: string, end: JobEnd, result: T): Promise<Start<T>> => {
		const leave = await startTurn('');
		const takeBack = notes.add(jobId, end);
		const done = (isStarted: boolean) => {
			if (!isStarted) takeBack();
			leave();
		};
		return { tag: 'start', result, notes: notes.all(), done };
	};

	const receive: Receiver['receive'] = async (jobId, callback) => {
		const ofThisJob = ofOneJob.get(jobId) ?? 0;
		if (atOnce >= MAX_AT_ONCE || ofThisJob >= MAX_OF_ONE_JOB) return { tag: 'tooMany' };
		atOnce++;
		ofOneJob.set(jobId, ofThisJob + 1);
		// What is begun for a job is over before the next callback of it is judged.
		const leaveJob = await jobTurn(jobId);
		const leave = () => {
			atOnce--;
			const left = (ofOneJob.get(jobId) ?? 1) - 1;
			if (left > 0) ofOneJob.set(jobId, left);
			else ofOneJob.delete(jobId);
			leaveJob();
		};
		const judged = await settle(judge(jobId, callback));
		if ('value' in judged && judged.value.tag === 'start') {
			const { done, ...verdict } = judged.value;
			const doneAndLeft = (isStarted: boolean) => {
				done(isStarted);
				leave();
			};
			return { ...verdict, done: doneAndLeft };
		}
		leave();
		if ('error' in judged) throw judged.error;
		return judged.value;
	};

	return {
		receive,
		mayShow: () => {
			if (clock.monotonic() - shownAtMs < SHOWN_EVERY_MS) return false;
			shownAtMs = clock.monotonic();
			return true;
		},
	};
}

function isUnanswered(error: unknown): boolean {
	return error instanceof WanAvatarError && error.code === 'UNREACHABLE';
}

function isPassing(error: unknown): boolean {
	return error instanceof WanAvatarError && PASSING.has(error.code);
}
