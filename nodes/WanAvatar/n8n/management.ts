import type { IExecuteFunctions, ILoadOptionsFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { DeploymentSettings } from '../../../lib/deployment/settings/deploymentSettings';
import type { EndpointQueue } from '../../../lib/runpod/queue/endpointQueue';
import type { ManagementClient } from '../../../lib/runpod/management/management';
import type { RunPodSettings } from '../../../lib/runpod/http/runPodCredential';
import { clock } from './connections';

/** Both APIs of the account, for what concerns whole endpoints. */
export interface Account {
	settings: RunPodSettings;
	management: ManagementClient;
	/** The queue API of an endpoint. */
	queueOf: (endpointId: string) => EndpointQueue;
	signal: AbortSignal | undefined;
	/** The same account, for work with settings whose secrets no message may show. */
	hiding: (sent: DeploymentSettings) => Account;
}

type AccountContext = IExecuteFunctions | ILoadOptionsFunctions | IWebhookFunctions;

/** The account of the node's RunPod credential, which is read once; nothing is sent. */
export async function connectAccount(
	context: AccountContext,
	signal = stopSignalOf(context),
): Promise<Account> {
	const { atEndpoint, parseRunPodSettings } =
		await import('../../../lib/runpod/http/runPodCredential');
	const { createSend } = await import('../../../lib/runpod/http/http');
	const { secretsIn } = await import('../../../lib/base/data/secret');
	const { createManagementClient } = await import('../../../lib/runpod/management/management');
	const { createEndpointQueue } = await import('../../../lib/runpod/queue/endpointQueue');
	const settings = parseRunPodSettings(await context.getCredentials('runPodApi', 0));
	const ports = { send: createSend(), clock, random: Math.random, signal };
	const queues = new Map<string, EndpointQueue>();
	const queueOf = (endpointId: string) => {
		const queue =
			queues.get(endpointId) ?? createEndpointQueue(atEndpoint(settings, endpointId), ports);
		queues.set(endpointId, queue);
		return queue;
	};
	const account = (secrets: readonly string[]): Account => ({
		settings,
		management: createManagementClient({ ...settings, secrets }, ports),
		queueOf,
		signal,
		hiding: (sent) => account(secretsIn(sent)),
	});
	return account([]);
}

function stopSignalOf(context: AccountContext): AbortSignal | undefined {
	return 'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
}
