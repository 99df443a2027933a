import type { Endpoint, WorkersBody } from '../../runpod/management/managementRecords';

/** The numbers of a `workers` block that can be sent: what RunPod did not tell cannot be said back. */
export function toldWorkers(workers: Endpoint['workers']): Partial<WorkersBody> {
	const { min, max, idleTimeout } = workers ?? {};
	return {
		...(typeof min === 'number' ? { min } : {}),
		...(typeof max === 'number' ? { max } : {}),
		// RunPod's least is 1 second, and it refuses a block with less.
		...(idleTimeout ? { idleTimeout } : {}),
	};
}
