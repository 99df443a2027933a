import { joinSignals } from '../../base/async/abort';
import { AnswerSlot } from '../../contract/answerSlot';
import type { Clock } from '../../base/async/clock';
import { WanAvatarError } from '../../base/errors/errors';
import { LIMITS } from '../../base/async/timeLimits';
import { assertDomainAllowed } from '../http/allowedDomains';
import { cancelPatiently } from './cancel';
import { faultText, readRecord } from '../http/answer';
import {
	refusal,
	retryRefused,
	retryUnknown,
	submitUnknown,
	unreachable,
	unreadable,
} from '../http/faults';
import { readHealth, type EndpointHealth } from './health';
import {
	ANSWER_TOO_LARGE,
	HttpFailure,
	REQUEST_CUT,
	type HttpAnswer,
	type HttpRequest,
	type Send,
} from '../http/http';
import { readJob, type JobState } from './job';
import { readJobId } from './jobId';
import { askInSlot } from './largeAnswer';
import { limiterOf, TurnLost, type LimitedRoute, type Limiter } from '../http/limiter';
import {
	planCancel,
	planHealth,
	planListEndpoints,
	planRetry,
	planRun,
	planStatus,
	type RunBody,
} from './queueRequests';
import { trySend, withRetries, type Attempt, type Idempotency } from '../http/retry';
import { secretsOf, type RunPodSettings } from '../http/runPodCredential';

export interface QueuePorts {
	send: Send;
	clock: Clock;
	random: () => number;
}

/** The queue API of one endpoint. A signal ends the waiting for a turn and for a repetition, and cuts what only reads. */
export interface QueueClient {
	endpointId: string;
	/** The credential does not name the endpoint: a form or an item does. */
	isChosen: boolean;
	/**
	 * Submits a job once and returns its id; a repeated POST could be paid twice. One that is on its way is not cut by the
	 * signal: its answer names a job that burns.
	 */
	submit: (body: RunBody, signal?: AbortSignal) => Promise<string>;
	/**
	 * One look at a job; never throws for what a later look may mend. A slot that is given keeps the video that came in the
	 * answer, until it is let go or looks again.
	 */
	pollStatus: (jobId: string, signal?: AbortSignal, slot?: AnswerSlot) => Promise<JobState>;
	/** The same, tried again a few times while there is no news: for a single look. */
	getStatus: (jobId: string, signal?: AbortSignal, slot?: AnswerSlot) => Promise<JobState>;
	/**
	 * Tried for a minute, whatever is stopped meanwhile; whoever waits is told of a refusal before. `gone`: RunPod does not
	 * know the job.
	 */
	cancel: (jobId: string) => Promise<'cancelled' | 'gone'>;
	/** Starts a job over that is FAILED or TIMED_OUT, under the same id. Sent once: it costs as a submit does. */
	retry: (jobId: string, signal?: AbortSignal) => Promise<void>;
	/** How many jobs and workers the endpoint has; nothing when it does not tell. */
	health: (signal?: AbortSignal) => Promise<EndpointHealth | undefined>;
	/** When RunPod last answered to a submit that too much is asked of it (429), by the monotonic clock. */
	rateLimitedAtMs: () => number | undefined;
	/** Asks the endpoint, or without one the account, whether key and ID are right. Costs nothing. */
	check: (signal?: AbortSignal) => Promise<void>;
}

const ONCE = { idempotency: 'once', maxTries: 6 } as const;
const MAX_READ_TRIES = 5;

interface Call {
	route: LimitedRoute;
	idempotency: Idempotency;
	maxTries: number;
	signal?: AbortSignal | undefined;
	/** For what may have a large answer. */
	slot?: AnswerSlot;
}

export function createQueueClient(settings: RunPodSettings, ports: QueuePorts): QueueClient {
	const { endpointId, queueBaseUrl, isChosen = false } = settings;
	const { clock } = ports;
	let rateLimitedAtMs: number | undefined;
	const limiter = (route: LimitedRoute) => limiterOf(`${queueBaseUrl}/${endpointId}`, route, clock);

	const request = async (plan: HttpRequest, call: Call): Promise<Attempt> => {
		const { route, idempotency, maxTries, signal, slot } = call;
		assertDomainAllowed(plan.url, settings.allowedDomains);
		const ask = async (cut: AbortSignal | undefined) => {
			const cuttable = cut && idempotency !== 'once' ? { ...plan, signal: cut } : plan;
			const request = slot ? { ...cuttable, slot } : cuttable;
			const answer = await inTurn(limiter(route), async () => await ports.send(request), cut);
			if (answer.status === 429 && route === 'run') rateLimitedAtMs = clock.monotonic();
			return answer;
		};
		const send = async () => await (slot ? askInSlot(slot, signal, ask) : ask(signal));
		return await withRetries(send, idempotency, ports, { maxTries, signal });
	};

	/** A call whose repetitions end after a minute in all. */
	const bounded = async (plan: HttpRequest, call: Call): Promise<Attempt> => {
		const joined = joinSignals([call.signal, clock.timeout(LIMITS.callMs)]);
		try {
			return await request(plan, { ...call, signal: joined.signal });
		} finally {
			joined.release();
		}
	};

	const read = async (
		jobId: string,
		maxTries: number,
		signal: AbortSignal | undefined,
		slot: AnswerSlot,
	): Promise<JobState> => {
		const call = { route: 'status', idempotency: 'idempotent', maxTries, signal, slot } as const;
		const plan = planStatus(settings, jobId);
		// One try has a limit of its own already.
		const attempt = await (maxTries === 1 ? request(plan, call) : bounded(plan, call));
		if ('answer' in attempt)
			return readJob(jobId, attempt.answer, clock.now(), secretsOf(settings));
		const { code, partial } = attempt.failure;
		if (partial && readRecord(partial.text))
			return readJob(jobId, partial, clock.now(), secretsOf(settings));
		if (code === ANSWER_TOO_LARGE) return { tag: 'tooLarge', reason: 'more than 20 MB' };
		return { tag: 'unreachable', reason: `no answer (${code})` };
	};

	/** A slot is kept no longer than there is a video in it: whoever holds one while it waits for a turn holds up all. */
	const readInSlot = async (
		jobId: string,
		maxTries: number,
		signal: AbortSignal | undefined,
		given: AnswerSlot | undefined,
	): Promise<JobState> => {
		const slot = given ?? new AnswerSlot(signal);
		slot.release();
		let isKept = false;
		try {
			const look = await read(jobId, maxTries, signal, slot);
			isKept = given !== undefined && look.tag === 'completed' && look.video !== undefined;
			return look;
		} finally {
			if (!isKept) slot.release();
		}
	};

	return {
		endpointId,
		isChosen,
		submit: async (body, signal) => {
			requireEndpoint(endpointId);
			const plan = planRun(settings, body);
			const call = { route: 'run', ...ONCE, signal } as const;
			const attempt = await request(plan, call);
			return readSubmitted(attempt, plan, settings, body.input.output_video_key);
		},
		pollStatus: async (jobId, signal, slot) => await readInSlot(jobId, 1, signal, slot),
		getStatus: async (jobId, signal, slot) => {
			requireEndpoint(endpointId);
			return await readInSlot(jobId, MAX_READ_TRIES, signal, slot);
		},
		cancel: async (jobId) => {
			const plan = { ...planCancel(settings, jobId), isUrgent: true };
			assertDomainAllowed(plan.url, settings.allowedDomains);
			const send = async (signal: () => AbortSignal) =>
				await limiter('cancel').run(
					async () => await trySend(async () => await ports.send({ ...plan, signal: signal() })),
				);
			const end = await cancelPatiently({ ...ports, send });
			switch (end.tag) {
				case 'cancelled':
				case 'gone':
					return end.tag;
				case 'refused':
					throw refusal(end.answer, settings);
				case 'unanswered':
					throw unreachable(end.failure, plan.url);
			}
		},
		retry: async (jobId, signal) => {
			requireEndpoint(endpointId);
			const plan = planRetry(settings, jobId);
			const call = { route: 'other', ...ONCE, signal } as const;
			const attempt = await request(plan, call);
			if ('failure' in attempt && attempt.failure.sent)
				throw retryUnknown(`no answer, ${attempt.failure.code}`, jobId);
			const answer = answerOf(attempt, plan);
			if (answer.status === 408 || answer.status >= 500)
				throw retryUnknown(faultText(answer, secretsOf(settings)), jobId);
			if (!isOk(answer)) throw retryRefused(answer, jobId, settings);
			if (!tellsOf(jobId, answer, settings))
				throw retryUnknown(faultText(answer, secretsOf(settings)), jobId);
		},
		health: async (signal) => {
			const call = { route: 'other', idempotency: 'idempotent', maxTries: 1, signal } as const;
			const attempt = await request(planHealth(settings), call);
			if ('failure' in attempt || attempt.answer.status !== 200) return undefined;
			return readHealth(attempt.answer.text);
		},
		rateLimitedAtMs: () => rateLimitedAtMs,
		check: async (signal) => {
			const plan = endpointId === '' ? planListEndpoints(settings) : planHealth(settings);
			const call = { route: 'other', idempotency: 'idempotent', maxTries: 2, signal } as const;
			const answer = answerOf(await bounded(plan, call), plan);
			if (!isOk(answer)) throw refusalOrFault(answer, settings);
			if (!readRecord(answer.text)) throw unreadable(answer, settings);
		},
	};
}

/** A request that never got its turn was not sent. */
async function inTurn<T>(
	limiter: Limiter,
	work: () => Promise<T>,
	signal: AbortSignal | undefined,
): Promise<T> {
	try {
		return await limiter.run(work, signal);
	} catch (error) {
		throw error instanceof TurnLost ? new HttpFailure(REQUEST_CUT, false) : error;
	}
}

function requireEndpoint(endpointId: string): void {
	if (endpointId !== '') return;
	throw new WanAvatarError('INVALID_CREDENTIAL', 'The RunPod credential names no endpoint', {
		remedy: 'Open the RunPod API credential of this node and fill in Endpoint ID.',
	});
}

function stoppedBeforeSubmit(): WanAvatarError {
	return new WanAvatarError('STOPPED', 'The work was stopped before this item was submitted', {
		remedy: 'Nothing was sent to RunPod for it.',
	});
}

function readSubmitted(
	attempt: Attempt,
	{ url }: HttpRequest,
	settings: RunPodSettings,
	outputKey: string | undefined,
): string {
	if ('failure' in attempt) {
		const { failure } = attempt;
		if (failure.code === REQUEST_CUT && !failure.sent) throw stoppedBeforeSubmit();
		if (!failure.sent) throw unreachable(failure, url);
		const named = failure.partial && idIn(failure.partial, settings);
		if (named !== undefined) return named;
		throw submitUnknown(`no answer, ${failure.code}`, settings.endpointId, outputKey);
	}
	const { answer } = attempt;
	const id = idIn(answer, settings);
	if (id !== undefined) return id;
	if (isOk(answer) || answer.status === 408 || answer.status >= 500)
		throw submitUnknown(faultText(answer, secretsOf(settings)), settings.endpointId, outputKey);
	throw refusal(answer, settings);
}

/** The job that an answer to a submit names. */
function idIn(answer: HttpAnswer, settings: RunPodSettings): string | undefined {
	if (!isOk(answer)) return undefined;
	return readJobId(readRecord(answer.text)?.id, secretsOf(settings));
}

/** Whether an answer is one about the job, and no page of something between. */
function tellsOf(jobId: string, { text }: HttpAnswer, settings: RunPodSettings): boolean {
	const { id, status } = readRecord(text) ?? {};
	if (id !== undefined && id !== null) return readJobId(id, secretsOf(settings)) === jobId;
	return typeof status === 'string' && status !== '';
}

function answerOf(attempt: Attempt, { url }: HttpRequest): HttpAnswer {
	if ('failure' in attempt) throw unreachable(attempt.failure, url);
	return attempt.answer;
}

function refusalOrFault(answer: HttpAnswer, settings: RunPodSettings): WanAvatarError {
	return answer.status >= 500 ? unreadable(answer, settings) : refusal(answer, settings);
}

function isOk({ status }: HttpAnswer): boolean {
	return status >= 200 && status < 300;
}
