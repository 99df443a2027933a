import type { IExecuteFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import type { DeploymentSettings } from '../../lib/deployment/settings';
import type { EndpointQueue } from '../../lib/runpod/endpointQueue';
import type { ManagementClient } from '../../lib/runpod/management';
import type { RunPodSettings } from '../../lib/runpod/settings';
import { clock } from './connections';

/** Both APIs of the account, for what concerns whole endpoints. */
export interface Account {
	settings: RunPodSettings;
	management: ManagementClient;
	/** The queue API of an endpoint. */
	queueOf: (endpointId: string) => EndpointQueue;
	signal: AbortSignal | undefined;
}

/** The account of the node's RunPod credential; no message shows a secret of `sent`, settings that are sent to it. */
export async function connectAccount(
	context: IExecuteFunctions | ILoadOptionsFunctions,
	sent?: DeploymentSettings,
): Promise<Account> {
	const { parseRunPodSettings } = await import('../../lib/runpod/settings');
	const { createSend } = await import('../../lib/runpod/http');
	const { secretsIn } = await import('../../lib/contract/secret');
	const { createManagementClient } = await import('../../lib/runpod/management');
	const { createEndpointQueue } = await import('../../lib/runpod/endpointQueue');
	const settings = parseRunPodSettings(await context.getCredentials('runPodApi', 0));
	const signal =
		'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
	const account = { ...settings, secrets: secretsIn(sent) };
	const ports = { send: createSend(), clock, random: Math.random, signal };
	return {
		settings,
		management: createManagementClient(account, ports),
		queueOf: (endpointId) => createEndpointQueue({ ...account, endpointId }, ports),
		signal,
	};
}
