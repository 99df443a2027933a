import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { USERS } from './server/users';

/** Below the ports that the system gives to outgoing connections, so that none of those takes one in between. */
const FIRST_PORT = 17480;
const LAST_PORT = 18480;
/** Plain, two of the monitor, TLS. */
const PORTS = 4;

const stopping = new AbortController();

/**
 * The storage suite against a real server: the one that STORAGE_TEST_ENDPOINT and its companions name, or else a
 * radosgw that is started here, by HTTP and by HTTPS. `npm test` runs the same suite against the stand-in.
 */
async function main(): Promise<boolean> {
	if (process.env.STORAGE_TEST_ENDPOINT !== undefined) return await runSuite({});
	const parent = mkdtempSync(join(tmpdir(), 'rgw-'));
	const folder = join(parent, 'd');
	const port = await freePorts();
	const tlsPort = port + PORTS - 1;
	const keys = { accessKey: 'wan-avatar', secretKey: randomBytes(20).toString('hex') };
	const users = USERS.map((name) => ({
		name,
		accessKey: `key-of-${name}`,
		secretKey: randomBytes(20).toString('hex'),
		principal: `arn:aws:iam:::user/${name}`,
	}));
	const env = {
		RADOSGW_DIR: folder,
		RADOSGW_PORT: String(port),
		RADOSGW_TLS_PORT: String(tlsPort),
		RADOSGW_ACCESS_KEY: keys.accessKey,
		RADOSGW_SECRET_KEY: keys.secretKey,
		RADOSGW_USERS: users
			.map((user) => [user.name, user.accessKey, user.secretKey].join(':'))
			.join(' '),
	};
	const server = {
		STORAGE_TEST_ACCESS_KEY: keys.accessKey,
		STORAGE_TEST_SECRET_KEY: keys.secretKey,
		STORAGE_TEST_CA_FILE: join('test', 'fixtures', 'certificates', 'ca.crt'),
		STORAGE_TEST_USERS: JSON.stringify({
			owner: { principal: 'arn:aws:iam:::user/test' },
			...Object.fromEntries(users.map((user) => [user.name, user])),
		}),
	};
	const suiteAt = async (endpoint: string) =>
		await runSuite({ ...server, STORAGE_TEST_ENDPOINT: endpoint });
	try {
		if (!(await run('test/storage/server/radosgw-up.sh', [], env))) return false;
		const byHttp = await suiteAt(`http://127.0.0.1:${String(port)}`);
		const byHttps = await suiteAt(`https://127.0.0.1:${String(tlsPort)}`);
		return byHttp && byHttps;
	} finally {
		await run('test/storage/server/radosgw-down.sh', [], env, null);
		rmSync(parent, { recursive: true, force: true });
	}
}

async function runSuite(env: Record<string, string>): Promise<boolean> {
	const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--maxWorkers=1'];
	return await run(process.execPath, [...jest, 'test/storage'], env);
}

/** Whether it ended well; a stop ends it too, unless it has no `signal`. */
async function run(
	command: string,
	args: string[],
	env: Record<string, string>,
	signal: AbortSignal | null = stopping.signal,
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

for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.on(signal, () => {
		stopping.abort();
	});
void main().then((isGood) => {
	process.exitCode = isGood ? 0 : 1;
});
