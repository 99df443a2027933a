import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';
import type { Clock } from '../../lib/contract/clock';
import type { QueueClient } from '../../lib/runpod/queue';
import type { RunPodSettings } from '../../lib/runpod/settings';
import type { ResultPorts } from '../../lib/generation/result';
import type { Bucket } from '../../lib/storage/bucket';
import { readEndpointId } from './endpointLocator';

export const clock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	sleep: async (ms) => {
		await sleep(ms);
	},
	timeout: (ms) => AbortSignal.timeout(Math.max(Math.ceil(ms), 0)),
};

/** The queue of the endpoint that the form chooses, else of `knownEndpointId`, else of the credential's. */
export async function connectQueue(
	context: IExecuteFunctions,
	item: number,
	knownEndpointId?: string,
): Promise<QueueClient> {
	const { parseRunPodSettings } = await import('../../lib/runpod/settings');
	const settings = parseRunPodSettings(await context.getCredentials('runPodApi', 0));
	const fallback = knownEndpointId ?? settings.endpointId;
	return await openQueue({
		...settings,
		endpointId: await readEndpointId(context, item, fallback),
	});
}

export async function openQueue(settings: RunPodSettings): Promise<QueueClient> {
	const { createSend } = await import('../../lib/runpod/http');
	const { createQueueClient } = await import('../../lib/runpod/queue');
	return createQueueClient(settings, { send: createSend(), clock, random: Math.random });
}

/** The bucket of the node's MinIO credential, which is optional; Stop cuts its requests. */
export async function connectBucket(
	context: IExecuteFunctions | ILoadOptionsFunctions,
): Promise<Bucket | undefined> {
	if (!context.getNode().credentials?.minioApi) return undefined;
	const { parseStorageSettings } = await import('../../lib/storage/settings');
	const { createBucket } = await import('../../lib/storage/bucket');
	const settings = parseStorageSettings(await context.getCredentials('minioApi', 0));
	const signal = isExecution(context) ? context.getExecutionCancelSignal() : undefined;
	return createBucket(settings, clock, { signal });
}

/** A list to choose from is not part of an execution: nobody stops it. */
function isExecution(
	context: IExecuteFunctions | ILoadOptionsFunctions,
): context is IExecuteFunctions {
	return 'getExecutionCancelSignal' in context;
}

/** The bucket, and with what the results of jobs are looked at and linked. */
export async function connectResults(
	context: IExecuteFunctions,
): Promise<ResultPorts & { bucket: Bucket | undefined }> {
	const { createLinkMaker } = await import('../../lib/storage/links');
	const { headerFacts } = await import('../../lib/storage/videoFacts');
	const bucket = await connectBucket(context);
	const links = createLinkMaker(bucket, clock);
	if (!bucket) return { bucket, links };
	const readFacts = async (key: string, sizeBytes: number) =>
		await headerFacts(bucket, key, sizeBytes);
	return { bucket, links, videos: { bucket, readFacts } };
}

/**
 * The bucket for what cannot be done without it.
 * @throws WanAvatarError INVALID_CREDENTIAL when the node has no MinIO credential
 */
export async function requireBucket(
	context: IExecuteFunctions | ILoadOptionsFunctions,
): Promise<Bucket> {
	const bucket = await connectBucket(context);
	if (bucket) return bucket;
	const { WanAvatarError } = await import('../../lib/contract/errors');
	throw new WanAvatarError('INVALID_CREDENTIAL', 'This node has no MinIO API credential', {
		remedy: 'Choose one in the node: templates and videos lie in its bucket.',
	});
}
