import type { Clock } from '../../lib/base/async/clock';
import { deploy, prepareDeployment } from '../../lib/deployment/apply/deploy';
import { parseSettings } from '../../lib/deployment/settings/deploymentSettings';
import { createEndpointQueue } from '../../lib/runpod/queue/endpointQueue';
import { createSend } from '../../lib/runpod/http/http';
import { createManagementClient } from '../../lib/runpod/management/management';
import type { Prepared } from './subjects/subject';
import { BUCKET, IMAGE, NAME, type World } from './world';

const clock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	timeout: (ms) => AbortSignal.timeout(Math.ceil(ms)),
	sleep: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
};

/** The variables of the terminal in this world. */
export function variablesOf({ queue, management }: World): Record<string, string> {
	return {
		RUNPOD_API_KEY: queue.apiKey,
		RUNPOD_IMAGE_NAME: IMAGE,
		DOCKERHUB_USERNAME: 'dexsynccom',
		DOCKERHUB_PASSWORD: 'secret-of-docker-hub',
		MINIO_ENDPOINT: 'minio.example.com',
		MINIO_ACCESS_KEY: 'secret-access-key',
		MINIO_SECRET_KEY: 'secret-of-minio',
		MINIO_USE_SSL: 'true',
		MINIO_BUCKET: BUCKET,
		WAN_AVATAR_NAME: NAME,
		RUNPOD_MANAGEMENT_BASE_URL: management.baseUrl,
		RUNPOD_QUEUE_BASE_URL: queue.baseUrl,
	};
}

/** Deploys an endpoint before the attack begins. */
export async function deployed(world: World): Promise<Prepared> {
	const { connection, settings } = parseSettings(variablesOf(world));
	const ports = { send: createSend(), clock, random: Math.random };
	const management = createManagementClient({ ...connection, secrets: [] }, ports);
	const prepared = await prepareDeployment(settings, management);
	const { endpoint_id: endpointId } = await deploy(prepared, connection.queueBaseUrl, {
		management,
		queueOf: (id) => createEndpointQueue({ ...connection, endpointId: id }, ports),
		clock,
	});
	return { endpointId };
}
