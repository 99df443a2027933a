import { join } from 'node:path';
import { freePort, startProcess, type RunningProcess } from './process';
import { createRest, type Rest } from './rest';

export interface N8nOptions {
	/** Where n8n is installed. */
	n8nFolder: string;
	/** Where it keeps its data. */
	userFolder: string;
	/** Default: any free port. */
	port?: number | undefined;
	/** More settings for n8n. */
	env?: Readonly<Record<string, string>>;
	signal?: AbortSignal | undefined;
}

/** A running n8n on 127.0.0.1. */
export interface N8n extends Omit<RunningProcess, 'send' | 'gone'> {
	url: string;
	rest: Rest;
	/** Milliseconds from its start until the editor was there. */
	startMs: number;
}

/** What n8n can be started as, and what it prints once it works. */
const READY_TEXTS = {
	start: 'Editor is now accessible via',
	webhook: 'Webhook listener waiting for requests',
	worker: 'n8n worker is now ready',
};

/**
 * Starts n8n and waits for its editor.
 * @throws Error with its log when it does not come up
 */
export async function startN8n(options: N8nOptions): Promise<N8n> {
	const startedAtMs = Date.now();
	const port = options.port ?? (await freePort());
	const { send, gone, ...running } = await startN8nProcess('start', { ...options, port });
	const url = urlOf(port);
	return { ...running, url, rest: createRest(url), startMs: Date.now() - startedAtMs };
}

/** Starts one of n8n's processes; in queue mode there are several. */
export async function startN8nProcess(
	kind: keyof typeof READY_TEXTS,
	{ n8nFolder, userFolder, port, env, signal }: N8nOptions & { port: number },
): Promise<RunningProcess> {
	return await startProcess({
		name: kind === 'start' ? 'n8n' : `The ${kind} of n8n`,
		command: [process.execPath, join(n8nFolder, 'node_modules', 'n8n', 'bin', 'n8n'), kind],
		cwd: userFolder,
		env: { ...inherited(), ...settings(userFolder, port, await freePort()), ...env },
		readyText: READY_TEXTS[kind],
		signal,
	});
}

export function urlOf(port: number): string {
	return `http://localhost:${String(port)}`;
}

/** Settings of another n8n, such as its database, of a test run (NODE_ENV), and secrets stay out of this one. */
const FOREIGN = /^(N8N|DB|QUEUE|EXECUTIONS|CREDENTIALS|NODES|NODE|RUNPOD|MINIO|DOCKERHUB)_/;

function inherited(): NodeJS.ProcessEnv {
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
}

function settings(userFolder: string, port: number, brokerPort: number): Record<string, string> {
	return {
		N8N_USER_FOLDER: userFolder,
		N8N_PORT: String(port),
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_SECURE_COOKIE: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		// Nothing is asked of or told to n8n's own servers.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'instance-ai,mcp-registry',
		// Screens that stand between a newcomer and the editor.
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
	};
}
