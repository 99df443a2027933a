import * as z from 'zod/v4';
import { assertDomainAllowed } from '../http/allowedDomains';
import { faultText, readRecord } from '../http/answer';
import { refusal, unreachable, unreadable } from '../http/faults';
import type { HttpAnswer, HttpRequest } from '../http/http';
import { purgeUnknown, stoppedBefore, stoppedWhile } from '../management/managementFaults';
import { readHealth, type EndpointHealth } from './health';
import { planHealth, planPurgeQueue } from './queueRequests';
import type { Idempotency } from '../http/retry';
import { secretsOf, type RunPodSettings } from '../http/runPodCredential';
import { isServerFault, stoppableCall, type CallEnd, type CallPorts } from '../http/stoppableCall';

/** The queue API's view of a whole endpoint. */
export interface EndpointQueue {
	/** Nothing while the queue API does not know the endpoint, such as just after it was made. */
	health: () => Promise<EndpointHealth | undefined>;
	/** Removes the jobs that wait, and says how many; running ones go on. */
	purge: () => Promise<number>;
}

export function createEndpointQueue(settings: RunPodSettings, ports: CallPorts): EndpointQueue {
	const call = async (
		plan: HttpRequest,
		what: string,
		idempotency: Idempotency,
	): Promise<CallEnd> => {
		assertDomainAllowed(plan.url, settings.allowedDomains);
		if (ports.signal?.aborted) throw stoppedBefore({ what });
		return await stoppableCall(plan, idempotency, ports);
	};
	return {
		health: async () => {
			const plan = planHealth(settings);
			const what = `show the health of the endpoint ${settings.endpointId}`;
			const end = await call(plan, what, 'idempotent');
			if ('stopped' in end) throw stoppedWhile({ what });
			if ('failure' in end) throw unreachable(end.failure, plan.url);
			if (end.answer.status === 404) return undefined;
			return healthIn(end.answer, settings);
		},
		purge: async () => {
			const plan = planPurgeQueue(settings);
			const what = `purge the queue of the endpoint ${settings.endpointId}`;
			return readPurged(await call(plan, what, 'once'), plan, settings);
		},
	};
}

function healthIn(answer: HttpAnswer, settings: RunPodSettings): EndpointHealth {
	if (answer.status >= 500) throw unreadable(answer, settings);
	if (answer.status >= 300) throw refusal(answer, settings);
	const found = readHealth(answer.text);
	if (!found) throw unreadable(answer, settings);
	return found;
}

const purged = z.object({ removed: z.number().nonnegative() });

/** How many were removed. A purge is sent once: a second one would remove jobs that came after the first. */
function readPurged(end: CallEnd, { url }: HttpRequest, settings: RunPodSettings): number {
	const { endpointId } = settings;
	if ('stopped' in end) throw purgeUnknown('stopped before it answered', endpointId);
	if ('failure' in end) {
		if (!end.failure.sent) throw unreachable(end.failure, url);
		throw purgeUnknown(end.failure.code, endpointId);
	}
	const { answer } = end;
	const isFault = isServerFault(answer);
	if (answer.status >= 300 && !isFault) throw refusal(answer, settings);
	const { success, data } = purged.safeParse(readRecord(answer.text));
	if (isFault || !success) throw purgeUnknown(faultText(answer, secretsOf(settings)), endpointId);
	return data.removed;
}
