import * as z from 'zod/v4';
import { cleanRemoteText } from '../../base/data/remoteText';
import type { ManagementClient } from './management';

const text = z.string().nullish().catch(undefined);
/** It goes into items. */
const gpuId = z
	.string()
	.transform((id) => cleanRemoteText(id))
	.pipe(z.string().min(1));

/** A micro-dollar at least; what is beyond any GPU could not be counted with. */
const usdAnHour = z.number().min(1e-6).max(1e6);

// A GPU that cannot be read does not take away the price of the others, unless one of their workers may get it.
const gpuType = z
	.object({
		id: gpuId,
		pool: text,
		/** Nothing where no worker of the account gets it; null where it cannot be read. */
		price: z.object({ serverless: usdAnHour.optional().nullable().catch(null) }),
	})
	.optional()
	.catch(undefined);

const gpuTypes = z.object({ gpus: z.array(gpuType) });

export type GpuType = NonNullable<z.output<typeof gpuType>>;

/** The GPUs that RunPod tells of, with their list prices in USD an hour. */
export async function listGpuTypes(management: Pick<ManagementClient, 'read'>): Promise<GpuType[]> {
	const { gpus } = await management.read('catalog/gpus', 'list its prices', gpuTypes);
	return gpus.filter((gpu) => gpu !== undefined);
}

/** Of one worker: beyond it nothing can be counted with. */
const MOST_GPUS = 1000;

const worker = z
	.object({ id: z.string().min(1), gpuTypeId: gpuId, gpuCount: z.number().min(1).max(MOST_GPUS) })
	.optional()
	.catch(undefined);

const workers = z.object({ workers: z.array(worker) });

export type PlacedWorker = NonNullable<z.output<typeof worker>>;

/** The workers that an endpoint has at this moment, as far as they have their GPUs. */
export async function listPlacedWorkers(
	endpointId: string,
	management: Pick<ManagementClient, 'read'>,
): Promise<PlacedWorker[]> {
	const path = `serverless/${encodeURIComponent(endpointId)}/workers`;
	const what = `list the workers of endpoint ${endpointId}`;
	const answer = await management.read(path, what, workers);
	return answer.workers.filter((one) => one !== undefined);
}
