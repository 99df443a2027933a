import { type Answer, jsonAnswer, problem, RefusedRequest, statusBody } from './answers';
import { checkCaller, jsonTextOf } from './callerCheck';
import type { ReceivedRequest } from './calls';
import type { KeyRights } from './keyRights';
import { hasEnded, type Job } from './jobs/job';
import type { JobQueue } from './jobs/jobQueue';
import { RateLimits } from './rateLimits';
import { checkQueryNumber, checkSubmission } from './requestCheck';
import type { Target } from './target';

export interface QueueRoutesOptions {
	apiKey: string;
	endpointId: string;
	rateLimits: boolean;
	/** Of the key, at this moment. */
	rights: () => KeyRights;
}

const minWaitMs = 1000;
const maxWaitMs = 300_000;
const syncWaitMs = 90_000;
const streamWaitMs = 10_000;

/** Answers requests as the queue API does. */
export class QueueRoutes {
	readonly #options: QueueRoutesOptions;
	readonly #queue: JobQueue;
	readonly #limits: RateLimits;

	constructor(options: QueueRoutesOptions, queue: JobQueue) {
		this.#options = options;
		this.#queue = queue;
		this.#limits = new RateLimits(() => queue.runningWorkers);
	}

	async answer(request: ReceivedRequest): Promise<Answer> {
		try {
			checkCaller(request, this.#options);
			return this.#options.rateLimits
				? await this.#answerWithinLimits(request)
				: await this.#answerRoute(request);
		} catch (error) {
			if (error instanceof RefusedRequest) return error.answer;
			throw error;
		}
	}

	async #answerWithinLimits(request: ReceivedRequest): Promise<Answer> {
		const { route } = request.target;
		const waitSeconds = this.#limits.enter(route);
		if (waitSeconds !== undefined) {
			return problem(429, 'rate limit exceeded', { 'retry-after': String(waitSeconds) });
		}
		try {
			return await this.#answerRoute(request);
		} finally {
			this.#limits.leave(route);
		}
	}

	async #answerRoute(request: ReceivedRequest): Promise<Answer> {
		const { target } = request;
		switch (target.route) {
			case 'run':
				return this.#run(request);
			case 'runsync':
				return this.#runsync(request);
			case 'status':
				return this.#status(target);
			case 'status-sync':
				return this.#statusSync(target);
			case 'stream':
				return this.#stream(target);
			case 'cancel':
				return this.#cancel(target);
			case 'retry':
				return this.#retry(target);
			case 'purge-queue':
				return jsonAnswer({ removed: this.#queue.purge(), status: 'completed' });
			case 'health':
				return jsonAnswer(this.#queue.health());
			case 'unknown':
				return unknownRoute(target);
		}
	}

	#run(request: ReceivedRequest): Answer {
		const { id } = this.#submit(request, false);
		return jsonAnswer({ id, status: 'IN_QUEUE' });
	}

	async #runsync(request: ReceivedRequest): Promise<Answer> {
		const waitMs = readWait(request.target, syncWaitMs);
		return await this.#statusAtEnd(this.#submit(request, true), waitMs);
	}

	#status(target: Target): Answer {
		const job = this.#find(target.jobId);
		const ttlMs = checkQueryNumber(target.query, 'ttl', 1, Number.MAX_SAFE_INTEGER);
		if (ttlMs !== undefined) this.#queue.expireAfter(job, ttlMs);
		return jsonAnswer(statusBody(job));
	}

	async #statusSync(target: Target): Promise<Answer> {
		const job = this.#find(target.jobId);
		return await this.#statusAtEnd(job, readWait(target, syncWaitMs));
	}

	/** The status once the job has ended, or as it is after the wait. */
	async #statusAtEnd(job: Job, waitMs: number): Promise<Answer> {
		await this.#queue.waitUntil(job, () => hasEnded(job) || !this.#isKnown(job), waitMs);
		return jsonAnswer(statusBody(this.#find(job.id)));
	}

	async #stream(target: Target): Promise<Answer> {
		const job = this.#find(target.jobId);
		const waitMs = readWait(target, streamWaitMs);
		const hasNews = (): boolean => job.chunks.length > 0 || hasEnded(job) || !this.#isKnown(job);
		await this.#queue.waitUntil(job, hasNews, waitMs);
		const { status, chunks } = this.#find(job.id);
		const stream = chunks.splice(0).map((output) => ({ output }));
		return jsonAnswer({ status, stream });
	}

	#cancel(target: Target): Answer {
		const job = this.#find(target.jobId);
		this.#queue.cancel(job);
		return jsonAnswer({ id: job.id, status: job.status });
	}

	#retry(target: Target): Answer {
		const job = this.#find(target.jobId);
		if (job.status !== 'FAILED' && job.status !== 'TIMED_OUT') {
			return problem(400, `a job that is ${job.status} cannot be retried`);
		}
		this.#queue.retry(job);
		return jsonAnswer({ id: job.id, status: 'IN_QUEUE' });
	}

	#submit(request: ReceivedRequest, isSync: boolean): Job {
		return this.#queue.submit({ ...checkSubmission(jsonTextOf(request)), isSync });
	}

	#find(jobId = ''): Job {
		const job = this.#queue.find(jobId);
		if (!job) throw new RefusedRequest(problem(404, 'job not found'));
		return job;
	}

	#isKnown(job: Job): boolean {
		return this.#queue.find(job.id) !== undefined;
	}
}

function readWait({ query }: Target, defaultMs: number): number {
	return checkQueryNumber(query, 'wait', minWaitMs, maxWaitMs) ?? defaultMs;
}

function unknownRoute({ path, allowedMethods }: Target): Answer {
	if (!allowedMethods) return problem(404, `no such route: ${path}`);
	return problem(405, 'method not allowed', { allow: allowedMethods.join(', ') });
}
