import { WanAvatarError } from '../../../../lib/base/errors/errors';
import type { GenerationPorts } from '../../../../lib/generation/request/ports';
import type { JobFacts, JobState } from '../../../../lib/runpod/queue/job';
import type { World } from '../run/generationWorld';

/** What becomes of one job; all times in whole seconds. */
export interface Fate {
	/** Of each of its runs. */
	runSeconds: number;
	/** So often its worker dies while it has the job. */
	deaths: number;
	fails: boolean;
	/** RunPod has the job, and its answer to the submit is lost. */
	isAnswerLost: boolean;
	/** RunPod refuses the submit. */
	isRefused: boolean;
	/** Its worker heeds no cancel. */
	isDeaf: boolean;
}

export interface BilledEndpointOptions {
	maxWorkers: number;
	/** Micro-dollars an hour of each GPU that a worker may get. */
	prices: readonly number[];
	gpuCount: number;
	startSeconds: () => number;
	idleSeconds: number;
	/** A run that takes longer is ended so much after its limit. */
	overrunSeconds: () => number;
	/** Whether a look finds nothing out. */
	isUnreachable: () => boolean;
	fate: () => Fate;
	pick: (count: number) => number;
}

export interface BilledJob {
	id: string;
	key: string;
	executionId: string;
	fate: Fate;
	limitSeconds: number;
	submittedAt: number;
	queuedAt: number;
	takenAt?: number;
	ranSeconds: number;
	deaths: number;
	end?: 'completed' | 'failed' | 'cancelled';
	/** By RunPod's word. */
	endedAt?: number;
	/** The truth: what its workers did for it, each part in whole seconds. */
	microUsd: number;
}

interface Worker {
	microUsdPerSecond: number;
	startedAt: number;
	readyAt: number;
	freeSince: number;
	job?: BilledJob | undefined;
	takenAt: number;
	runsUntil: number;
	diesAt: number;
	/** Its idle time is of this job. */
	last?: BilledJob | undefined;
}

const QUEUE_DELAY_SECONDS = 4;

/**
 * An endpoint in simulated time, step by step of a second, that bills what its workers do: their start, as far as it falls
 * into the wait of the job that they then take, its run, and the idle time after it.
 */
export function billedEndpoint(w: World, options: BilledEndpointOptions) {
	const { clock } = w;
	const jobs: BilledJob[] = [];
	let workers: Worker[] = [];
	let second = Math.ceil(clock.monotonic() / 1000);
	/** What is billed for workers that took no job, or started for another. */
	let inVainMicroUsd = 0;
	let executionId = '';

	const queued = () => jobs.filter(({ takenAt, end }) => takenAt === undefined && !end);
	const perSecond = () =>
		((options.prices[options.pick(options.prices.length)] ?? 0) * options.gpuCount) / 3600;

	const end = (job: BilledJob, as: NonNullable<BilledJob['end']>) => {
		job.end = as;
		job.endedAt = second;
		if (as === 'completed') w.objects.set(job.key, { text: 'video', atMs: clock.now() });
	};
	const free = (worker: Worker) => {
		worker.last = worker.job;
		worker.job = undefined;
		worker.freeSince = second;
	};
	const work = (worker: Worker, job: BilledJob) => {
		job.microUsd += worker.microUsdPerSecond;
		if (second >= worker.diesAt && job.end !== 'cancelled') {
			job.deaths += 1;
			worker.job = undefined;
			workers = workers.filter((one) => one !== worker);
			delete job.takenAt;
			return;
		}
		const isStopped = job.end === 'cancelled' && !job.fate.isDeaf;
		if (!isStopped && second < worker.runsUntil) return;
		job.ranSeconds = second - worker.takenAt;
		if (!job.end) {
			const isCut = job.fate.runSeconds > job.limitSeconds;
			end(job, isCut || job.fate.fails ? 'failed' : 'completed');
		}
		free(worker);
	};
	const take = (worker: Worker, job: BilledJob) => {
		const { fate, limitSeconds } = job;
		job.takenAt = second;
		worker.job = job;
		worker.takenAt = second;
		const ownStart = worker.last
			? 0
			: Math.max(worker.readyAt - Math.max(worker.startedAt, job.queuedAt), 0);
		job.microUsd += Math.ceil(ownStart) * worker.microUsdPerSecond;
		if (!worker.last)
			inVainMicroUsd += (worker.readyAt - worker.startedAt - ownStart) * worker.microUsdPerSecond;
		const isCut = fate.runSeconds > limitSeconds;
		const run = isCut ? limitSeconds + options.overrunSeconds() : fate.runSeconds;
		worker.runsUntil = second + run;
		worker.diesAt = job.deaths < fate.deaths ? second + 1 + options.pick(run) : Infinity;
	};
	const bringUp = () => {
		const oldest = queued()[0];
		const isLate = oldest && second - oldest.queuedAt >= QUEUE_DELAY_SECONDS;
		const starting = workers.filter(({ readyAt }) => readyAt > second).length;
		if (!isLate || starting >= queued().length || workers.length >= options.maxWorkers) return;
		const readyAt = second + options.startSeconds();
		workers.push({
			microUsdPerSecond: perSecond(),
			startedAt: second,
			readyAt,
			freeSince: readyAt,
			takenAt: 0,
			runsUntil: 0,
			diesAt: Infinity,
		});
	};
	const step = () => {
		second += 1;
		for (const worker of [...workers]) {
			if (worker.job) work(worker, worker.job);
			else if (worker.last && second > worker.freeSince)
				worker.last.microUsd += worker.microUsdPerSecond;
			else if (second > worker.readyAt) inVainMicroUsd += worker.microUsdPerSecond;
		}
		for (const worker of workers) {
			const job = queued()[0];
			if (job && !worker.job && worker.readyAt <= second) take(worker, job);
		}
		workers = workers.filter(
			({ job, freeSince, readyAt }) =>
				job ?? (readyAt > second || second - freeSince < options.idleSeconds),
		);
		bringUp();
	};
	const passTime = () => {
		while ((second + 1) * 1000 <= clock.monotonic()) step();
	};

	const lookAt = (jobId: string): JobState => {
		passTime();
		if (options.isUnreachable()) return { tag: 'unreachable', reason: 'HTTP 502' };
		const job = jobs.find(({ id }) => id === jobId);
		if (!job) return { tag: 'missing', jobId, reason: 'HTTP 404' };
		const { takenAt, queuedAt, key } = job;
		const wasTaken = takenAt !== undefined;
		const isOver = job.end === 'completed' || job.end === 'failed';
		const facts: JobFacts = {
			jobId,
			status: '',
			delayTimeMs: wasTaken ? (takenAt - queuedAt) * 1000 : null,
			executionTimeMs: isOver ? job.ranSeconds * 1000 : null,
			workerId: wasTaken ? 'worker1' : null,
			retries: job.deaths,
		};
		if (job.end === 'cancelled') return { tag: 'cancelled', facts };
		if (job.end === 'failed') return { tag: 'failed', facts, reason: 'a reason' };
		if (!job.end)
			return wasTaken ? { tag: 'running', facts, progress: null } : { tag: 'queued', facts };
		const output = {
			minio_key: key,
			video_url: null,
			thumbnail_key: null,
			thumbnail_url: null,
			fps: 24,
			width: 1280,
			height: 720,
			more: {},
		};
		return { tag: 'completed', facts, output };
	};

	const queue: GenerationPorts['queue'] = {
		endpointId: 'endpoint1',
		submit: async ({ input, policy }) => {
			await clock.sleep(200);
			passTime();
			const fate = options.fate();
			if (fate.isRefused) throw new WanAvatarError('RATE_LIMITED', 'HTTP 429', { remedy: '' });
			const at = clock.monotonic() / 1000;
			const job: BilledJob = {
				id: `job-${String(jobs.length)}`,
				key: input.output_video_key ?? '',
				executionId,
				fate,
				limitSeconds: (policy?.executionTimeout ?? Infinity) / 1000,
				submittedAt: at,
				queuedAt: at,
				ranSeconds: 0,
				deaths: 0,
				microUsd: 0,
			};
			jobs.push(job);
			if (fate.isAnswerLost)
				throw new WanAvatarError('SUBMIT_UNKNOWN', 'no answer', { remedy: '' });
			return job.id;
		},
		pollStatus: async (jobId) => await Promise.resolve(lookAt(jobId)),
		getStatus: async (jobId) => await Promise.resolve(lookAt(jobId)),
		cancel: async (jobId) => {
			passTime();
			const job = jobs.find(({ id }) => id === jobId);
			if (job && !job.end) end(job, 'cancelled');
			return await Promise.resolve('cancelled');
		},
		health: async () => {
			await Promise.resolve(undefined);
		},
		rateLimitedAtMs: () => undefined,
	};

	return {
		queue,
		jobs,
		/** Whose jobs are submitted from now on. */
		beginExecution: (id: string) => {
			executionId = id;
		},
		/** Until no worker is left, whoever waits for it. */
		runDown: async () => {
			for (;;) {
				passTime();
				if (workers.length === 0 && queued().length === 0) return;
				await clock.run(clock.sleep(60_000));
			}
		},
		/** The truth, in micro-dollars. */
		spentBy: (id: string) =>
			jobs.reduce((sum, job) => sum + (job.executionId === id ? job.microUsd : 0), 0),
		inVainMicroUsd: () => inVainMicroUsd,
	};
}
