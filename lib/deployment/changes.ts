import * as z from 'zod/v4';
import { InvalidInput } from '../contract/invalidInput';
import type { ManagementClient } from '../runpod/management';
import type { Endpoint, EndpointChange, WorkersBody } from '../runpod/managementRecords';

type Editor = Pick<ManagementClient, 'getEndpoint' | 'updateEndpoint'>;

const count = z.number({ error: 'must be a whole number from 0 up' }).int().min(0).optional();
const workersChange = z.object({ min: count, max: count });

/** How many workers are wanted; what is not given stays as it is. */
export type WorkersChange = z.output<typeof workersChange>;

/** @throws InvalidInput when it is no number, or more are to be kept warm than may run */
export function parseWorkersChange(change: { min?: unknown; max?: unknown }): WorkersChange {
	const { success, data, error } = workersChange.safeParse(change);
	if (!success) throw InvalidInput.from(error);
	if (data.min !== undefined && data.max !== undefined) assertInOrder(data.min, data.max);
	return data;
}

function assertInOrder(min: number, max: number): void {
	if (min <= max) return;
	const message = `must not be more than the ${String(max)} that may run`;
	throw new InvalidInput([{ field: 'min', message }]);
}

/**
 * Sets how many workers are kept warm and may run; what is not given stays as it is.
 * @throws InvalidInput when more are to be kept warm than may run
 */
export async function setWorkers(
	management: Editor,
	endpointId: string,
	change: { min?: unknown; max?: unknown },
): Promise<Endpoint> {
	const data = parseWorkersChange(change);
	const endpoint = await management.getEndpoint(endpointId);
	const min = data.min ?? endpoint.workers?.min ?? 0;
	const max = data.max ?? endpoint.workers?.max ?? 0;
	assertInOrder(min, max);
	return await management.updateEndpoint(endpoint, workersChangeOf(endpoint, { min, max }));
}

/** Sent whole: what is left out of the block might be reset. */
export function workersChangeOf(
	{ workers }: Endpoint,
	change: Partial<Pick<WorkersBody, 'min' | 'max'>>,
): EndpointChange {
	const { min, max, idleTimeout } = workers ?? {};
	return {
		workers: { min: min ?? 0, max: max ?? 0, ...(idleTimeout ? { idleTimeout } : {}), ...change },
	};
}
