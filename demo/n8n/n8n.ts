import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createRest, type Rest } from './rest';

export interface N8nOptions {
	/** Where n8n is installed. */
	n8nFolder: string;
	/** Where it keeps its data. */
	userFolder: string;
	/** Default: any free port. */
	port?: number;
	/** More settings for n8n. */
	env?: Readonly<Record<string, string>>;
	signal?: AbortSignal | undefined;
}

/** A running n8n on 127.0.0.1. */
export interface N8n {
	url: string;
	pid: number;
	rest: Rest;
	/** Milliseconds from its start until the editor was there. */
	startMs: number;
	/** What it printed so far. */
	log: () => string;
	/** Ends it as a service manager does. */
	close: () => Promise<void>;
	/** Ends it as a crash does. */
	kill: () => Promise<void>;
}

const READY = 'Editor is now accessible via';
const MAX_START_MS = 120_000;
const MAX_STOP_MS = 20_000;

/**
 * Starts n8n and waits for its editor.
 * @throws Error with its log when it does not come up
 */
export async function startN8n(options: N8nOptions): Promise<N8n> {
	const { n8nFolder, userFolder, env } = options;
	const startedAtMs = Date.now();
	const port = options.port ?? (await freePort());
	const child = spawn(
		process.execPath,
		[join(n8nFolder, 'node_modules', 'n8n', 'bin', 'n8n'), 'start'],
		{
			cwd: userFolder,
			stdio: ['ignore', 'pipe', 'pipe'],
			// Its own process group: Ctrl+C reaches this program alone, which then ends n8n in order.
			detached: true,
			env: { ...inherited(), ...settings(userFolder, port, await freePort()), ...env },
		},
	);
	const log = collect(child);
	const exited = once(child, 'exit');
	const close = async () => {
		await end(child, exited, 'SIGTERM');
	};
	try {
		await ready(child, log, options.signal);
	} catch (error) {
		await close();
		throw error;
	}
	const url = `http://localhost:${String(port)}`;
	return {
		url,
		pid: child.pid ?? 0,
		rest: createRest(url),
		startMs: Date.now() - startedAtMs,
		log,
		close,
		kill: async () => {
			await end(child, exited, 'SIGKILL');
		},
	};
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

/** A port that nobody uses at the moment; n8n cannot choose one by itself. */
async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (typeof address !== 'object' || !address) throw new Error('the server has no port');
	return address.port;
}

function collect({ stdout, stderr }: ChildProcess): () => string {
	let text = '';
	for (const stream of [stdout, stderr])
		stream?.setEncoding('utf8').on('data', (chunk: string) => {
			text += chunk;
		});
	return () => text;
}

async function ready(
	child: ChildProcess,
	log: () => string,
	signal: AbortSignal | undefined,
): Promise<void> {
	const deadlineMs = Date.now() + MAX_START_MS;
	while (!log().includes(READY)) {
		signal?.throwIfAborted();
		if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadlineMs)
			throw new Error(`n8n did not start:\n${log()}`);
		await delay(20);
	}
}

async function end(
	child: ChildProcess,
	exited: Promise<unknown>,
	first: NodeJS.Signals,
): Promise<void> {
	signalGroup(child, first);
	const isOver = await Promise.race([
		exited.then(() => true),
		delay(MAX_STOP_MS, false, { ref: false }),
	]);
	if (isOver) return;
	signalGroup(child, 'SIGKILL');
	await exited;
}

/** n8n and its task runner, which outlives an n8n that was killed. */
function signalGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
	if (pid === undefined || exitCode !== null || signalCode !== null) return;
	if (signal === 'SIGKILL') process.kill(-pid, signal);
	else process.kill(pid, signal);
}
