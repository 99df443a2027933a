import { pause, type Clock } from '../contract/clock';
import { WanAvatarError } from '../contract/errors';
import type { ManagementClient } from '../runpod/management';
import { setWorkers } from './changes';
import { getHealth, type HealthPorts, type HealthReport } from './health';

export interface FirstWorkerPorts extends HealthPorts {
	management: WorkerSetter;
	/** The same, not tied to the signal: a stop must not keep a worker warm. */
	afterStop: WorkerSetter;
	clock: Clock;
	signal?: AbortSignal | undefined;
	onLook?: (report: HealthReport) => void;
}

type WorkerSetter = Pick<ManagementClient, 'getEndpoint' | 'updateEndpoint'>;

const LOOK_INTERVAL_MS = 5000;

/**
 * Waits for a worker to come up. An endpoint that keeps none warm is told to keep one until then, and set back after.
 * @throws WanAvatarError WORKER_NOT_READY with the reason
 */
export async function waitForWorker(
	endpointId: string,
	ports: FirstWorkerPorts,
	{ timeoutMs }: { timeoutMs: number },
): Promise<HealthReport> {
	const { management } = ports;
	const { workers } = await management.getEndpoint(endpointId);
	if (workers?.min || !workers?.max) return await watch(endpointId, ports, timeoutMs);
	try {
		await setWorkers(management, endpointId, { min: 1 });
		return await watch(endpointId, ports, timeoutMs);
	} finally {
		await letGo(endpointId, ports.afterStop);
	}
}

/** A worker that nobody waits for any more must not be paid on and on. */
async function letGo(endpointId: string, management: WorkerSetter): Promise<void> {
	try {
		await setWorkers(management, endpointId, { min: 0 });
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		throw new WanAvatarError(
			'WORKER_NOT_READY',
			`The endpoint ${endpointId} still keeps a worker warm, which is paid (${reason})`,
			{
				remedy: 'Set its min workers to 0: deploy again, or use the RunPod console.',
				details: { endpoint_id: endpointId },
			},
		);
	}
}

async function watch(
	endpointId: string,
	ports: FirstWorkerPorts,
	timeoutMs: number,
): Promise<HealthReport> {
	const { clock, signal, onLook } = ports;
	const deadline = clock.now() + timeoutMs;
	for (;;) {
		const report = await getHealth(endpointId, ports);
		onLook?.(report);
		if (report.health === 'ready') return report;
		const isOver = clock.now() >= deadline || signal?.aborted;
		if (isOver || report.health === 'unhealthy' || report.health === 'paused')
			throw notReady(report);
		await pause(clock, LOOK_INTERVAL_MS, signal);
	}
}

function notReady({ name, endpoint_id, health, meaning }: HealthReport): WanAvatarError {
	return new WanAvatarError(
		'WORKER_NOT_READY',
		`No worker of the endpoint ${name} (${endpoint_id}) is ready: it is ${health}`,
		{ remedy: meaning, details: { endpoint_id, health } },
	);
}
