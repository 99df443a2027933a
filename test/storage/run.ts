import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The storage suite against a real server: the one that STORAGE_TEST_ENDPOINT and its companions name, or else a
 * radosgw that is started here, by HTTP and by HTTPS. `npm test` runs the same suite against the stand-in.
 */
function main(): boolean {
	if (process.env.STORAGE_TEST_ENDPOINT !== undefined) return runSuite({});
	const folder = join(mkdtempSync(join(tmpdir(), 'rgw-')), 'd');
	const [port, tlsPort] = ['17480', '17443'];
	const keys = { accessKey: 'wan-avatar', secretKey: randomBytes(20).toString('hex') };
	const env = {
		RADOSGW_DIR: folder,
		RADOSGW_PORT: port,
		RADOSGW_TLS_PORT: tlsPort,
		RADOSGW_ACCESS_KEY: keys.accessKey,
		RADOSGW_SECRET_KEY: keys.secretKey,
	};
	if (!run('test/storage/radosgw-up.sh', [], env)) return false;
	try {
		const server = {
			STORAGE_TEST_ACCESS_KEY: keys.accessKey,
			STORAGE_TEST_SECRET_KEY: keys.secretKey,
			STORAGE_TEST_CA_FILE: join(folder, 'tls.crt'),
		};
		const byHttp = runSuite({ ...server, STORAGE_TEST_ENDPOINT: `http://127.0.0.1:${port}` });
		const byHttps = runSuite({ ...server, STORAGE_TEST_ENDPOINT: `https://127.0.0.1:${tlsPort}` });
		return byHttp && byHttps;
	} finally {
		run('test/storage/radosgw-down.sh', [], env);
		rmSync(join(folder, '..'), { recursive: true, force: true });
	}
}

function runSuite(env: Record<string, string>): boolean {
	const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', 'test/storage'];
	return run(process.execPath, jest, env);
}

function run(command: string, args: string[], env: Record<string, string>): boolean {
	const { status } = spawnSync(command, args, {
		stdio: 'inherit',
		env: { ...process.env, ...env },
	});
	return status === 0;
}

process.exitCode = main() ? 0 : 1;
