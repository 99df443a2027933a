import type { EndpointHealth } from '../runpod/queue/health';

/** What is known of an endpoint when the next job of a run could be sent. Times in milliseconds. */
export interface Load {
	/** How many jobs of this run were last seen running. */
	running: number;
	/** In how long each of them is likely to end, the soonest first. */
	endsInMs: readonly number[];
	/** How long the jobs of this run took so far (median); nothing before the first has ended. */
	runTimeMs: number | undefined;
	/** How long the oldest of those that run has been running. */
	longestRunMs: number;
	/** How long the oldest job of this run has been waiting on RunPod. */
	longestWaitMs: number;
	/** What the endpoint said lately; nothing when it has not told. */
	told: ToldLoad | undefined;
	/** Workers have been starting for so long that nobody counts on them. */
	isStartDoubted: boolean;
	/** The Timeout of the job that would be sent next. */
	timeoutMs: number;
}

/** What an endpoint says of itself, beside what this run knew of its own jobs when it asked. */
export interface ToldLoad {
	health: EndpointHealth;
	ourJobs: number;
	ourWaitingJobs: number;
}

/** One job in four workers waits on RunPod, so that no worker is without one and RunPod sees that more are wanted. */
const WORKERS_PER_WAITING_JOB = 4;
/** While nobody knows how long a job takes, fewer wait: such a wait may take the time that the job needs. */
const WORKERS_PER_FIRST_WAITING_JOB = 8;
/** A job may take so much longer than those before it. */
const RUN_TIME_MARGIN = 1.1;
/** A job that has waited for so much of its Timeout contradicts what the endpoint says of free workers. */
export const DOUBT_SHARE = 0.25;

/** How many jobs of this run may be under way at once: as many as there are workers to take them, and a few that wait. */
export function jobLimit(load: Load): number {
	const workers = Math.max(workersTold(load) || load.running, 1);
	return workers + waitingJobs(workers, load) + probe(load);
}

/** Workers that run our jobs or could take one, as the endpoint says; those that the jobs of others take up are not counted. */
function workersTold(load: Load): number {
	const { told, isStartDoubted } = load;
	if (!told) return 0;
	const { workers, jobs } = told.health;
	const others = Math.max(jobs.inProgress + jobs.inQueue - told.ourJobs, 0);
	const idle = isContradicted(load) ? 0 : workers.idle;
	const starting = isStartDoubted ? 0 : workers.initializing;
	return Math.max(idle + workers.running + starting - others, 0);
}

function isContradicted({ longestWaitMs, timeoutMs }: Load): boolean {
	return longestWaitMs > timeoutMs * DOUBT_SHARE;
}

/** Each of them must begin early enough to be ready within its Timeout. */
function waitingJobs(workers: number, load: Load): number {
	const { told, runTimeMs, longestRunMs, timeoutMs, endsInMs } = load;
	if (told && told.health.jobs.inQueue > told.ourWaitingJobs) return 0;
	const fits = (runMs: number) => runMs * 2 * RUN_TIME_MARGIN <= timeoutMs;
	if (runTimeMs === undefined)
		return fits(longestRunMs) ? Math.ceil(workers / WORKERS_PER_FIRST_WAITING_JOB) : 0;
	const few = Math.ceil(workers / WORKERS_PER_WAITING_JOB);
	if (fits(runTimeMs)) return few;
	const mayWaitMs = Math.max(timeoutMs - runTimeMs * RUN_TIME_MARGIN, (timeoutMs - runTimeMs) / 2);
	return Math.min(few, endsInMs.filter((ms) => ms <= mayWaitMs).length);
}

/** RunPod may have lost the jobs that wait: a worker is free, or none works any more although they have worked for us. */
function probe(load: Load): number {
	if (!isContradicted(load)) return 0;
	const workers = load.told?.health.workers;
	const isFree = workers !== undefined && workers.idle > 0;
	const isQuiet = load.runTimeMs !== undefined && load.running === 0 && !workers?.running;
	return isFree || isQuiet ? 1 : 0;
}
