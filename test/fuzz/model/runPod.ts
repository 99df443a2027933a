import * as z from 'zod/v4';
import { HttpFailure, type HttpAnswer, type Send } from '../../../lib/runpod/http/http';
import type { SimulatedClock } from '../../lib/generation/run/simulatedClock';

/** What becomes of a job. Times in milliseconds. */
export interface Fate {
	queueMs: number;
	runMs: number;
	end: 'video' | 'failed' | 'no video' | 'forgotten';
	/** A synchronous worker: it does not hear of a cancel, and stores its video late. */
	runsOn: boolean;
	/** So long after the end a late progress update shows the job as running again. */
	lateProgressMs: number;
}

export interface PaidJob {
	id: string;
	/** Where its video is to be stored. */
	key: string;
	/** The execution that sent it. */
	by: string;
	fate: Fate;
	submittedAtMs: number;
	ttlMs: number;
	executionTimeoutMs: number;
	startedAtMs?: number;
	endedAtMs?: number;
	storedAtMs?: number;
	state: 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'FORGOTTEN';
	/** When its ID reached n8n. */
	namedAtMs?: number;
}

/** How the next submit goes wrong. */
export const SUBMIT_FAULTS = [
	'is not connected',
	'meets 429',
	'meets 500',
	'is taken, and its answer is cut off',
	'is taken, and answered with 502',
	'is taken, and never answered',
	'is taken, and answered after 45 s',
] as const;
export type SubmitFault = (typeof SUBMIT_FAULTS)[number];

/** How all requests to RunPod go wrong for a while. */
export const RUNPOD_TROUBLES = ['502', '404', '401', 'silence', 'a cut connection'] as const;
export type RunPodTrouble = (typeof RUNPOD_TROUBLES)[number];

export interface RunPodOptions {
	fates: readonly Fate[];
	/** A cancel makes a cancelled job even of one that is finished. */
	cancelsFinished: boolean;
}

export interface RunPodEvents {
	tell: (what: string) => void;
	/** A submit leaves an execution. */
	sending: (by: string) => void;
	/** A job is paid from now on. */
	paid: (job: PaidJob) => void;
	/** Its ID is told. */
	named: () => void;
	ended: (job: PaidJob) => void;
	cancelled: (job: PaidJob, by: string) => void;
	store: (key: string, text: string) => void;
}

const WAY_MS = 20;
const SUBMIT_WAY_MS = 150;
const SILENCE_MS = 30_000;
const EXECUTION_TIMEOUT_MS = 600_000;
const TTL_MS = 24 * 3_600_000;
const RETENTION_MS = 30 * 60_000;
const STORES_BEFORE_MS = 300;
const GOOD: Fate = {
	queueMs: 2000,
	runMs: 60_000,
	end: 'video',
	runsOn: false,
	lateProgressMs: 0,
};

const runBody = z.object({
	input: z.object({ output_video_key: z.string() }),
	policy: z
		.object({ ttl: z.number(), executionTimeout: z.number() })
		.default({ ttl: TTL_MS, executionTimeout: EXECUTION_TIMEOUT_MS }),
});

const json = (status: number, body: object): HttpAnswer => ({ status, text: JSON.stringify(body) });
const notFound = () => json(404, { status: 404, title: 'Not Found', detail: 'job not found' });

/** RunPod's queue API in simulated time, which keeps the truth of what is paid. */
export class RunPod {
	readonly jobs: PaidJob[] = [];
	readonly troubles: { kind: RunPodTrouble; fromMs: number; untilMs: number }[] = [];
	/** Whether n8n was left in doubt about a submit. */
	hasDoubt = false;
	private readonly faults: SubmitFault[] = [];

	constructor(
		private readonly clock: SimulatedClock,
		private readonly options: RunPodOptions,
		private readonly events: RunPodEvents,
	) {}

	failNextSubmit(fault: SubmitFault): void {
		this.hasDoubt ||= fault !== 'is not connected' && fault !== 'meets 429';
		this.faults.push(fault);
	}

	trouble(kind: RunPodTrouble, ms: number): void {
		const fromMs = this.clock.monotonic();
		this.troubles.push({ kind, fromMs, untilMs: fromMs + ms });
	}

	heal(): void {
		this.faults.length = 0;
		for (const trouble of this.troubles)
			trouble.untilMs = Math.min(trouble.untilMs, this.clock.monotonic());
	}

	/** The way of one execution to RunPod. */
	door(by: string): Send {
		return async (request) => {
			const [operation = '', jobId = ''] = new URL(request.url).pathname.split('/').slice(3);
			if (operation === 'run') return await this.run(by, request.body ?? '');
			await this.clock.sleep(WAY_MS);
			const answer = (await this.troubled(request.signal)) ?? this.answer(by, operation, jobId);
			await this.clock.sleep(WAY_MS);
			if (request.signal?.aborted) throw new HttpFailure('REQUEST_CUT', true);
			return answer;
		};
	}

	isBurning(job: PaidJob): boolean {
		const isUnderWay = job.state === 'IN_QUEUE' || job.state === 'IN_PROGRESS';
		return isUnderWay && !this.isDropped(job);
	}

	/** RunPod drops a job after its time to live, whatever it does. */
	isDropped({ submittedAtMs, ttlMs }: PaidJob): boolean {
		return this.clock.monotonic() - submittedAtMs > ttlMs;
	}

	private async run(by: string, body: string): Promise<HttpAnswer> {
		this.events.sending(by);
		const fault = this.faults.shift();
		if (fault === 'is not connected') throw new HttpFailure('ECONNREFUSED', false);
		await this.clock.sleep(SUBMIT_WAY_MS);
		if (fault === 'meets 429') return json(429, {});
		if (fault === 'meets 500') return json(500, {});
		const refused = fault ? undefined : await this.troubled(undefined);
		if (refused) return refused;
		const job = this.take(by, body);
		if (fault === 'is taken, and its answer is cut off') throw new HttpFailure('ECONNRESET', true);
		if (fault === 'is taken, and never answered') await this.silence();
		if (fault === 'is taken, and answered after 45 s') await this.clock.sleep(45_000);
		await this.clock.sleep(SUBMIT_WAY_MS);
		if (fault === 'is taken, and answered with 502') return { status: 502, text: '<html>' };
		job.namedAtMs = this.clock.monotonic();
		this.events.named();
		return json(200, { id: job.id, status: 'IN_QUEUE' });
	}

	private take(by: string, body: string): PaidJob {
		const { input, policy } = runBody.parse(JSON.parse(body));
		const job: PaidJob = {
			id: `job-${String(this.jobs.length)}-u1`,
			key: input.output_video_key,
			by,
			fate: this.options.fates[this.jobs.length] ?? GOOD,
			submittedAtMs: this.clock.monotonic(),
			ttlMs: policy.ttl,
			executionTimeoutMs: policy.executionTimeout,
			state: 'IN_QUEUE',
		};
		this.events.tell(`RunPod takes ${job.id} from ${by}`);
		this.events.paid(job);
		this.jobs.push(job);
		void this.live(job);
		return job;
	}

	private async live(job: PaidJob): Promise<void> {
		const { fate, executionTimeoutMs } = job;
		const isTooLong = fate.runMs > executionTimeoutMs;
		await this.clock.sleep(fate.queueMs);
		if (stateOf(job) !== 'IN_QUEUE') return;
		job.state = 'IN_PROGRESS';
		job.startedAtMs = this.clock.monotonic();
		await this.clock.sleep(Math.min(fate.runMs, executionTimeoutMs));
		if (stateOf(job) === 'CANCELLED' && !fate.runsOn) return;
		if (fate.end === 'video' && !isTooLong) {
			this.events.store(job.key, `video of ${job.id}`);
			job.storedAtMs = this.clock.monotonic();
			this.events.tell(`${job.id} stores its video`);
			await this.clock.sleep(STORES_BEFORE_MS);
		}
		if (stateOf(job) !== 'IN_PROGRESS') return;
		job.state = isTooLong ? 'FAILED' : END_OF[fate.end];
		job.endedAtMs = this.clock.monotonic();
		this.events.tell(`${job.id} is ${job.state}`);
		this.events.ended(job);
	}

	private answer(by: string, operation: string, jobId: string): HttpAnswer {
		if (operation === 'health') return json(200, {});
		const job = this.jobs.find(({ id }) => id === jobId);
		if (!job || this.isForgotten(job)) return notFound();
		if (operation === 'cancel') return this.cancel(job, by);
		return json(200, this.status(job));
	}

	isForgotten(job: PaidJob): boolean {
		const { state, endedAtMs } = job;
		const isOld = endedAtMs !== undefined && this.clock.monotonic() - endedAtMs > RETENTION_MS;
		return state === 'FORGOTTEN' || isOld || this.isDropped(job);
	}

	private cancel(job: PaidJob, by: string): HttpAnswer {
		if (this.isBurning(job) || (this.options.cancelsFinished && job.state === 'COMPLETED')) {
			job.state = 'CANCELLED';
			job.endedAtMs = this.clock.monotonic();
			this.events.tell(`${by} cancels ${job.id}`);
			this.events.cancelled(job, by);
			this.events.ended(job);
		}
		return json(200, { id: job.id, status: job.state });
	}

	private status(job: PaidJob): object {
		const nowMs = this.clock.monotonic();
		const { id, state, startedAtMs, endedAtMs, submittedAtMs, fate } = job;
		const delayTime = startedAtMs === undefined ? {} : { delayTime: startedAtMs - submittedAtMs };
		const isLate = endedAtMs !== undefined && nowMs - endedAtMs < fate.lateProgressMs;
		if (state === 'COMPLETED' && isLate)
			return { id, status: 'IN_PROGRESS', ...delayTime, output: { progress: '4/4' } };
		const executionTime = (endedAtMs ?? nowMs) - (startedAtMs ?? nowMs);
		if (state === 'COMPLETED' && fate.end === 'video') {
			const output = { minio_key: job.key, fps: 24, width: 1280, height: 720 };
			return { id, status: state, ...delayTime, executionTime, output };
		}
		if (state === 'FAILED')
			return { id, status: state, ...delayTime, executionTime, error: 'out of memory' };
		return { id, status: state, ...delayTime, executionTime };
	}

	/** What a request meets in times of trouble, whatever it asks for. */
	private async troubled(signal: AbortSignal | undefined): Promise<HttpAnswer | undefined> {
		const nowMs = this.clock.monotonic();
		const kind = this.troubles.find(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
		switch (kind?.kind) {
			case undefined:
				return undefined;
			case '502':
				return { status: 502, text: '<html>' };
			case '404':
				return notFound();
			case '401':
				return json(401, { status: 401, title: 'Unauthorized' });
			case 'silence':
				return await this.silence(signal);
			case 'a cut connection':
				throw new HttpFailure('ECONNRESET', true);
		}
	}

	private async silence(signal?: AbortSignal): Promise<never> {
		const cut = new Promise<void>((resolve) => {
			signal?.addEventListener('abort', () => {
				resolve();
			});
		});
		await Promise.race([this.clock.sleep(SILENCE_MS), cut]);
		throw new HttpFailure('UND_ERR_HEADERS_TIMEOUT', true);
	}
}

/** It changes while somebody waits. */
function stateOf({ state }: PaidJob): PaidJob['state'] {
	return state;
}

const END_OF = {
	video: 'COMPLETED',
	failed: 'FAILED',
	'no video': 'COMPLETED',
	forgotten: 'FORGOTTEN',
} as const;
