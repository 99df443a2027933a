import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../lib/contract/clock';
import { createEndpointQueue, type EndpointQueue } from '../lib/runpod/endpointQueue';
import { createSend } from '../lib/runpod/http';
import { createManagementClient, type ManagementClient } from '../lib/runpod/management';
import type { RunPodSettings } from '../lib/runpod/settings';

export interface Connection {
	management: ManagementClient;
	/** The same, for what has to be put right after Ctrl+C. */
	afterStop: ManagementClient;
	queueOf: (endpointId: string) => EndpointQueue;
	clock: Clock;
	signal: AbortSignal;
}

/** Both APIs of the account; `secrets` are values that no message may show. */
export function connect(
	settings: RunPodSettings,
	secrets: readonly string[],
	signal: AbortSignal,
): Connection {
	const clock = realClock(signal);
	const send = createSend();
	const ports = { send, clock, random: Math.random, signal };
	const portsAfterStop = { send, clock: realClock(), random: Math.random };
	return {
		management: createManagementClient({ ...settings, secrets }, ports),
		afterStop: createManagementClient({ ...settings, secrets }, portsAfterStop),
		queueOf: (endpointId) => createEndpointQueue({ ...settings, secrets, endpointId }, ports),
		clock,
		signal,
	};
}

/** A sleep ends at once when the signal is aborted, so that the program does too. */
function realClock(signal?: AbortSignal): Clock {
	return {
		now: () => Date.now(),
		monotonic: () => performance.now(),
		sleep: async (ms) => {
			await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
		},
		timeout: (ms) => AbortSignal.timeout(Math.max(Math.ceil(ms), 0)),
	};
}
