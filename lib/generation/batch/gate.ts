import { createConcurrencyLimit } from '../../base/async/concurrency';
import { createAdmission, NoWorkerInTime, type AdmittedJob } from '../../following/admission';
import type { WanAvatarError } from '../../base/errors/errors';
import type { JobContext } from '../run/jobContext';
import { ownerOf } from '../report/owner';
import { noWorkerInTime } from '../report/failures';
import type { GenerationRequest } from '../request/ports';
import { settle, type End } from '../../base/errors/settled';
import type { ItemSpending, LimitedSpending } from '../spending/limitedSpending';
import { healthOf } from '../run/sharedPolling';

type Shared = Pick<JobContext, 'ports' | 'polling' | 'runAborted'>;

/** What the work on a request may do, and tells. */
export interface Turn extends Pick<AdmittedJob, 'sent' | 'saw'> {
	/** Nothing is to be sent for it, and why; what is there already may be used. */
	refusal?: WanAvatarError | undefined;
	/** What a spending limit says to it. */
	spending?: ItemSpending | undefined;
}

/** Works on one request once its turn has come. */
export type Gate = <T>(
	request: GenerationRequest,
	work: (turn: Turn) => Promise<End<T>>,
) => Promise<End<T>>;

/** Jobs that nobody waits for take up no worker of the run, nor do items for which nothing is sent. */
const UNCOUNTED_AT_ONCE = 10;
export const UNCOUNTED: Turn = { sent: () => undefined, saw: () => undefined };

/** Lets so many requests be worked on at once; without a number, as many as the endpoint has workers for. */
export function createGate(
	shared: Shared,
	maxParallelJobs: number | undefined,
	limited?: LimitedSpending,
): Gate {
	const { clock, queue, signal } = shared.ports;
	const limit = createConcurrencyLimit(UNCOUNTED_AT_ONCE);
	const { rateLimitedAtMs } = queue;
	const ports = { clock, health: healthOf(queue), rateLimitedAtMs, signal };
	const admission = createAdmission(ports, maxParallelJobs);

	const withinLimit = async <T>(
		request: GenerationRequest,
		turn: Turn,
		work: (turn: Turn) => Promise<End<T>>,
	): Promise<End<T>> => {
		const spending = await limited?.enter(request);
		return await left(spending, work({ ...turn, spending, refusal: spending?.refusal }));
	};

	return async (request, work) => {
		const { timeoutMs, waitForCompletion } = request;
		if (maxParallelJobs === undefined && !waitForCompletion)
			return await limit(async () => await withinLimit(request, UNCOUNTED, work));
		const mayBeLeft = !waitForCompletion || request.onTimeout !== 'cancel';
		const entered = await settle(admission.enter({ timeoutMs, mayBeLeft }));
		if ('error' in entered) {
			const { error } = entered;
			if (!(error instanceof NoWorkerInTime)) return { error };
			const refusal = refusalOf(error, request, shared);
			const spending = limited?.withoutJob(request);
			return await limit(
				async () => await left(spending, work({ ...UNCOUNTED, refusal, spending })),
			);
		}
		const { sent, saw, leave } = entered.value;
		try {
			return await withinLimit(request, waitForCompletion ? { sent, saw } : UNCOUNTED, work);
		} finally {
			leave();
		}
	};
}

async function left<T>(spending: ItemSpending | undefined, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} finally {
		spending?.leave();
	}
}

function refusalOf(
	{ quietMs }: NoWorkerInTime,
	request: GenerationRequest,
	{ ports, polling }: Shared,
): WanAvatarError {
	const stall = polling.stallWatch.stall();
	return noWorkerInTime(ownerOf(request), ports.queue.endpointId, quietMs, stall);
}

/** The same ports, where every submit and every look at the job is seen by somebody else too. */
export function watched<T extends Shared>(shared: T, { sent, saw, spending }: Turn): T {
	const { queue } = shared.ports;
	const submit: typeof queue.submit = async (body, signal) => {
		const send = async () => await queue.submit(body, signal);
		const jobId = await (spending ? spending.paying(send) : send());
		sent();
		return jobId;
	};
	const pollStatus: typeof queue.pollStatus = async (jobId, signal, slot) => {
		const seen = await queue.pollStatus(jobId, signal, slot);
		saw(seen);
		spending?.follows(jobId, seen);
		spending?.saw(jobId, seen);
		return seen;
	};
	const getStatus: typeof queue.getStatus = async (jobId, signal, slot) => {
		const seen = await queue.getStatus(jobId, signal, slot);
		spending?.saw(jobId, seen);
		return seen;
	};
	const watching = { ...queue, submit, pollStatus, getStatus };
	return { ...shared, ports: { ...shared.ports, queue: watching } };
}
