import { pause, type Clock } from '../../base/async/clock';
import { WanAvatarError } from '../../base/errors/errors';
import { messageOf } from '../../base/errors/foreignError';
import { LIMITS } from '../../base/async/timeLimits';
import type { ManagementClient } from '../../runpod/management/management';
import type { Endpoint } from '../../runpod/management/managementRecords';
import { workersChangeOf } from '../plan/workersChange';

export type WorkerSetter = Pick<ManagementClient, 'getEndpoint' | 'updateEndpoint'>;

export interface WarmWorkerPorts {
	management: WorkerSetter;
	/** The same tied to a signal of its own: a stop must not keep a worker warm. */
	afterStop: (signal: AbortSignal) => WorkerSetter;
	clock: Clock;
	signal?: AbortSignal | undefined;
	/** Told while a worker is, or may be, kept warm by this program. */
	onWarm?: (isWarm: boolean) => void;
}

export interface Warmed<T> {
	result: T;
	/** Min workers as they were left. */
	min: number;
}

const WARM = 1;

/**
 * Has one worker kept warm for as long as some work takes, and sets min workers back to 0 whatever comes of the work.
 * @throws WanAvatarError WORKER_NOT_READY when they could not be set back, and what the work throws
 */
export async function withWarmWorker<T>(
	endpoint: Endpoint,
	ports: WarmWorkerPorts,
	work: () => Promise<T>,
): Promise<Warmed<T>> {
	const { management, onWarm } = ports;
	onWarm?.(true);
	const change = workersChangeOf(endpoint, { min: WARM });
	const raised = await outcomeOf(management.updateEndpoint(endpoint, change));
	const worked = 'error' in raised ? raised : await outcomeOf(work());
	const looks = 'error' in raised ? LOOKS_WHEN_UNCLEAR : 1;
	const min = mayBeWarm(raised) ? await setBack(endpoint.id, ports, looks) : 0;
	onWarm?.(false);
	if ('error' in raised && mayBeWarm(raised)) throw setBackAfter(raised.error, endpoint.id, min);
	if ('error' in worked) throw worked.error;
	return { result: worked.value, min };
}

/** Whether it was raised for a moment is not known, but how it was left is. */
function setBackAfter(error: unknown, endpointId: string, min: number): unknown {
	if (!(error instanceof WanAvatarError)) return error;
	const { code, message, details } = error;
	return new WanAvatarError(code, message, {
		remedy: `It was looked at since: min workers of the endpoint ${endpointId} is ${String(min)} now. The endpoint is deployed: run it again to wait for a worker.`,
		details: { ...details, endpoint_id: endpointId },
	});
}

type Outcome<T> = { value: T } | { error: unknown };

async function outcomeOf<T>(work: Promise<T>): Promise<Outcome<T>> {
	return await work.then(
		(value) => ({ value }),
		(error: unknown) => ({ error }),
	);
}

/** Any other error of a change says that nothing was changed. */
function mayBeWarm(raised: Outcome<unknown>): boolean {
	if (!('error' in raised && raised.error instanceof WanAvatarError)) return true;
	return raised.error.code === 'CHANGE_UNKNOWN';
}

// A request whose answer was lost may take effect a moment after the first look.
const LOOKS_WHEN_UNCLEAR = 3;
const LOOKS_WHEN_GONE = 5;
const LOOK_INTERVAL_MS = 1000;

/** Tried again and again, for half a minute after a stop; gives min workers as they are in the end. */
async function setBack(
	endpointId: string,
	{ afterStop, clock, signal }: WarmWorkerPorts,
	looks: number,
): Promise<number> {
	const startMs = clock.monotonic();
	const limitMs = () => (signal?.aborted ? LIMITS.setBackMs : LIMITS.setBackPatientlyMs);
	for (let [seen, missing] = [0, 0]; ;) {
		const leftMs = Math.max(limitMs() - (clock.monotonic() - startMs), 0);
		const client = afterStop(clock.timeout(Math.min(LIMITS.setBackTryMs, leftMs)));
		const end = await lowered(client, endpointId);
		if ('min' in end && ++seen >= looks) return end.min;
		if ('error' in end) {
			if (isGone(end.error) && ++missing >= LOOKS_WHEN_GONE) return 0;
			if (leftMs <= LOOK_INTERVAL_MS) throw notSetBack(end.error, endpointId);
		}
		await pause(clock, LOOK_INTERVAL_MS);
	}
}

/** What another has set meanwhile is left alone; what RunPod does not tell counts as warm still. */
async function lowered(
	client: WorkerSetter,
	endpointId: string,
): Promise<{ min: number } | { error: unknown }> {
	try {
		const endpoint = await client.getEndpoint(endpointId);
		const min = endpoint.workers?.min ?? WARM;
		if (min !== WARM) return { min };
		await client.updateEndpoint(endpoint, workersChangeOf(endpoint, { min: 0 }));
		return { min: 0 };
	} catch (error) {
		return { error };
	}
}

function isGone(error: unknown): boolean {
	return error instanceof WanAvatarError && error.code === 'NOT_FOUND';
}

function notSetBack(error: unknown, endpointId: string): WanAvatarError {
	return new WanAvatarError(
		'WORKER_NOT_READY',
		`Min workers of the endpoint ${endpointId} could not be set back (${reasonOf(error)})`,
		{ remedy: stillWarm(endpointId), details: { endpoint_id: endpointId } },
	);
}

/** A try is stopped by its own time limit alone. */
function reasonOf(error: unknown): string {
	const isLate = error instanceof WanAvatarError && error.code === 'STOPPED';
	return isLate ? 'RunPod did not answer in time' : messageOf(error);
}

/** What to do about a worker that nobody waits for any more. */
export function stillWarm(endpointId: string): string {
	return `A worker of the endpoint ${endpointId} is still kept warm, which is paid until its min workers are set back to 0: deploy again with RUNPOD_WORKERS_MIN=0, or use Set Workers in n8n or the RunPod console.`;
}
