import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Below the ports that the system gives to outgoing connections, so that none of those takes one in between. */
const FIRST_PORT = 17480;
const LAST_PORT = 18480;
/** Plain, two of the monitor, TLS. */
const PORTS = 4;

/** A user of the server, who may do nothing in the buckets of others until a policy allows it. */
export interface RadosgwUser {
	name: string;
	accessKey: string;
	secretKey: string;
}

export interface RadosgwOptions {
	/** Beside the one who may make buckets. */
	users?: readonly RadosgwUser[];
	/** Where it says that its buckets are; its own word for it is `default`. */
	region?: string;
	signal?: AbortSignal;
}

/** A real S3 server on 127.0.0.1. */
export interface Radosgw {
	port: number;
	tlsPort: number;
	/** Of the user who may make buckets. */
	accessKey: string;
	secretKey: string;
	/** Certificate of the CA of the TLS port. */
	caFile: string;
	stop: () => Promise<void>;
}

/**
 * Starts Ceph's RADOS Gateway from Debian, which is installed where it is missing.
 * @throws Error when it does not start; what it says is on stderr
 */
export async function startRadosgw({
	users = [],
	region,
	signal,
}: RadosgwOptions): Promise<Radosgw> {
	const parent = mkdtempSync(join(tmpdir(), 'rgw-'));
	const port = await freePorts();
	const tlsPort = port + PORTS - 1;
	const keys = { accessKey: 'wan-avatar', secretKey: randomBytes(20).toString('hex') };
	const env = {
		RADOSGW_DIR: join(parent, 'd'),
		RADOSGW_PORT: String(port),
		RADOSGW_TLS_PORT: String(tlsPort),
		RADOSGW_ACCESS_KEY: keys.accessKey,
		RADOSGW_SECRET_KEY: keys.secretKey,
		...(region === undefined ? {} : { RADOSGW_REGION: region }),
		RADOSGW_USERS: users
			.map((user) => [user.name, user.accessKey, user.secretKey].join(':'))
			.join(' '),
	};
	const stop = async () => {
		await run('test/storage/server/radosgw-down.sh', [], env);
		rmSync(parent, { recursive: true, force: true });
	};
	if (await run('test/storage/server/radosgw-up.sh', [], env, signal)) {
		const caFile = join('test', 'fixtures', 'certificates', 'ca.crt');
		return { port, tlsPort, ...keys, caFile, stop };
	}
	await stop();
	throw new Error('radosgw did not start');
}

/** Whether it ended well; the signal ends it too. */
export async function run(
	command: string,
	args: string[],
	env: Record<string, string>,
	signal?: AbortSignal,
): Promise<boolean> {
	if (signal?.aborted) return false;
	const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
	const stop = () => child.kill();
	signal?.addEventListener('abort', stop);
	await once(child, 'exit');
	signal?.removeEventListener('abort', stop);
	return child.exitCode === 0;
}

/** The first of so many ports in a row that nobody listens on. */
async function freePorts(): Promise<number> {
	for (let port = FIRST_PORT; port < LAST_PORT; port += PORTS) {
		const row = Array.from({ length: PORTS }, async (_, index) => await isFree(port + index));
		if ((await Promise.all(row)).every(Boolean)) return port;
	}
	throw new Error(`No ${String(PORTS)} ports in a row are free from ${String(FIRST_PORT)} on`);
}

async function isFree(port: number): Promise<boolean> {
	const server = createServer();
	try {
		await once(server.listen(port, '127.0.0.1'), 'listening');
	} catch {
		return false;
	}
	server.close();
	await once(server, 'close');
	return true;
}
