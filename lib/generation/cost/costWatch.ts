import { joinSignals, waitUnlessAborted } from '../../base/async/abort';
import type { Clock } from '../../base/async/clock';
import { WanAvatarError } from '../../base/errors/errors';
import { settle } from '../../base/errors/settled';
import { LIMITS } from '../../base/async/timeLimits';
import { costFields } from '../../cost/costRange';
import { rateOfRuns, type WorkerGpu } from '../../cost/endpointCosts';
import { jobCost, type JobTimes } from '../../cost/jobCost';
import { workersMicroUsd } from '../../cost/workersCost';
import type { CostSource } from '../../runpod/management/costSource';
import type { JobState } from '../../runpod/queue/job';
import type { QueueClient } from '../../runpod/queue/queue';
import { jobReport, type JobReport } from '../report/reportFields';

/** What a job has cost is told of these facts of its report. */
const costFacts = jobReport.pick({
	job_id: true,
	status: true,
	submitted_at: true,
	delay_time_ms: true,
	execution_time_ms: true,
	worker_id: true,
	gpu_type: true,
});
type CostFacts = Pick<JobReport, keyof typeof costFacts.shape>;

export type CostFields = Pick<JobReport, 'gpu_type' | 'cost_usd_min' | 'cost_usd_max'>;

/** Sees the jobs of one endpoint while they are followed, and tells what each has cost. Never rejects. */
export interface CostWatch {
	/** The same queue, each look and cancel of which is seen: a worker can be asked for its GPU only while it is there. */
	watched: <Queue extends WatchedQueue>(queue: Queue) => Queue;
	/** The report with what its job has cost; null where that is not known, or the job goes on. */
	costed: (report: JobReport) => Promise<JobReport>;
	/** The same for the error of a job, in its details. */
	costedError: (error: unknown) => Promise<unknown>;
	/** The most that all workers can have cost since then, by n8n's clock, in micro-dollars; nothing where that is not known. */
	mostSince: (sinceMs: number) => Promise<number | undefined>;
}

type WatchedQueue = Partial<Pick<QueueClient, 'pollStatus' | 'getStatus' | 'cancel'>>;

interface SeenJob extends Omit<JobTimes, 'elapsedMs'> {
	workerId: string | null;
	/** It ended by RunPod's word; else it was cancelled after its last look. */
	isEnded: boolean;
	/** When that was seen, by n8n's clock. */
	endedAtMs: number | undefined;
}

const UNSEEN: SeenJob = {
	workerId: null,
	executionTimeMs: null,
	delayTimeMs: null,
	restarts: 0,
	isEnded: false,
	isWholeRun: false,
	endedAtMs: undefined,
};

/** @param onLate is told what RunPod did not tell in time, in a sentence */
export function createCostWatch(
	source: CostSource,
	clock: Pick<Clock, 'now' | 'timeout'>,
	signal: AbortSignal | undefined,
	onLate?: (sentence: string) => void,
): CostWatch {
	// Prices are there when the first job ends.
	void source.endpoint();
	const jobs = new Map<string, SeenJob>();
	const see = (jobId: string, look: JobState): JobState => {
		if (!('facts' in look)) return look;
		const { facts } = look;
		const isEnded = look.tag !== 'queued' && look.tag !== 'running';
		const before = jobs.get(jobId);
		const endedAtMs = isEnded ? (before?.endedAtMs ?? clock.now()) : undefined;
		// The last look at a job that was cancelled may tell less than those before.
		jobs.set(jobId, {
			workerId: facts.workerId ?? before?.workerId ?? null,
			executionTimeMs: facts.executionTimeMs ?? before?.executionTimeMs ?? null,
			delayTimeMs: facts.delayTimeMs ?? before?.delayTimeMs ?? null,
			restarts: Math.max(facts.retries, before?.restarts ?? 0),
			isEnded,
			isWholeRun: isEnded && facts.executionTimeMs !== null,
			endedAtMs,
		});
		if (facts.workerId !== null) void source.gpuOf(facts.workerId);
		return look;
	};
	/** A result that is there does not wait long for its price, and Stop hardly at all. */
	const inTime = async <T>(work: Promise<T | undefined>, late: string): Promise<T | undefined> => {
		const limitMs = signal?.aborted ? AT_ONCE_MS : LIMITS.noteMs;
		const joined = joinSignals([clock.timeout(limitMs), signal?.aborted ? undefined : signal]);
		const done = await settle(waitUnlessAborted(work, joined.signal));
		joined.release();
		if ('value' in done) return done.value;
		if (!signal?.aborted) onLate?.(late);
		return undefined;
	};
	const costOf = async (facts: CostFacts): Promise<CostFields> => {
		const seen = jobs.get(facts.job_id);
		const workerId = facts.worker_id ?? seen?.workerId ?? null;
		const [endpoint, found] = await Promise.all([
			inTime(source.endpoint(), LATE_PRICES),
			workerId === null ? undefined : inTime(source.gpuOf(workerId), LATE_WORKERS),
		]);
		const noted = facts.gpu_type;
		const gpu: WorkerGpu | undefined =
			found ?? (noted === null ? undefined : { gpuType: noted, gpuCount: endpoint?.gpuCount ?? 1 });
		const gpu_type = gpu?.gpuType ?? null;
		const times = timesOf(facts, seen, clock.now());
		if (!endpoint || !times) return { gpu_type, cost_usd_min: null, cost_usd_max: null };
		const rate = rateOfRuns(endpoint, gpu, times.restarts);
		return { gpu_type, ...costFields(jobCost(times, rate, endpoint)) };
	};
	return {
		watched: (queue) => {
			const { pollStatus, getStatus, cancel } = queue;
			return {
				...queue,
				...(pollStatus && {
					pollStatus: async (...[jobId, ...rest]: Parameters<typeof pollStatus>) =>
						see(jobId, await pollStatus(jobId, ...rest)),
				}),
				...(getStatus && {
					getStatus: async (...[jobId, ...rest]: Parameters<typeof getStatus>) =>
						see(jobId, await getStatus(jobId, ...rest)),
				}),
				...(cancel && {
					cancel: async (jobId: string) => {
						const outcome = await cancel(jobId);
						const before = jobs.get(jobId);
						jobs.set(jobId, { ...UNSEEN, ...before, endedAtMs: before?.endedAtMs ?? clock.now() });
						return outcome;
					},
				}),
			};
		},
		costed: async (report) =>
			report.cost_usd_min === null ? { ...report, ...(await costOf(report)) } : report,
		costedError: async (error) => {
			if (!(error instanceof WanAvatarError)) return error;
			const { data } = costFacts.safeParse(error.details);
			if (!data) return error;
			const known = Object.entries(await costOf(data)).filter(([, value]) => value !== null);
			return error.withDetails(Object.fromEntries(known));
		},
		mostSince: async (sinceMs) => {
			const endpoint = await inTime(source.endpoint(), LATE_PRICES);
			return endpoint && workersMicroUsd(endpoint, clock.now() - sinceMs);
		},
	};
}

const LATE_PRICES = 'Costs are not known: RunPod did not tell its prices in time.';
const LATE_WORKERS =
	'The GPUs of workers are not known, so costs are told less exactly: RunPod did not tell them in time.';

/** For what is known already. */
const AT_ONCE_MS = 50;

const ENDED: ReadonlySet<string> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT']);

/** How long a job took; nothing for one that goes on, or of whose end nothing is known but its video. */
function timesOf(facts: CostFacts, seen: SeenJob | undefined, nowMs: number): JobTimes | undefined {
	const isEnded = ENDED.has(facts.status) || (seen?.isEnded ?? false);
	if (!isEnded && seen?.endedAtMs === undefined) return undefined;
	const executionTimeMs = facts.execution_time_ms ?? seen?.executionTimeMs ?? null;
	if (executionTimeMs === null && facts.status === 'COMPLETED') return undefined;
	const submittedAtMs = facts.submitted_at === null ? NaN : Date.parse(facts.submitted_at);
	const elapsedMs = (seen?.endedAtMs ?? nowMs) - submittedAtMs;
	const times = {
		executionTimeMs,
		isWholeRun: seen ? seen.isWholeRun : facts.execution_time_ms !== null,
		delayTimeMs: facts.delay_time_ms ?? seen?.delayTimeMs ?? null,
		restarts: seen?.restarts ?? 0,
		elapsedMs: elapsedMs >= 0 ? elapsedMs : null,
	};
	const hasRun = executionTimeMs !== null || (facts.worker_id ?? seen?.workerId ?? null) !== null;
	if (!isEnded || hasRun) return times;
	// It ended in the queue, where a worker may have started for it.
	const delayTimeMs = times.delayTimeMs ?? times.elapsedMs;
	return { ...times, executionTimeMs: 0, isWholeRun: true, delayTimeMs };
}
