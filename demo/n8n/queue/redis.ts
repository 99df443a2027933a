import { freePort, startProcess, type RunningProcess } from '../process';
import { REDIS_HOST } from './programs';

export interface Redis {
	/** How n8n reaches it. */
	env: Readonly<Record<string, string>>;
	close: () => Promise<void>;
}

export interface RedisOptions {
	/** The program; nothing: the Redis that the variables name. */
	program: string | undefined;
	folder: string;
	env: NodeJS.ProcessEnv;
	signal?: AbortSignal | undefined;
}

/** Starts a Redis on 127.0.0.1 that keeps nothing, or takes the one that `QUEUE_BULL_REDIS_HOST` names. */
export async function startRedis({ program, folder, env, signal }: RedisOptions): Promise<Redis> {
	if (program === undefined) return { env: named(env), close: async () => Promise.resolve() };
	const port = await freePort();
	const address = ['--bind', '127.0.0.1', '--port', String(port)];
	const running: RunningProcess = await startProcess({
		name: 'Redis',
		command: [program, ...address, '--save', '', '--appendonly', 'no', '--dir', folder],
		cwd: folder,
		env: { PATH: process.env.PATH },
		readyText: 'Ready to accept connections',
		signal,
	});
	return {
		env: { [REDIS_HOST]: '127.0.0.1', QUEUE_BULL_REDIS_PORT: String(port) },
		close: running.close,
	};
}

/** All of somebody else's Redis: its host, port, user, password, database, TLS. */
function named(env: NodeJS.ProcessEnv): Record<string, string> {
	const found: Record<string, string> = {};
	for (const [name, value] of Object.entries(env))
		if (name.startsWith('QUEUE_BULL_REDIS_') && value !== undefined) found[name] = value;
	return found;
}
