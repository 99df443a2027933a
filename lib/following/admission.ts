import { onAbort } from '../base/async/abortListener';
import { pause, type Clock } from '../base/async/clock';
import type { EndpointHealth } from '../runpod/queue/health';
import type { JobState } from '../runpod/queue/job';
import { DOUBT_SHARE, jobLimit, type ToldLoad } from './parallelJobs';
import { createRateCeiling, MOST_JOBS } from './rateCeiling';
import { RunJobs, type RunJob } from './runJobs';

/** One of the jobs that are under way, from before its submit to its end. */
export interface AdmittedJob {
	/** RunPod has it from now on. */
	sent: () => void;
	/** Every look at the job: from these it is learned what the endpoint can take. */
	saw: (look: JobState) => void;
	leave: () => void;
}

/** What a job is like that wants to be sent. */
export interface Applicant {
	timeoutMs: number;
	/** It may wait on RunPod for longer than its Timeout: nobody refuses it. */
	mayBeLeft: boolean;
}

/** Lets the jobs of one run begin, in the order in which they came. */
export interface Admission {
	/**
	 * Waits until the job may be sent.
	 * @throws NoWorkerInTime when the endpoint has taken no job of the run for as long as this one may take in all
	 */
	enter: (applicant: Applicant) => Promise<AdmittedJob>;
}

/** Jobs of the run have waited for so long, and no worker has taken one. */
export class NoWorkerInTime extends Error {
	override readonly name = 'NoWorkerInTime';

	constructor(readonly quietMs: number) {
		super('No worker has taken a job');
	}
}

export interface AdmissionPorts {
	clock: Clock;
	health: (signal?: AbortSignal) => Promise<EndpointHealth | undefined>;
	/** When RunPod last answered to a submit that too much is asked of it (429), by the monotonic clock. */
	rateLimitedAtMs: () => number | undefined;
	signal?: AbortSignal | undefined;
}

const FIRST_CHECK_MS = 1000;
const CHECK_GROWTH = 1.5;
const MAX_CHECK_MS = 10_000;
/** What the endpoint said longer ago is not believed any more. */
const TOLD_AGE_MS = 60_000;
/** While workers start, or work for others, it is waited for so many Timeouts. */
const HOPEFUL_TIMEOUTS = 3;

interface Waiter extends Applicant {
	admit: (job: AdmittedJob) => void;
	refuse: (error: NoWorkerInTime) => void;
}

/** @param fixedLimit so many jobs at once; without it the number is learned, and changes with the endpoint */
export function createAdmission(
	{ clock, health, rateLimitedAtMs, signal }: AdmissionPorts,
	fixedLimit: number | undefined,
): Admission {
	const waiting: Waiter[] = [];
	const jobs = new RunJobs();
	const ceiling = createRateCeiling();
	let told: (ToldLoad & { atMs: number }) | undefined;
	let heeded429AtMs: number | undefined;
	/** How many jobs ran when workers had been starting for too long. */
	let runningAtDoubt: number | undefined;
	let checking: AbortController | undefined;

	const lately = () =>
		told !== undefined && clock.monotonic() - told.atMs <= TOLD_AGE_MS ? told : undefined;

	const learnedLimit = (timeoutMs: number): number => {
		const nowMs = clock.monotonic();
		const { running, runTimeMs } = jobs;
		const longestWaitMs = jobs.longestWaitMs(nowMs);
		if (longestWaitMs > timeoutMs * DOUBT_SHARE) runningAtDoubt ??= running;
		if (runningAtDoubt !== undefined && running > runningAtDoubt) runningAtDoubt = undefined;
		const runningForMs = jobs.runningForMs(nowMs);
		return jobLimit({
			running,
			endsInMs: runningForMs.map((ms) => Math.max((runTimeMs ?? 0) - ms, 0)),
			runTimeMs,
			longestRunMs: runningForMs[0] ?? 0,
			longestWaitMs,
			told: lately(),
			isStartDoubted: runningAtDoubt !== undefined,
			timeoutMs,
		});
	};

	/** Whether one more may be under way. */
	const hasRoom = ({ timeoutMs }: Waiter): boolean => {
		// After Stop nothing is sent any more: nobody has anything to wait for.
		if (signal?.aborted) return true;
		if (isHeld(timeoutMs)) return false;
		if (fixedLimit !== undefined) return jobs.size < fixedLimit;
		const limit = Math.min(learnedLimit(timeoutMs), ceiling.jobs(clock.monotonic()));
		return jobs.size < MOST_JOBS && jobs.toBeServed < limit;
	};

	/** After a job that no worker took in time, one at a time is sent, and only with much of its Timeout left. */
	const isHeld = (timeoutMs: number): boolean => {
		if (!jobs.isUnserved || isHopeful()) return false;
		return jobs.size > 0 || jobs.quietMs(clock.monotonic()) > timeoutMs / 2;
	};

	/** Workers may still come to us: they start, are free, or work for others. */
	const isHopeful = (): boolean => {
		const workers = lately()?.health.workers;
		return workers !== undefined && workers.idle + workers.initializing + workers.running > 0;
	};

	const admitNext = () => {
		heed429();
		for (let next = waiting[0]; next && hasRoom(next); next = waiting[0]) {
			waiting.shift();
			next.admit(begin());
		}
		if (waiting.length === 0) checking?.abort();
		else if (!checking) void check();
	};

	const heed429 = () => {
		const atMs = rateLimitedAtMs();
		if (atMs === undefined || atMs === heeded429AtMs) return;
		heeded429AtMs = atMs;
		ceiling.lower(jobs.toBeServed, atMs);
	};

	/** Whoever would wait as long as others have waited for nothing is told so at once. */
	const refuseInVain = () => {
		const quietMs = jobs.quietMs(clock.monotonic());
		const timeouts = isHopeful() ? HOPEFUL_TIMEOUTS : 1;
		for (const waiter of waiting.splice(0)) {
			if (quietMs < waiter.timeoutMs * timeouts) waiting.push(waiter);
			else if (waiter.mayBeLeft) waiter.admit(begin());
			else waiter.refuse(new NoWorkerInTime(quietMs));
		}
	};

	const begin = (): AdmittedJob => {
		const job: RunJob = jobs.add();
		return {
			sent: () => {
				jobs.sent(job, clock.monotonic());
			},
			saw: (look) => {
				jobs.saw(job, look, clock.monotonic());
				admitNext();
			},
			leave: () => {
				if (jobs.remove(job, clock.monotonic())) admitNext();
			},
		};
	};

	/** While jobs wait for their turn: what the endpoint can take by now, and whether it is alive. */
	const check = async () => {
		const done = new AbortController();
		checking = done;
		const letGo = onAbort(signal, () => {
			done.abort();
		});
		let pauseMs = FIRST_CHECK_MS;
		while (!done.signal.aborted) {
			const before = jobs.size;
			if (fixedLimit === undefined || isAskedBeforeRefusing()) await ask(done.signal);
			refuseInVain();
			admitNext();
			pauseMs =
				jobs.size > before ? FIRST_CHECK_MS : Math.min(pauseMs * CHECK_GROWTH, MAX_CHECK_MS);
			await pause(clock, pauseMs, done.signal);
		}
		letGo();
		checking = undefined;
		// Somebody may have come while the last look was on its way.
		if (waiting.length > 0) admitNext();
	};

	const isAskedBeforeRefusing = () =>
		jobs.isUnserved ||
		waiting.some(({ timeoutMs }) => jobs.quietMs(clock.monotonic()) >= timeoutMs);

	const ask = async (until: AbortSignal) => {
		const ours = { ourJobs: jobs.onEndpoint, ourWaitingJobs: jobs.waiting };
		const answer = await health(until);
		if (answer) told = { health: answer, ...ours, atMs: clock.monotonic() };
	};

	return {
		enter: async (applicant) =>
			await new Promise<AdmittedJob>((admit, refuse) => {
				waiting.push({ ...applicant, admit, refuse });
				admitNext();
			}),
	};
}
