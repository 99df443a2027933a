/** What was measured of one run. */
export interface Measures {
	/** Milliseconds from the start to the end; undefined when it had not ended at its limit. */
	endedMs: number | undefined;
	limitMs: number;
	/** Set when Stop was pressed before it had ended. */
	stop?: { endedMs: number | undefined; limitMs: number };
	/** Requests that cost or destroy, and may be sent once. */
	posts: { run: number; retry: number; purge: number };
	cancels: number;
	/** Jobs that were still queued or running when everything had come to rest. */
	running: number;
	/** Whether a job that runs should have been cancelled, and could have been. */
	mustNotRun: boolean;
	/** Whether the worker that was kept warm should have been let go, and could have been. */
	warmWorkers: number;
	/** Ids that were told to whom is attacked, and are named nowhere. */
	lostIds: readonly string[];
	/** How many endpoints were made beyond the one that was asked for. */
	extraEndpoints: number;
	/** Requests that were led to another host by a redirect. */
	ledAstray: number;
	/** The longest time that nothing else could be done; undefined when others ran beside it. */
	blockedMs: number | undefined;
	/** Services that got a request although the subject never speaks to them. */
	strangers: readonly string[];
}

/** The servers of the attack are in the same process, and take some of it themselves. */
const MAX_BLOCKED_MS = 1000;

/** Why a run is red; nothing when it is not. */
export function faultsOf(measures: Measures): string[] {
	const { endedMs, limitMs, stop, posts, lostIds, strangers } = measures;
	const hangs = stop === undefined && endedMs === undefined;
	const outlives =
		stop !== undefined && (stop.endedMs === undefined || stop.endedMs > stop.limitMs);
	return [
		...when(hangs, `hangs: not ended after ${seconds(limitMs)}`),
		...when(
			endedMs !== undefined && endedMs > limitMs,
			`took ${seconds(endedMs ?? 0)} of ${seconds(limitMs)}`,
		),
		...when(
			outlives,
			`after Stop ${stop?.endedMs === undefined ? 'not ended' : `ended only after ${seconds(stop.endedMs)}`}, ${seconds(stop?.limitMs ?? 0)} allowed`,
		),
		...when(posts.run > 1, `${String(posts.run)} POSTs to /run`),
		...when(posts.retry > 1, `${String(posts.retry)} POSTs to /retry`),
		...when(posts.purge > 1, `${String(posts.purge)} POSTs to /purge-queue`),
		...when(
			measures.mustNotRun && measures.running > 0,
			`${String(measures.running)} job left running`,
		),
		...when(measures.warmWorkers > 0, 'a worker is left warm'),
		...lostIds.map((id) => `job ${id} is named nowhere`),
		...when(measures.extraEndpoints > 0, 'a second endpoint was made'),
		...when(measures.ledAstray > 0, 'followed a redirect to another address'),
		...when(
			(measures.blockedMs ?? 0) > MAX_BLOCKED_MS,
			`all else stood still for ${seconds(measures.blockedMs ?? 0)}`,
		),
		...strangers.map((service) => `spoke to ${service}, which it never does`),
	];
}

function when(holds: boolean, words: string): string[] {
	return holds ? [words] : [];
}

function seconds(ms: number): string {
	return `${(ms / 1000).toFixed(1)} s`;
}
