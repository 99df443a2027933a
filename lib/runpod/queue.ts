import * as z from 'zod/v4';
import type { Clock } from '../contract/clock';
import { WanAvatarError } from '../contract/errors';
import { assertDomainAllowed } from './allowedDomains';
import { faultText, readRecord } from './answer';
import { refusal, retryRefused, submitUnknown, unreachable, unreadable } from './faults';
import { readHealth, type EndpointHealth } from './health';
import type { HttpAnswer, HttpRequest, Send } from './http';
import { readJob, type JobLook } from './job';
import {
	planCancel,
	planHealth,
	planListEndpoints,
	planRetry,
	planRun,
	planStatus,
	type RunBody,
} from './plan';
import { withRetries, type Attempt, type Safety } from './retry';
import { secretsOf, type RunPodSettings } from './settings';

export interface QueuePorts {
	send: Send;
	clock: Clock;
	random: () => number;
}

/** The queue API of one endpoint. */
export interface QueueClient {
	endpointId: string;
	/** Submits a job once and returns its id; a repeated POST could be paid twice. */
	submit: (body: RunBody) => Promise<string>;
	/** One look at a job; never throws for what a later look may mend. */
	look: (jobId: string, signal?: AbortSignal) => Promise<JobLook>;
	/** The same, tried again a few times while there is no news: for a single look. */
	lookOnce: (jobId: string, signal?: AbortSignal) => Promise<JobLook>;
	cancel: (jobId: string) => Promise<void>;
	/** Starts a job over that is FAILED or TIMED_OUT, under the same id. Sent once: it costs as a submit does. */
	retry: (jobId: string) => Promise<void>;
	/** How many jobs and workers the endpoint has; nothing when it does not tell. */
	health: () => Promise<EndpointHealth | undefined>;
	/** Asks the endpoint, or without one the account, whether key and ID are right. Costs nothing. */
	check: () => Promise<void>;
}

const MAX_SUBMIT_TRIES = 6;
const MAX_READ_TRIES = 5;

export function createQueueClient(settings: RunPodSettings, ports: QueuePorts): QueueClient {
	const { endpointId } = settings;

	const request = async (
		plan: HttpRequest,
		safety: Safety,
		maxTries: number,
		signal?: AbortSignal,
	): Promise<Attempt> => {
		assertDomainAllowed(plan.url, settings.allowedDomains);
		const whole = signal ? { ...plan, signal } : plan;
		return await withRetries(async () => await ports.send(whole), safety, ports, {
			maxTries,
			signal,
		});
	};

	const read = async (jobId: string, maxTries: number, signal?: AbortSignal): Promise<JobLook> => {
		const attempt = await request(planStatus(settings, jobId), 'read', maxTries, signal);
		if ('answer' in attempt)
			return readJob(jobId, attempt.answer, ports.clock.now(), secretsOf(settings));
		return { tag: 'unreachable', reason: `no answer (${attempt.failure.code})` };
	};

	return {
		endpointId,
		submit: async (body) => {
			requireEndpoint(endpointId);
			const plan = planRun(settings, body);
			const attempt = await request(plan, 'submit', MAX_SUBMIT_TRIES);
			return readSubmitted(attempt, plan, settings, body.input.output_video_key);
		},
		look: async (jobId, signal) => await read(jobId, 1, signal),
		lookOnce: async (jobId, signal) => {
			requireEndpoint(endpointId);
			return await read(jobId, MAX_READ_TRIES, signal);
		},
		cancel: async (jobId) => {
			const plan = planCancel(settings, jobId);
			const answer = answerOf(await request(plan, 'read', MAX_READ_TRIES), plan);
			// A job that is gone needs no cancelling.
			if (answer.status !== 404 && !isOk(answer)) throw refusal(answer, settings);
		},
		retry: async (jobId) => {
			requireEndpoint(endpointId);
			const plan = planRetry(settings, jobId);
			const attempt = await request(plan, 'submit', MAX_SUBMIT_TRIES);
			if ('failure' in attempt && attempt.failure.sent)
				throw submitUnknown(`no answer, ${attempt.failure.code}`, endpointId);
			const answer = answerOf(attempt, plan);
			if (!isOk(answer)) throw retryRefused(answer, jobId, settings);
		},
		health: async () => {
			const attempt = await request(planHealth(settings), 'read', 1);
			return 'answer' in attempt ? readHealth(attempt.answer) : undefined;
		},
		check: async () => {
			const plan = endpointId === '' ? planListEndpoints(settings) : planHealth(settings);
			const answer = answerOf(await request(plan, 'read', 2), plan);
			if (!isOk(answer)) throw refusalOrFault(answer, settings);
			if (!readRecord(answer.text)) throw unreadable(answer, settings);
		},
	};
}

function requireEndpoint(endpointId: string): void {
	if (endpointId !== '') return;
	throw new WanAvatarError('INVALID_CREDENTIAL', 'The RunPod credential names no endpoint', {
		remedy: 'Open the RunPod API credential of this node and fill in Endpoint ID.',
	});
}

const submitted = z.object({ id: z.string().min(1) });

function readSubmitted(
	attempt: Attempt,
	{ url }: HttpRequest,
	settings: RunPodSettings,
	outputKey: string | undefined,
): string {
	if ('failure' in attempt) {
		const { failure } = attempt;
		if (!failure.sent) throw unreachable(failure, url);
		throw submitUnknown(`no answer, ${failure.code}`, settings.endpointId, outputKey);
	}
	const { answer } = attempt;
	const { success, data } = submitted.safeParse(readRecord(answer.text));
	if (isOk(answer) && success) return data.id;
	if (isOk(answer) || answer.status === 408 || answer.status >= 500)
		throw submitUnknown(faultText(answer, secretsOf(settings)), settings.endpointId, outputKey);
	throw refusal(answer, settings);
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
