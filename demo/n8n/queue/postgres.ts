import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startProcess } from '../process';
import { postgresUser, type Programs } from './programs';

export interface Postgres {
	/** How n8n reaches it. */
	env: Readonly<Record<string, string>>;
	close: () => Promise<void>;
}

export interface PostgresOptions {
	programs: Pick<Programs, 'initdb' | 'postgres'>;
	/** A folder that is thrown away afterwards, where Postgres' own user may come. */
	folder: string;
	signal?: AbortSignal | undefined;
}

const USER = 'n8n';
const DATABASE = 'postgres';

/** Starts an empty Postgres on 127.0.0.1, with a password of its own. */
export async function startPostgres({
	programs,
	folder,
	signal,
}: PostgresOptions): Promise<Postgres> {
	const user = postgresUser();
	const home = join(folder, 'postgres');
	await mkdir(home);
	const passwordFile = join(home, 'password');
	const password = randomBytes(16).toString('hex');
	await writeFile(passwordFile, password, { mode: 0o600 });
	if (user) for (const path of [home, passwordFile]) await chown(path, user.uid, user.gid);
	const data = join(home, 'data');
	const common = { cwd: home, env: { PATH: process.env.PATH, LC_ALL: 'C' } };
	const access = ['--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'];
	const text = ['--encoding', 'UTF8', '--locale', 'C'];
	await promisify(execFile)(programs.initdb, ['--pgdata', data, ...access, ...text, '--no-sync'], {
		...common,
		...user,
	});
	const port = String(await freePort());
	const running = await startProcess({
		name: 'Postgres',
		// Its data is thrown away, so nothing waits for the disk; without a socket of its own it needs no folder outside.
		command: [programs.postgres, '-D', data, '-h', '127.0.0.1', '-p', port, '-k', '', '-F'],
		...common,
		readyText: 'database system is ready to accept connections',
		// Does not wait for its clients.
		stopSignal: 'SIGINT',
		user,
		signal,
	});
	return {
		env: {
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: port,
			DB_POSTGRESDB_USER: USER,
			DB_POSTGRESDB_PASSWORD: password,
			DB_POSTGRESDB_DATABASE: DATABASE,
		},
		close: running.close,
	};
}
