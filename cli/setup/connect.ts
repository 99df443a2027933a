import { setTimeout as sleep } from 'node:timers/promises';
import { sharedTimeouts, type Clock } from '../../lib/base/async/clock';
import { secretsIn } from '../../lib/base/data/secret';
import { createEndpointQueue, type EndpointQueue } from '../../lib/runpod/queue/endpointQueue';
import { createSend } from '../../lib/runpod/http/http';
import {
	createManagementClient,
	type ManagementClient,
} from '../../lib/runpod/management/management';
import type { RunPodSettings } from '../../lib/runpod/http/runPodCredential';

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

export const clock: Clock = {
	now: () => Date.now(),
	monotonic: () => performance.now(),
	sleep: async (ms) => {
		await sleep(ms);
	},
	timeout: sharedTimeouts(() => performance.now()),
};
