import type { Clock } from '../../../lib/base/async/clock';
import { secretsIn } from '../../../lib/base/data/secret';
import { createEndpointQueue } from '../../../lib/runpod/queue/endpointQueue';
import { createSend } from '../../../lib/runpod/http/http';
import {
	createManagementClient,
	type ManagementClient,
} from '../../../lib/runpod/management/management';
import { deploy, prepareDeployment, type Deployment } from '../../../lib/deployment/apply/deploy';
import { parseSettings } from '../../../lib/deployment/settings/deploymentSettings';
import { PLAIN } from '../../../cli/output/paint';
import { run } from '../../../cli/program';
import type { Terminal } from '../../../cli/output/terminal';
import {
	type ManagementApi,
	type ManagementApiOptions,
	type ManagementCall,
	startManagementApi,
} from '../../../standin/management/managementApi';
import {
	type QueueApi,
	type QueueApiOptions,
	startQueueApi,
} from '../../../standin/queue/queueApi';
import { schemaFaults } from './openApi';

export type Environment = Readonly<Record<string, string>>;

/** The image of the user's own example. */
export const IMAGE = 'dexsynccom/twin-avatar:wan-worker-20260214-2d62a28';
export const NEXT_IMAGE = 'dexsynccom/twin-avatar:wan-worker-20260301-aaaaaaa';

export const SECRETS = {
	RUNPOD_API_KEY: 'rpa_secret-of-runpod',
	DOCKERHUB_PASSWORD: 'secret-of-docker-hub',
	MINIO_ACCESS_KEY: 'secret-access-key',
	MINIO_SECRET_KEY: 'secret-of-minio',
};

/** The variables of the user's document, and nothing else. */
export const USER_VARIABLES: Environment = {
	...SECRETS,
	DOCKERHUB_USERNAME: 'dexsynccom',
	RUNPOD_IMAGE_NAME: IMAGE,
	MINIO_ENDPOINT: 'twin-storage.dexsync.com',
	MINIO_USE_SSL: 'true',
	MINIO_BUCKET: 'avatar-templates',
};

export interface CommandEnd {
	exitCode: number;
	/** What was written to stdout and stderr, line by line. */
	out: string[];
	err: string[];
}

/** Presses Ctrl+C after this line of stderr. */
export type StopWhen = (line: string) => boolean;

/** A fresh account: both APIs as stand-ins, and the ways to them. */
export interface Rig {
	queue: QueueApi;
	management: ManagementApi;
	/** The user's variables, with base addresses that point at the stand-ins. */
	environment: Environment;
	client: ManagementClient;
	/** Prepares and applies, with a clock that does not wait. */
	deploy: (
		changes?: Environment,
		options?: { rotateRegistryAuth?: boolean },
	) => Promise<Deployment>;
	/** Runs the terminal program in this process. */
	command: (args: string[], changes?: Environment, stop?: StopWhen) => Promise<CommandEnd>;
	/** Forgets the requests so far, which are still checked in the end. */
	clearCalls: () => void;
	/** Writing requests since then, as `POST /v2/templates`. */
	writes: () => string[];
	/** Closes; throws when a request or an answer was not as the OpenAPI file has it. */
	close: () => Promise<void>;
}

export interface RigOptions {
	management?: Partial<ManagementApiOptions>;
	queue?: Partial<QueueApiOptions>;
}

/** Time passes only when somebody sleeps. */
export function quickClock(): Clock {
	let nowMs = Date.now();
	return {
		now: () => nowMs,
		monotonic: () => nowMs,
		timeout: (ms) => AbortSignal.timeout(Math.ceil(ms)),
		sleep: async (ms) => {
			nowMs += ms;
			await new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5)));
		},
	};
}

export async function startRig(options: RigOptions = {}): Promise<Rig> {
	const apiKey = SECRETS.RUNPOD_API_KEY;
	const handler = async () => Promise.resolve({ minio_key: 'a.mp4' });
	const queue = await startQueueApi({ apiKey, endpointId: 'other', handler, ...options.queue });
	const management = await startManagementApi({
		apiKey,
		queue,
		handlerFor: () => handler,
		opensAfterMs: 30,
		quotas: false,
		...options.management,
	});
	const environment = {
		...USER_VARIABLES,
		RUNPOD_MANAGEMENT_BASE_URL: management.baseUrl,
		RUNPOD_QUEUE_BASE_URL: queue.baseUrl,
	};
	const seen: ManagementCall[] = [];
	const ports = { send: createSend(), clock: quickClock(), random: () => 0.5 };
	const reach = (changes: Environment) => {
		const { connection, settings } = parseSettings({ ...environment, ...changes });
		const secrets = secretsIn(settings);
		return {
			settings,
			queueBaseUrl: connection.queueBaseUrl,
			management: createManagementClient({ ...connection, secrets }, ports),
			queueOf: (endpointId: string) => createEndpointQueue({ ...connection, endpointId }, ports),
		};
	};
	return {
		queue,
		management,
		environment,
		client: reach({}).management,
		deploy: async (changes = {}, planOptions = {}) => {
			const { settings, queueBaseUrl, ...apis } = reach(changes);
			const prepared = await prepareDeployment(settings, apis.management, planOptions);
			return await deploy(prepared, queueBaseUrl, { ...apis, clock: ports.clock });
		},
		command: async (args, changes = {}, stop = () => false) =>
			await runCommand(args, { ...environment, ...changes }, stop),
		clearCalls: () => {
			seen.push(...management.calls());
			management.clearCalls();
		},
		writes: () =>
			management
				.calls()
				.filter(isWrite)
				.map(({ method, path }) => `${method} ${path}`),
		close: async () => {
			seen.push(...management.calls());
			await Promise.all([management.close(), queue.close()]);
			const faults = seen.flatMap(schemaFaults);
			if (faults.length > 0) throw new Error(faults.join('\n'));
		},
	};
}

/** Whether a request changes something; all of GraphQL is sent by POST. */
export function isWrite({ method, operation }: ManagementCall): boolean {
	return method !== 'GET' && !/^(read|graphql)/.test(operation);
}

async function runCommand(
	args: string[],
	environment: Environment,
	stop: StopWhen,
): Promise<CommandEnd> {
	const [out, err]: [string[], string[]] = [[], []];
	const interruption = new AbortController();
	const say = (text: string) => {
		err.push(...text.split('\n'));
		if (stop(text)) interruption.abort();
	};
	const terminal: Terminal = {
		result: (text) => out.push(...text.split('\n')),
		say,
		progress: say,
		paint: { result: PLAIN, say: PLAIN },
		confirm: async () => Promise.reject(new Error('nobody is here to answer')),
		leavesBehind: () => undefined,
		signal: interruption.signal,
	};
	const exitCode = await run(args, environment, terminal);
	return { exitCode, out, err };
}

/** What an account has, without the IDs and times that differ from run to run. */
export function comparable({ management }: Rig): unknown {
	const { registries, templates, endpoints } = management.contents();
	const name = (id: unknown) => {
		const found = [...registries, ...templates].find((one) => one.id === id);
		return found ? `ID of ${found.name}` : id;
	};
	return {
		registries: registries.map(({ id, ...rest }) => rest),
		templates: templates.map(({ id, registry, ...rest }) => ({
			...rest,
			registry: name(registry),
		})),
		endpoints: endpoints.map(({ id, registry, requestUrls, createdAt, ...rest }) => ({
			...rest,
			models: management.besideOf(id).modelReferences,
			registry: name(registry),
		})),
	};
}
