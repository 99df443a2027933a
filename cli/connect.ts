import { setTimeout as sleep } from 'node:timers/promises';
import { sharedTimeouts, type Clock } from '../lib/contract/clock';
import { secretsIn } from '../lib/contract/secret';
import { createEndpointQueue, type EndpointQueue } from '../lib/runpod/endpointQueue';
import { createSend } from '../lib/runpod/http';
import { createManagementClient, type ManagementClient } from '../lib/runpod/management';
import type { RunPodSettings } from '../lib/runpod/settings';

export interface Connection {
	management: ManagementClient;
	/** The same tied to another signal, for what has to be put right after Ctrl+C. */
	afterStop: (signal: AbortSignal) => ManagementClient;
	queueOf: (endpointId: string) => EndpointQueue;
	clock: Clock;
	signal: AbortSignal;
}

/** Both APIs of the account; no message shows a secret of `known`, whatever else was read. */
export function connect(settings: RunPodSettings, known: object, signal: AbortSignal): Connection {
	const ports = { send: createSend(), clock, random: Math.random, signal };
	const account = { ...settings, secrets: secretsIn(known) };
	return {
		management: createManagementClient(account, ports),
		afterStop: (other) => createManagementClient(account, { ...ports, signal: other }),
		queueOf: (endpointId) => createEndpointQueue({ ...account, endpointId }, ports),
		clock,
		signal,
	};
}

const clock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	sleep: async (ms) => {
		await sleep(ms);
	},
	timeout: sharedTimeouts(() => performance.now()),
};
