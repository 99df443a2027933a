import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps most of Postgres' programs out of the way. */
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** The folder of a program, or nothing where it is not installed. */
function folderOf(program: string, folders: readonly string[]): string | undefined {
	return folders.find((folder) => existsSync(join(folder, program)));
}

function searchPath(): string[] {
	return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
}

function debianPostgres(): string[] {
	if (!existsSync(DEBIAN_POSTGRES)) return [];
	const versions = readdirSync(DEBIAN_POSTGRES).sort((one, other) => Number(other) - Number(one));
	return versions.map((version) => join(DEBIAN_POSTGRES, version, 'bin'));
}

export interface Programs {
	/** Nothing where another Redis is named. */
	redis: string | undefined;
	initdb: string;
	postgres: string;
}

/** A Redis of somebody else is taken where this variable names one. */
export const REDIS_HOST = 'QUEUE_BULL_REDIS_HOST';

/** What queue mode lacks on this machine, in one sentence; nothing where all is there. */
export function missingPrograms(env: NodeJS.ProcessEnv): string | undefined {
	const missing = [
		...(env[REDIS_HOST] || folderOf('redis-server', searchPath()) ? [] : ['redis-server']),
		...(postgresFolder() ? [] : ['postgresql']),
	];
	if (missing.length === 0) return undefined;
	return `Queue mode needs Redis and PostgreSQL, and ${missing.join(' and ')} is not installed (Debian: apt-get install ${missing.join(' ')}).`;
}

/** @throws Error naming what is missing */
export function findPrograms(env: NodeJS.ProcessEnv): Programs {
	const missing = missingPrograms(env);
	const folder = postgresFolder();
	if (missing !== undefined || folder === undefined) throw new Error(missing);
	return {
		redis: env[REDIS_HOST] ? undefined : 'redis-server',
		initdb: join(folder, 'initdb'),
		postgres: join(folder, 'postgres'),
	};
}

function postgresFolder(): string | undefined {
	return folderOf('initdb', [...debianPostgres(), ...searchPath()]);
}

/** Postgres refuses to run as root: Debian's package has made a user for it. */
export function postgresUser(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
	return { uid: id('-u'), gid: id('-g') };
}
