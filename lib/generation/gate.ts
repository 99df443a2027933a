import { createLanes } from '../contract/lanes';
import { createAdmission, NoWorkerInTime, type AdmittedJob } from '../following/admission';
import { ownerOf, type Desk } from './desk';
import { noWorkerInTime } from './failures';
import type { GenerationRequest } from './ports';
import { settle, type End } from './settled';
import { healthOf } from './watch';

type Shared = Pick<Desk, 'ports' | 'watch' | 'halt'>;

/** Works on one request once its turn has come. */
export type Gate = <T>(
	request: GenerationRequest,
	work: (saw: AdmittedJob['saw']) => Promise<End<T>>,
) => Promise<End<T>>;

/** Jobs that nobody waits for are only sent: they take up no worker of the run. */
const SUBMITS_AT_ONCE = 10;

/** Lets so many requests be worked on at once; without a number, as many as the endpoint has workers for. */
export function createGate(shared: Shared, maxParallelJobs: number | undefined): Gate {
	const { clock, queue, signal } = shared.ports;
	const inLane = createLanes(SUBMITS_AT_ONCE);
	const { rateLimitedAtMs } = queue;
	const ports = { clock, health: healthOf(queue), rateLimitedAtMs, signal };
	const admission = createAdmission(ports, maxParallelJobs);

	return async (request, work) => {
		if (maxParallelJobs === undefined && !request.waitForCompletion)
			return await inLane(async () => await work(() => undefined));
		const entered = await settle(admission.enter(request.timeoutMs));
		if ('error' in entered) return { error: refusal(entered.error, request, shared) };
		try {
			return await work(entered.value.saw);
		} finally {
			entered.value.leave();
		}
	};
}

function refusal(error: unknown, request: GenerationRequest, { ports, watch }: Shared): unknown {
	if (!(error instanceof NoWorkerInTime)) return error;
	const stall = watch.stallWatch.stall();
	return noWorkerInTime(ownerOf(request), ports.queue.endpointId, request.timeoutMs, stall);
}

/** The same desk's ports, where every look at the job is seen by somebody else too. */
export function watched<T extends Shared>(shared: T, saw: AdmittedJob['saw']): T {
	const { queue } = shared.ports;
	const look: typeof queue.look = async (jobId, signal) => {
		const seen = await queue.look(jobId, signal);
		saw(seen);
		return seen;
	};
	return { ...shared, ports: { ...shared.ports, queue: { ...queue, look } } };
}
