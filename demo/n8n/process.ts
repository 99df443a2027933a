import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProcessOptions {
	/** What it is called in messages. */
	name: string;
	/** The program and its arguments. */
	command: readonly [string, ...string[]];
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** What it prints once it works. */
	readyText: string;
	/** Ends it in order; default SIGTERM. */
	stopSignal?: NodeJS.Signals;
	/** Who it runs as; default: this user. */
	user?: { uid: number; gid: number } | undefined;
	signal?: AbortSignal | undefined;
}

/** A process that works until it is ended. */
export interface RunningProcess {
	pid: number;
	/** What it printed so far. */
	log: () => string;
	send: (signal: NodeJS.Signals) => void;
	/** When it is gone, however it ended. */
	gone: Promise<void>;
	/** Ends it as a service manager does. */
	close: () => Promise<void>;
	/** Ends it as a crash does. */
	kill: () => Promise<void>;
}

const MAX_START_MS = 120_000;
const MAX_STOP_MS = 20_000;

/**
 * Starts a program and waits until it says that it works.
 * @throws Error with its log when it does not come up
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
	const [program, ...args] = options.command;
	const child = spawn(program, args, {
		cwd: options.cwd,
		stdio: ['ignore', 'pipe', 'pipe'],
		// Its own process group: Ctrl+C reaches this program alone, which then ends the others in order.
		detached: true,
		env: options.env,
		...options.user,
	});
	const log = collect(child);
	const exited = new Promise<void>((resolve) => {
		child.once('exit', resolve).once('error', resolve);
	});
	const close = async () => {
		await end(child, exited, options.stopSignal ?? 'SIGTERM');
	};
	try {
		await ready(child, log, options);
	} catch (error) {
		await close();
		throw error;
	}
	return {
		pid: child.pid ?? 0,
		log,
		send: (signal) => {
			signalGroup(child, signal);
		},
		gone: exited,
		close,
		kill: async () => {
			await end(child, exited, 'SIGKILL');
		},
	};
}

/** A port that nobody uses at the moment, for programs that cannot choose one by themselves. */
export async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	await once(server, 'close');
	if (typeof address !== 'object' || !address) throw new Error('the server has no port');
	return address.port;
}

function collect(child: ChildProcess): () => string {
	let text = '';
	for (const stream of [child.stdout, child.stderr])
		stream?.setEncoding('utf8').on('data', (chunk: string) => {
			text += chunk;
		});
	child.on('error', ({ message }) => {
		text += message;
	});
	return () => text;
}

async function ready(
	child: ChildProcess,
	log: () => string,
	{ name, readyText, signal }: ProcessOptions,
): Promise<void> {
	const deadlineMs = Date.now() + MAX_START_MS;
	while (!log().includes(readyText)) {
		signal?.throwIfAborted();
		if (!isAlive(child) || Date.now() > deadlineMs)
			throw new Error(`${name} did not start:\n${log()}`);
		await delay(20);
	}
}

async function end(
	child: ChildProcess,
	exited: Promise<void>,
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

/** SIGKILL goes to its children too: the task runner of n8n outlives an n8n that was killed. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
	const { pid } = child;
	if (pid === undefined || !isAlive(child)) return;
	process.kill(signal === 'SIGKILL' ? -pid : pid, signal);
}

function isAlive({ pid, exitCode, signalCode }: ChildProcess): boolean {
	return pid !== undefined && exitCode === null && signalCode === null;
}
