import { joinSignals, WaitEnded, waitUnlessAborted } from '../../base/async/abort';
import { pause } from '../../base/async/clock';
import { LIMITS } from '../../base/async/timeLimits';
import { WanAvatarError } from '../../base/errors/errors';
import {
	getHealth,
	withMinWorkers,
	type HealthPorts,
	type HealthReport,
} from '../workers/endpointHealth';
import { withWarmWorker, type WarmWorkerPorts, type WorkerSetter } from './warmWorker';

export interface FirstWorkerPorts extends HealthPorts, WarmWorkerPorts {
	management: WorkerSetter;
	onLook?: (report: HealthReport) => void;
	/** Called while the workers are still there, before it is given up: what they say may tell why. */
	beforeGivingUp?: () => Promise<void>;
}

const LOOK_INTERVAL_MS = 5000;
// A worker that is kept warm for longer is paid for nothing: the address of the queue API is wrong.
const UNKNOWN_AT_MOST_MS = 60_000;

/**
 * Waits for a worker to come up. An endpoint that keeps none warm is told to keep one until then, and set back after.
 * @throws WanAvatarError WORKER_NOT_READY with the reason, STOPPED
 */
export async function waitForWorker(
	endpointId: string,
	ports: FirstWorkerPorts,
	{ timeoutMs }: { timeoutMs: number },
): Promise<HealthReport> {
	try {
		return await warmedUp(endpointId, ports, timeoutMs);
	} catch (error) {
		throw ports.signal?.aborted && isCut(error) ? stopped(endpointId) : error;
	}
}

/** A stop cut a request: min workers are set back all the same. */
function isCut(error: unknown): boolean {
	if (!(error instanceof WanAvatarError)) return false;
	return error.code === 'STOPPED' || error.code === 'CHANGE_UNKNOWN';
}

async function warmedUp(
	endpointId: string,
	ports: FirstWorkerPorts,
	timeoutMs: number,
): Promise<HealthReport> {
	const endpoint = await ports.management.getEndpoint(endpointId);
	const { workers } = endpoint;
	const work = async () => await watch(endpointId, ports, timeoutMs);
	if (workers?.min || !workers?.max) return await work();
	const { result, min } = await withWarmWorker(endpoint, ports, work);
	return withMinWorkers(result, min);
}

/** Looks until a worker is ready; neither a stop nor the deadline waits for a look that hangs. */
async function watch(
	endpointId: string,
	ports: FirstWorkerPorts,
	timeoutMs: number,
): Promise<HealthReport> {
	const { clock, signal, onLook } = ports;
	const deadlineMs = clock.monotonic() + timeoutMs;
	const end = joinSignals([signal, clock.timeout(timeoutMs)]);
	let last: HealthReport | undefined;
	let knownMs = clock.monotonic();
	try {
		for (;;) {
			last = await waitUnlessAborted(getHealth(endpointId, ports), end.signal);
			onLook?.(last);
			if (last.health === 'ready') return last;
			if (last.health !== 'unknown') knownMs = clock.monotonic();
			const isUnknown = clock.monotonic() - knownMs >= UNKNOWN_AT_MOST_MS;
			const isHopeless = isUnknown || last.health === 'unhealthy' || last.health === 'paused';
			if (isHopeless || clock.monotonic() >= deadlineMs) break;
			await pause(clock, LOOK_INTERVAL_MS, end.signal);
		}
	} catch (error) {
		if (signal?.aborted) throw stopped(endpointId);
		if (!(error instanceof WaitEnded)) throw error;
	} finally {
		end.release();
	}
	if (!last) throw noAnswer(endpointId);
	await askWhy(ports);
	throw notReady(last);
}

/** For a moment, since a worker is paid meanwhile; what hinders it is no matter. */
async function askWhy({ clock, signal, beforeGivingUp }: FirstWorkerPorts): Promise<void> {
	if (!beforeGivingUp) return;
	const end = joinSignals([signal, clock.timeout(LIMITS.workersMs)]);
	await waitUnlessAborted(beforeGivingUp(), end.signal).catch(() => undefined);
	end.release();
}

function notReady({ name, endpoint_id, health, meaning }: HealthReport): WanAvatarError {
	return new WanAvatarError(
		'WORKER_NOT_READY',
		`No worker of the endpoint ${name} (${endpoint_id}) is ready: it is ${health}`,
		{ remedy: meaning, details: { endpoint_id, health } },
	);
}

function noAnswer(endpointId: string): WanAvatarError {
	return new WanAvatarError(
		'WORKER_NOT_READY',
		`RunPod did not tell in time whether a worker of the endpoint ${endpointId} is ready`,
		{ remedy: 'Ask it again with health.', details: { endpoint_id: endpointId } },
	);
}

function stopped(endpointId: string): WanAvatarError {
	return new WanAvatarError(
		'STOPPED',
		`Stopped while waiting for a worker of the endpoint ${endpointId}`,
		{
			remedy: 'The endpoint is deployed, and takes jobs.',
			details: { endpoint_id: endpointId },
		},
	);
}
