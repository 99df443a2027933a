import type { IExecuteFunctions } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';
import { sharedTimeouts, type Clock } from '../../../lib/base/async/clock';
import type { HttpRequest } from '../../../lib/runpod/http/http';
import type { QueueClient } from '../../../lib/runpod/queue/queue';
import type { RunPodSettings } from '../../../lib/runpod/http/runPodCredential';
import type { ResultPorts } from '../../../lib/generation/request/ports';
import type { Bucket } from '../../../lib/storage/objects/bucket';
import type { WanAvatarError } from '../../../lib/base/errors/errors';
import { asksForMinio, leavesMinioUnused, useMinio } from '../fields/credentialChoice';
import { deniedHints, runHints } from './runHints';
import { readEndpointId } from '../fields/endpointLocator';

export const clock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	sleep: async (ms) => {
		await sleep(ms);
	},
	timeout: sharedTimeouts(() => performance.now()),
};

/** What a credential is read with: all contexts of n8n have it. */
export type WithCredentials = Pick<IExecuteFunctions, 'getNode' | 'getCredentials'>;

/** The queues of the account, one client for each endpoint. */
export interface Queues {
	/** The endpoint of the credential; empty when it names none. */
	endpointId: string;
	queueOf: (endpointId: string) => QueueClient;
}

/** The queues of the node's RunPod credential, which is read once. */
export async function connectQueues(context: WithCredentials): Promise<Queues> {
	const { parseRunPodSettings } = await import('../../../lib/runpod/http/runPodCredential');
	const settings = parseRunPodSettings(await context.getCredentials('runPodApi', 0));
	return await openQueues({ ...settings, secrets: await workersSecrets(context) });
}

/** What the worker knows too, and may say; a malformed credential must not hold up a cancel. */
async function workersSecrets(context: WithCredentials): Promise<readonly string[]> {
	const node = context.getNode();
	if (!asksForMinio(node) || !node.credentials?.minioApi) return [];
	const { secretsIn } = await import('../../../lib/base/data/secret');
	const { storageSecrets } = await import('../../../lib/storage/client/minioCredential');
	return secretsIn(storageSecrets(await context.getCredentials('minioApi', 0)));
}

/** `signal` cuts all requests. */
export async function openQueues(settings: RunPodSettings, signal?: AbortSignal): Promise<Queues> {
	const { createSend } = await import('../../../lib/runpod/http/http');
	const { createQueueClient } = await import('../../../lib/runpod/queue/queue');
	const { atEndpoint } = await import('../../../lib/runpod/http/runPodCredential');
	const send = createSend();
	const ports = {
		send: signal ? async (request: HttpRequest) => await send({ ...request, signal }) : send,
		clock,
		random: Math.random,
	};
	const queues = new Map<string, QueueClient>();
	return {
		endpointId: settings.endpointId,
		queueOf: (endpointId) => {
			const queue =
				queues.get(endpointId) ?? createQueueClient(atEndpoint(settings, endpointId), ports);
			queues.set(endpointId, queue);
			return queue;
		},
	};
}

/** The queue of the endpoint that the form chooses, else of the credential's. */
export async function connectQueue(context: IExecuteFunctions, item: number): Promise<QueueClient> {
	const { endpointId, queueOf } = await connectQueues(context);
	return queueOf(await readEndpointId(context, item, endpointId));
}

/**
 * The bucket of the node's MinIO credential, where the form asks for it. Stop does not cut its requests: a delete that has begun
 * ends, and the job that was just submitted is noted. Whoever only reads takes `readingBucket`.
 */
async function connectBucket(context: WithCredentials): Promise<Bucket | undefined> {
	if (!asksForMinio(context.getNode())) return undefined;
	if (!context.getNode().credentials?.minioApi) throw await withoutMinio();
	const { parseStorageSettings } = await import('../../../lib/storage/client/minioCredential');
	const { createBucket } = await import('../../../lib/storage/objects/createBucket');
	const settings = parseStorageSettings(await context.getCredentials('minioApi', 0));
	return createBucket(settings, clock);
}

/** The bucket, and with what the results of jobs are looked at and linked. */
export async function connectResults(context: IExecuteFunctions): Promise<ConnectedResults> {
	return await openResults(context, runHints(context));
}

export type ConnectedResults = ResultPorts & { bucket: Bucket | undefined };

/** The same, where `hint` says what is not an item's own. */
export async function openResults(
	context: WithCredentials,
	hint: (sentence: string) => void,
): Promise<ConnectedResults> {
	const { createLinkMaker } = await import('../../../lib/storage/video/presignedLinks');
	const { contentFacts, headerFacts } = await import('../../../lib/storage/video/videoFacts');
	if (leavesMinioUnused(context.getNode()))
		hint(`The MinIO API credential of this node was not used: ${useMinio.displayName} is off.`);
	const bucket = await connectBucket(context);
	const linkMaker = createLinkMaker(bucket, clock);
	const results = { bucket, linkMaker, readContent: contentFacts };
	if (!bucket) return results;
	return { ...results, readFacts: headerFacts, onDenied: deniedHints(hint) };
}

/**
 * The bucket for what cannot be done without it.
 * @throws WanAvatarError INVALID_CREDENTIAL when the node has no MinIO credential, or does not ask for it
 */
export async function requireBucket(context: WithCredentials): Promise<Bucket> {
	const bucket = await connectBucket(context);
	if (bucket) return bucket;
	throw await withoutMinio(`Turn on ${useMinio.displayName} and choose one: `);
}

async function withoutMinio(whatToDo = 'Choose one in the node: '): Promise<WanAvatarError> {
	const errors = await import('../../../lib/base/errors/errors');
	return new errors.WanAvatarError('INVALID_CREDENTIAL', 'This node has no MinIO API credential', {
		remedy: `${whatToDo}portraits, templates and videos lie in its bucket.`,
	});
}
