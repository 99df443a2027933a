import * as z from 'zod/v4';
import { joinSignals, WaitEnded, waitUnlessAborted } from '../../base/async/abort';
import { LIMITS } from '../../base/async/timeLimits';
import { cleanRemoteText } from '../../base/data/remoteText';
import { assertDomainAllowed } from '../http/allowedDomains';
import { trySend } from '../http/retry';
import { readRecord } from '../http/answer';
import { managementUnreadable } from './managementFaults';
import type { Endpoint } from './managementRecords';
import { ask, askedOf, isOk, planOf, type Channel } from './managementRequests';
import { lastLines } from './workerLog';

const text = z
	.string()
	.transform((told) => cleanRemoteText(told))
	.nullish()
	.catch(undefined);

/** A worker, read loosely; `status` such as `RUNNING` or `INITIALIZING`. */
const worker = z.object({
	id: z.string().min(1),
	status: text,
	isStale: z.boolean().nullish().catch(undefined),
	gpuTypeId: text,
});

const list = z.object({ workers: z.array(worker) });

export type EndpointWorker = z.output<typeof worker>;

/** The single workers of an endpoint. */
export interface WorkerClient {
	list: (endpoint: Endpoint) => Promise<EndpointWorker[]>;
	/**
	 * The last lines of a worker's log, cleaned, without the secrets of its environment. Nothing where it gives none, and
	 * where these are not known, since a log may show them.
	 */
	lastLines: (endpoint: Endpoint, workerId: string) => Promise<string[] | undefined>;
}

/** So much is asked for and given out. */
const LINES = 20;

export function createWorkerClient(channel: Channel): WorkerClient {
	const { settings } = channel;
	const pathOf = ({ id }: Endpoint) => `serverless/${encodeURIComponent(id)}/workers`;
	return {
		list: async (endpoint) => {
			const asked = askedOf(channel, `list the workers of the endpoint ${endpoint.id}`);
			const answer = await ask(channel, planOf(settings, 'GET', pathOf(endpoint)), asked, 'read');
			const { success, data } = list.safeParse(readRecord(answer.text));
			if (!success) throw managementUnreadable(answer, asked);
			return data.workers;
		},
		lastLines: async (endpoint, workerId) => {
			const path = `${pathOf(endpoint)}/${encodeURIComponent(workerId)}/logs?tail=${String(LINES)}`;
			if (!endpoint.env) return undefined;
			const { secrets } = askedOf(channel, 'show a log', { env: endpoint.env });
			const stream = await listen(channel, path);
			return stream === undefined ? undefined : lastLines(stream, LINES, secrets);
		},
	};
}

/** What comes of a stream that has no end, within a moment. */
async function listen({ settings, ports }: Channel, path: string): Promise<string | undefined> {
	const { clock, signal } = ports;
	const plan = planOf(settings, 'GET', path);
	assertDomainAllowed(plan.url, settings.allowedDomains);
	const heard = joinSignals([signal, clock.timeout(LIMITS.workerLogMs)]);
	const given = joinSignals([clock.timeout(LIMITS.workerLogMs + LIMITS.graceMs)]);
	const headers = { ...plan.headers, accept: 'text/event-stream' };
	try {
		// A connection that is being made is not cut by a signal.
		const attempt = await waitUnlessAborted(
			trySend(async () => await ports.send({ ...plan, headers, signal: heard.signal })),
			given.signal,
		);
		const answer = 'answer' in attempt ? attempt.answer : attempt.failure.partial;
		return answer && isOk(answer) ? answer.text : undefined;
	} catch (error) {
		if (error instanceof WaitEnded) return undefined;
		throw error;
	} finally {
		heard.release();
		given.release();
	}
}
