import * as z from 'zod/v4';
import { InvalidInput } from '../../base/errors/invalidInput';
import type { ManagementClient } from '../../runpod/management/management';
import type {
	Endpoint,
	EndpointChange,
	WorkersBody,
} from '../../runpod/management/managementRecords';
import { toldWorkers } from '../workers/toldWorkers';

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
	const { min, max } = { ...toldWorkers(endpoint.workers), ...givenIn(data) };
	if (min !== undefined && max !== undefined) assertInOrder(min, max);
	return await management.updateEndpoint(endpoint, workersChangeOf(endpoint, givenIn(data)));
}

function givenIn({ min, max }: WorkersChange): Partial<Pick<WorkersBody, 'min' | 'max'>> {
	return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

/** Sent whole, since what is left out of the block might be reset; but what RunPod did not tell cannot be said back. */
export function workersChangeOf(
	endpoint: Endpoint,
	change: Partial<Pick<WorkersBody, 'min' | 'max'>>,
): EndpointChange {
	return { workers: { ...toldWorkers(endpoint.workers), ...change } };
}
