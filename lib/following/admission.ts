import { onAbort } from '../contract/abortListener';
import { pause, type Clock } from '../contract/clock';
import type { EndpointHealth } from '../runpod/health';
import type { JobLook } from '../runpod/job';
import { jobLimit } from './jobLimit';
import { medianOf } from './schedule';

/** One of the jobs that are under way, from before its submit to its end. */
export interface AdmittedJob {
	/** Every look at the job: from these it is learned what the endpoint can take. */
	saw: (look: JobLook) => void;
	leave: () => void;
}

/** Lets the jobs of one run begin, in the order in which they came. */
export interface Admission {
	/**
	 * Waits until the job may be sent.
	 * @throws NoWorkerInTime when the endpoint has taken no job of the run for as long as this one may take in all
	 */
	enter: (timeoutMs: number) => Promise<AdmittedJob>;
}

/** Jobs of the run have waited for so long, and no worker has taken one. */
export class NoWorkerInTime extends Error {
	override readonly name = 'NoWorkerInTime';
}

export interface AdmissionPorts {
	clock: Clock;
	health: (signal?: AbortSignal) => Promise<EndpointHealth | undefined>;
	/** When RunPod last answered that too much is asked of it (429), by the monotonic clock. */
	rateLimitedAtMs: () => number | undefined;
	signal?: AbortSignal | undefined;
}

/** RunPod's own limit of requests at once is 200 for an endpoint without many workers. */
const MOST_JOBS = 200;
const FIRST_CHECK_MS = 1000;
const CHECK_GROWTH = 1.5;
const MAX_CHECK_MS = 10_000;

interface Waiter {
	timeoutMs: number;
	admit: (job: AdmittedJob) => void;
	refuse: (error: NoWorkerInTime) => void;
}

interface Underway {
	enteredAtMs: number;
	runningSinceMs: number | undefined;
}

/** @param fixedLimit so many jobs at once; without it the number is learned, and changes with the endpoint */
export function createAdmission(
	{ clock, health, rateLimitedAtMs, signal }: AdmissionPorts,
	fixedLimit: number | undefined,
): Admission {
	const waiting: Waiter[] = [];
	const underway = new Set<Underway>();
	const runTimesMs: number[] = [];
	let seenHealth: EndpointHealth | undefined;
	/** Halved by a 429; it rises by one with each round of jobs that are completed. */
	let ceiling = MOST_JOBS;
	let heeded429AtMs: number | undefined;
	/** Since when jobs have been waiting while no worker took one. */
	let quietSinceMs: number | undefined;
	let lastLifeMs = -Infinity;
	let checking: AbortController | undefined;

	const limit = (): number => {
		if (fixedLimit !== undefined) return fixedLimit;
		const running = [...underway].filter((job) => job.runningSinceMs !== undefined).length;
		const timeoutMs = waiting[0]?.timeoutMs ?? Infinity;
		const runTimeMs = runTimesMs.length > 0 ? medianOf(runTimesMs) : undefined;
		const load = { running, underway: underway.size, health: seenHealth, runTimeMs, timeoutMs };
		return Math.min(jobLimit(load), Math.floor(ceiling));
	};

	const admitNext = () => {
		heed429();
		while (waiting.length > 0 && underway.size < limit()) {
			const waiter = waiting.shift();
			if (waiter) waiter.admit(begin());
		}
		if (waiting.length === 0) checking?.abort();
		else if (!checking) void check();
	};

	/** Whoever would wait as long as others have waited for nothing is told so at once. */
	const refuseInVain = () => {
		if (quietSinceMs === undefined) return;
		const quietMs = clock.monotonic() - quietSinceMs;
		for (const waiter of waiting.splice(0)) {
			if (waiter.timeoutMs <= quietMs) waiter.refuse(new NoWorkerInTime());
			else waiting.push(waiter);
		}
	};

	const begin = (): AdmittedJob => {
		const job: Underway = { enteredAtMs: clock.monotonic(), runningSinceMs: undefined };
		underway.add(job);
		return {
			saw: (look) => {
				learn(job, look);
				admitNext();
			},
			leave: () => {
				if (!underway.delete(job)) return;
				refuseInVain();
				admitNext();
			},
		};
	};

	const learn = (job: Underway, look: JobLook) => {
		const nowMs = clock.monotonic();
		if (look.tag === 'queued') {
			job.runningSinceMs = undefined;
			quietSinceMs ??= Math.max(job.enteredAtMs, lastLifeMs);
			return;
		}
		if (!isLife(look)) return;
		lastLifeMs = nowMs;
		quietSinceMs = undefined;
		if (look.tag === 'running') job.runningSinceMs ??= nowMs;
		else if (look.tag === 'completed') learnCompleted(job, look.facts.executionTimeMs, nowMs);
		if (look.tag !== 'running') job.runningSinceMs = undefined;
	};

	const learnCompleted = (job: Underway, toldMs: number | null, nowMs: number) => {
		const seenMs = job.runningSinceMs === undefined ? undefined : nowMs - job.runningSinceMs;
		// No job has run for longer than it is old.
		const isPossible = toldMs !== null && toldMs <= nowMs - job.enteredAtMs;
		ceiling = Math.min(ceiling + 1 / ceiling, MOST_JOBS);
		const runTimeMs = isPossible ? toldMs : seenMs;
		if (runTimeMs !== undefined) runTimesMs.push(runTimeMs);
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
			const before = limit();
			if (fixedLimit === undefined) seenHealth = (await health(done.signal)) ?? seenHealth;
			refuseInVain();
			admitNext();
			pauseMs = limit() > before ? FIRST_CHECK_MS : Math.min(pauseMs * CHECK_GROWTH, MAX_CHECK_MS);
			await pause(clock, pauseMs, done.signal);
		}
		letGo();
		checking = undefined;
		// Somebody may have come while the last look was on its way.
		if (waiting.length > 0 && !signal?.aborted) admitNext();
	};

	const heed429 = () => {
		const atMs = rateLimitedAtMs();
		if (atMs === heeded429AtMs) return;
		ceiling = Math.max(Math.min(underway.size, ceiling) / 2, 1);
		heeded429AtMs = atMs;
	};

	return {
		enter: async (timeoutMs) =>
			await new Promise<AdmittedJob>((admit, refuse) => {
				waiting.push({ timeoutMs, admit, refuse });
				admitNext();
			}),
	};
}

/** Whether a worker has taken the job: then the endpoint is alive. */
function isLife({ tag }: JobLook): boolean {
	return (
		tag === 'running' || tag === 'completed' || tag === 'completedWithoutVideo' || tag === 'failed'
	);
}
