import type { GenerationPorts } from '../../../../lib/generation/request/ports';
import type { EndpointHealth } from '../../../../lib/runpod/queue/health';
import type { JobState } from '../../../../lib/runpod/queue/job';
import { jobState } from './generationWorld';
import type { SimulatedClock } from './simulatedClock';

interface Job {
	id: string;
	isOurs: boolean;
	submittedAtMs: number;
	startedAtMs?: number;
	endedAtMs?: number;
	isCancelled?: boolean;
	isLost?: boolean;
}

interface Worker {
	readyAtMs: number;
	job?: Job | undefined;
	idleSinceMs: number;
}

export interface EndpointOptions {
	maxWorkers: number;
	runMs: number;
	coldStartMs?: number;
	/** Another number of workers at times. */
	maxWorkersAt?: (ms: number) => number;
	/** Jobs of ours that RunPod loses: no worker ever takes them. */
	lost?: (index: number) => boolean;
	/** Jobs of other people that are there before ours. */
	othersJobs?: number;
	/** From when on workers are throttled: none is started any more, and those that end go. */
	throttledFromMs?: number;
	/** `/health` answers nothing that can be read. */
	isHealthDenied?: boolean;
}

const STEP_MS = 1000;
const QUEUE_DELAY_MS = 4000;
const IDLE_TIMEOUT_MS = 5000;

/** An endpoint in simulated time that scales as RunPod does: one more worker whenever a job has waited for 4 s. */
export function simulatedEndpoint(clock: SimulatedClock, options: EndpointOptions) {
	const { maxWorkers, runMs, coldStartMs = 60_000, othersJobs = 0 } = options;
	const startMs = clock.monotonic();
	const { maxWorkersAt = () => maxWorkers, lost = () => false } = options;
	const isThrottled = (atMs: number) => atMs - startMs >= (options.throttledFromMs ?? Infinity);
	const jobs: Job[] = Array.from({ length: othersJobs }, (_, i) => ({
		id: `other-${String(i)}`,
		isOurs: false,
		submittedAtMs: startMs,
	}));
	const workers: Worker[] = [];
	let atMs = startMs;
	let mostWaiting = 0;
	let mostUnderway = 0;
	let healthRequests = 0;
	let rateLimitedAtMs: number | undefined;

	const queued = () => jobs.filter((job) => job.startedAtMs === undefined && !job.isCancelled);
	const served = () => queued().find(({ isLost }) => !isLost);
	const oursUnderway = () =>
		jobs.filter((job) => job.isOurs && job.endedAtMs === undefined && !job.isCancelled);

	const step = () => {
		atMs += STEP_MS;
		for (const worker of workers) {
			const { job } = worker;
			if (!job) continue;
			const isOver = atMs - (job.startedAtMs ?? atMs) >= runMs;
			if (!isOver && !job.isCancelled) continue;
			if (isOver && !job.isCancelled) job.endedAtMs = atMs;
			worker.job = undefined;
			worker.idleSinceMs = atMs;
		}
		for (const worker of workers) {
			if (worker.job || worker.readyAtMs > atMs || isThrottled(atMs)) continue;
			worker.job = served();
			if (worker.job) worker.job.startedAtMs = atMs;
		}
		const kept = workers.filter(
			({ job, readyAtMs, idleSinceMs }) =>
				job ?? (!isThrottled(atMs) && atMs - Math.max(readyAtMs, idleSinceMs) < IDLE_TIMEOUT_MS),
		);
		workers.splice(0, workers.length, ...kept);
		const oldest = served();
		const isLate = oldest !== undefined && atMs - oldest.submittedAtMs >= QUEUE_DELAY_MS;
		const isComing = workers.filter(({ readyAtMs }) => readyAtMs > atMs).length < queued().length;
		if (isLate && isComing && workers.length < maxWorkersAt(atMs - startMs) && !isThrottled(atMs))
			workers.push({ readyAtMs: atMs + coldStartMs, idleSinceMs: atMs });
	};
	const passTime = () => {
		while (atMs + STEP_MS <= clock.monotonic()) step();
		mostWaiting = Math.max(mostWaiting, queued().filter(({ isOurs }) => isOurs).length);
		mostUnderway = Math.max(mostUnderway, oursUnderway().length);
	};
	const lookAt = (jobId: string): JobState => {
		passTime();
		const job = jobs.find(({ id }) => id === jobId);
		if (!job) return jobState(jobId, 'missing');
		if (job.isCancelled) return jobState(jobId, 'cancelled');
		if (job.endedAtMs !== undefined) return jobState(jobId, 'completed');
		return jobState(jobId, job.startedAtMs === undefined ? 'queued' : 'running');
	};
	const health = (): EndpointHealth => {
		passTime();
		const isInitializing = ({ readyAtMs }: Worker) => readyAtMs > atMs;
		const running = workers.filter(({ job }) => job).length;
		const initializing = workers.filter(isInitializing).length;
		const idle = workers.length - running - initializing;
		return {
			jobs: {
				completed: 0,
				failed: 0,
				retried: 0,
				inProgress: running,
				inQueue: queued().length,
			},
			workers: {
				idle,
				initializing,
				ready: idle,
				running,
				throttled: isThrottled(atMs) ? maxWorkers - running : 0,
				unhealthy: 0,
			},
		};
	};

	const queue: GenerationPorts['queue'] = {
		endpointId: 'endpoint1',
		submit: async () => {
			passTime();
			const id = `job-${String(jobs.length)}`;
			const isLost = lost(jobs.filter(({ isOurs }) => isOurs).length);
			jobs.push({ id, isOurs: true, isLost, submittedAtMs: clock.monotonic() });
			passTime();
			return await Promise.resolve(id);
		},
		pollStatus: async (jobId) => await Promise.resolve(lookAt(jobId)),
		getStatus: async (jobId) => await Promise.resolve(lookAt(jobId)),
		cancel: async (jobId) => {
			const job = jobs.find(({ id }) => id === jobId);
			if (job) job.isCancelled = true;
			return await Promise.resolve('cancelled');
		},
		health: async () => {
			healthRequests += 1;
			return await Promise.resolve(options.isHealthDenied ? undefined : health());
		},
		rateLimitedAtMs: () => rateLimitedAtMs,
	};
	return {
		queue,
		/** RunPod answers 429 at this moment. */
		limitRate: () => {
			rateLimitedAtMs = clock.monotonic();
		},
		underway: () => {
			passTime();
			return oursUnderway().length;
		},
		facts: () => ({
			mostWaiting,
			mostUnderway,
			healthRequests,
			submitted: jobs.filter(({ isOurs }) => isOurs).length,
			longestWaitMs: Math.max(
				...jobs
					.filter(({ isOurs }) => isOurs)
					.map(({ submittedAtMs, startedAtMs }) => (startedAtMs ?? atMs) - submittedAtMs),
			),
		}),
	};
}
