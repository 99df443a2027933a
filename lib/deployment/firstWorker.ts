import { pause, type Clock } from '../contract/clock';
import { WanAvatarError } from '../contract/errors';
import type { ManagementClient } from '../runpod/management';
import { setWorkers } from './changes';
import { getHealth, type HealthPorts, type HealthReport } from './health';

export interface FirstWorkerPorts extends HealthPorts {
	management: Pick<ManagementClient, 'getEndpoint' | 'updateEndpoint'>;
	clock: Clock;
	signal?: AbortSignal | undefined;
	onLook?: (report: HealthReport) => void;
}

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
	const [min, max] = [workers?.min ?? 0, workers?.max ?? 0];
	if (min > 0 || max === 0) return await watch(endpointId, ports, timeoutMs);
	try {
		await setWorkers(management, endpointId, { min: 1 });
		return await watch(endpointId, ports, timeoutMs);
	} finally {
		// A worker that nobody waits for any more must not be paid on and on.
		await setWorkers(management, endpointId, { min });
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
