import type { EndpointHealth } from '../runpod/health';

/** What is known of an endpoint when the next job of a run could be sent. */
export interface Load {
	/** How many jobs of this run were last seen running. */
	running: number;
	/** How many jobs of this run are under way, wherever they are. */
	underway: number;
	/** What the endpoint said last; nothing while it has not told. */
	health: EndpointHealth | undefined;
	/** How long the jobs of this run took so far (median); nothing before the first has ended. */
	runTimeMs: number | undefined;
	/** The shortest Timeout among the jobs that want to be sent. */
	timeoutMs: number;
}

/** One job in four workers waits on RunPod, so that no worker is without one and RunPod sees that more are wanted. */
const WORKERS_PER_WAITING_JOB = 4;
/** A job waits on RunPod for at most so much of its Timeout. */
const WAITING_SHARE = 0.5;

/** How many jobs of this run may be under way at once: as many as there are workers to take them, and a few that wait. */
export function jobLimit(load: Load): number {
	const workers = Math.max(load.running, workersForUs(load), 1);
	return Math.max(workers + waitingJobs(workers, load), 1);
}

/** Workers that run our jobs or could take one; what the jobs of others take up, or will, is not counted. */
function workersForUs({ underway, health }: Load): number {
	if (!health) return 0;
	const { workers, jobs } = health;
	const others = Math.max(jobs.inProgress + jobs.inQueue - underway, 0);
	return workers.idle + workers.running + workers.initializing - others;
}

function waitingJobs(workers: number, { runTimeMs, timeoutMs }: Load): number {
	const few = Math.max(Math.ceil(workers / WORKERS_PER_WAITING_JOB), 1);
	if (runTimeMs === undefined || runTimeMs === 0) return few;
	return Math.min(few, Math.floor((workers * timeoutMs * WAITING_SHARE) / runTimeMs));
}
