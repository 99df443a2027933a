import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../lib/contract/clock';
import { createEndpointQueue, type EndpointQueue } from '../lib/runpod/endpointQueue';
import { createSend } from '../lib/runpod/http';
import { createManagementClient, type ManagementClient } from '../lib/runpod/management';
import type { RunPodSettings } from '../lib/runpod/settings';

export interface Connection {
	management: ManagementClient;
	queueOf: (endpointId: string) => EndpointQueue;
	clock: Clock;
	signal: AbortSignal;
}

const clock: Clock = { now: () => Date.now(), sleep: async (ms) => sleep(ms, undefined) };

/** Both APIs of the account; `secrets` are values that no message may show. */
export function connect(
	settings: RunPodSettings,
	secrets: readonly string[],
	signal: AbortSignal,
): Connection {
	const ports = { send: createSend(), clock, random: Math.random, signal };
	return {
		management: createManagementClient({ ...settings, secrets }, ports),
		queueOf: (endpointId) => createEndpointQueue({ ...settings, endpointId }, ports),
		clock,
		signal,
	};
}
