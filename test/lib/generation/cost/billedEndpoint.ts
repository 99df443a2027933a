import type { EndpointHealth } from '../../../../lib/runpod/queue/health';
import type { JobState } from '../../../../lib/runpod/queue/job';
import type { GenerationPorts } from '../../../../lib/generation/request/ports';
import type { CostSource } from '../../../../lib/runpod/management/costSource';
import { jobState } from '../run/generationWorld';
import type { SimulatedClock } from '../run/simulatedClock';

interface Job {
	id: string;
	submittedAtMs: number;
	runMs: number;
	fails: boolean;
	startedAtMs?: number;
	endedAtMs?: number;
	workerId?: string;
}

interface Worker {
	id: string;
	gpuType: string;
	readyAtMs: number;
	idleSinceMs: number;
	job?: Job | undefined;
	/** The job that its seconds are charged to, once it has one. */
	charged?: string;
	/** Seconds of its start, which the first job pays for. */
	startSeconds: number;
}

export interface Night {
	maxWorkers: number;
	/** USD an hour by GPU type; new workers get them in turn. */
	prices: Readonly<Record<string, number>>;
	/** How many workers RunPod has GPUs for, so long after the start. */
	workersAt: (ms: number) => number;
	/** Of the job that is submitted as so many-th. */
	runMsOf: (index: number) => number;
	fails: (index: number) => boolean;
}

const STEP_MS = 1000;
const COLD_START_MS = 60_000;
const QUEUE_DELAY_MS = 4000;
const IDLE_TIMEOUT_SECONDS = 5;

/**
 * An endpoint in simulated time that bills each second of its workers as RunPod says it does. It shares nothing with
 * lib/cost: what it says a job has cost is the truth.
 */
export function billedEndpoint(clock: Pick<SimulatedClock, 'monotonic'>, night: Night) {
	const { maxWorkers, prices, workersAt, runMsOf, fails } = night;
	const gpuTypes = Object.keys(prices);
	const startMs = clock.monotonic();
	const jobs = new Map<string, Job>();
	const waiting: Job[] = [];
	let workers: Worker[] = [];
	let placed = 0;
	let atMs = startMs;
	const seconds = { start: 0, run: 0, idle: 0 };
	const charged = new Map<string, { gpuType: string; seconds: number }>();

	const charge = (worker: Worker, to: string) => {
		const { gpuType, startSeconds } = worker;
		const before = charged.get(to)?.seconds ?? 0;
		charged.set(to, { gpuType, seconds: before + 1 + startSeconds });
		worker.startSeconds = 0;
	};
	const bill = (worker: Worker) => {
		const isStarting = worker.readyAtMs >= atMs;
		if (worker.job) {
			seconds.run += 1;
			worker.charged = worker.job.id;
		} else seconds[isStarting ? 'start' : 'idle'] += 1;
		if (worker.charged === undefined) worker.startSeconds += 1;
		else charge(worker, worker.charged);
	};
	const step = () => {
		atMs += STEP_MS;
		for (const worker of workers) {
			bill(worker);
			const { job } = worker;
			if (!job || atMs - (job.startedAtMs ?? atMs) < job.runMs) continue;
			job.endedAtMs = atMs;
			worker.job = undefined;
			worker.idleSinceMs = atMs;
		}
		const most = Math.min(maxWorkers, workersAt(atMs - startMs));
		const free = workers.filter(({ job }) => !job);
		const taken = new Set(free.slice(0, Math.max(0, workers.length - most)));
		workers = workers.filter((worker) => !taken.has(worker));
		for (const worker of workers) {
			if (worker.job || worker.readyAtMs > atMs) continue;
			const job = waiting.shift();
			if (!job) break;
			Object.assign(job, { startedAtMs: atMs, workerId: worker.id });
			worker.job = job;
		}
		workers = workers.filter(
			({ job, readyAtMs, idleSinceMs }) =>
				job ??
				(readyAtMs > atMs || atMs - Math.max(readyAtMs, idleSinceMs) < IDLE_TIMEOUT_SECONDS * 1000),
		);
		const [oldest] = waiting;
		const coming = workers.filter(({ readyAtMs }) => readyAtMs > atMs).length;
		const isLate = oldest !== undefined && atMs - oldest.submittedAtMs >= QUEUE_DELAY_MS;
		if (!isLate || coming >= waiting.length || workers.length >= most) return;
		workers.push({
			id: `worker-${String(placed)}`,
			gpuType: gpuTypes[placed++ % gpuTypes.length] ?? '',
			readyAtMs: atMs + COLD_START_MS,
			idleSinceMs: atMs,
			startSeconds: 0,
		});
	};
	const passTime = () => {
		while (atMs + STEP_MS <= clock.monotonic()) step();
	};
	const submit = (): string => {
		const index = jobs.size;
		const job: Job = {
			id: `job-${String(index)}`,
			submittedAtMs: atMs,
			runMs: runMsOf(index),
			fails: fails(index),
		};
		jobs.set(job.id, job);
		waiting.push(job);
		return job.id;
	};
	const lookAt = (jobId: string): JobState => {
		passTime();
		const job = jobs.get(jobId);
		if (!job) return jobState(jobId, 'missing');
		const { startedAtMs, endedAtMs, runMs, submittedAtMs, workerId = null } = job;
		if (startedAtMs === undefined) return withFacts(jobState(jobId, 'queued'), 'IN_QUEUE');
		const isOver = endedAtMs !== undefined;
		const times = {
			delayTimeMs: startedAtMs - submittedAtMs,
			executionTimeMs: isOver ? runMs : null,
			workerId,
		};
		if (!isOver) return withFacts(jobState(jobId, 'running'), 'IN_PROGRESS', times);
		return job.fails
			? withFacts(jobState(jobId, 'failed'), 'FAILED', times)
			: withFacts(jobState(jobId, 'completed'), 'COMPLETED', times);
	};
	const health = (): EndpointHealth => {
		passTime();
		const running = workers.filter(({ job }) => job).length;
		const initializing = workers.filter(({ readyAtMs }) => readyAtMs > atMs).length;
		const idle = workers.length - running - initializing;
		const missing = maxWorkers - Math.min(maxWorkers, workersAt(atMs - startMs));
		return {
			jobs: { completed: 0, failed: 0, retried: 0, inProgress: running, inQueue: waiting.length },
			workers: { idle, initializing, ready: idle, running, throttled: missing, unhealthy: 0 },
		};
	};
	const queue: GenerationPorts['queue'] = {
		endpointId: 'endpoint1',
		submit: async () => {
			passTime();
			return await Promise.resolve(submit());
		},
		pollStatus: async (jobId) => await Promise.resolve(lookAt(jobId)),
		getStatus: async (jobId) => await Promise.resolve(lookAt(jobId)),
		cancel: async () => await Promise.resolve('cancelled'),
		health: async () => await Promise.resolve(health()),
		rateLimitedAtMs: () => undefined,
	};
	const asked = { prices: 0, workers: 0 };
	const knownGpus = new Map<string, string>();
	const list = Object.entries(prices).map(([gpuType, usd]) => ({
		gpuType,
		microUsdPerHour: Math.round(usd * 1e6),
	}));
	const costs: CostSource = {
		endpoint: async () => {
			asked.prices += 1;
			return await Promise.resolve({
				prices: list,
				catalog: list,
				gpuCount: 1,
				idleTimeoutSeconds: IDLE_TIMEOUT_SECONDS,
				startLimitSeconds: 420,
				runLimitMs: 600_000,
				maxWorkers,
			});
		},
		gpuOf: async (workerId) => {
			const found = workers.find(({ id }) => id === workerId);
			if (found) knownGpus.set(workerId, found.gpuType);
			const gpuType = knownGpus.get(workerId);
			return await Promise.resolve(gpuType === undefined ? undefined : { gpuType, gpuCount: 1 });
		},
	};
	return {
		queue,
		costs,
		submit,
		/** Lets time pass until all jobs have ended, without anybody who looks at them; gives the milliseconds it took. */
		runOut: (): number => {
			while ([...jobs.values()].some(({ endedAtMs }) => endedAtMs === undefined)) step();
			return atMs - startMs;
		},
		/** Until no worker is there any more. */
		settle: () => {
			while (workers.length > 0) step();
		},
		/** What each job has really cost, in micro-dollars. */
		truth: () =>
			new Map(
				[...charged].map(([jobId, { gpuType, seconds }]) => [
					jobId,
					(seconds * Math.round((prices[gpuType] ?? 0) * 1e6)) / 3600,
				]),
			),
		/** Of all workers together. */
		seconds: seconds as Readonly<typeof seconds>,
	};
}

function withFacts(state: JobState, status: string, more: object = {}): JobState {
	return 'facts' in state ? { ...state, facts: { ...state.facts, status, ...more } } : state;
}
