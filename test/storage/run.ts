import { randomBytes } from 'node:crypto';
import { run, startRadosgw } from './server/radosgw';
import { USERS } from './server/users';

const stopping = new AbortController();

/**
 * The storage suite against a real server: the one that STORAGE_TEST_ENDPOINT and its companions name, or else a
 * radosgw that is started here, by HTTP and by HTTPS. `npm test` runs the same suite against the stand-in.
 */
async function main(): Promise<boolean> {
	if (process.env.STORAGE_TEST_ENDPOINT !== undefined) return await runSuite({});
	const users = USERS.map((name) => ({
		name,
		accessKey: `key-of-${name}`,
		secretKey: randomBytes(20).toString('hex'),
		principal: `arn:aws:iam:::user/${name}`,
	}));
	const radosgw = await startRadosgw({ users, signal: stopping.signal });
	const server = {
		STORAGE_TEST_ACCESS_KEY: radosgw.accessKey,
		STORAGE_TEST_SECRET_KEY: radosgw.secretKey,
		STORAGE_TEST_CA_FILE: radosgw.caFile,
		STORAGE_TEST_USERS: JSON.stringify({
			owner: { principal: 'arn:aws:iam:::user/test' },
			...Object.fromEntries(users.map((user) => [user.name, user])),
		}),
	};
	const suiteAt = async (endpoint: string) =>
		await runSuite({ ...server, STORAGE_TEST_ENDPOINT: endpoint });
	try {
		const byHttp = await suiteAt(`http://127.0.0.1:${String(radosgw.port)}`);
		const byHttps = await suiteAt(`https://127.0.0.1:${String(radosgw.tlsPort)}`);
		return byHttp && byHttps;
	} finally {
		await radosgw.stop();
	}
}

async function runSuite(env: Record<string, string>): Promise<boolean> {
	const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--maxWorkers=1'];
	return await run(process.execPath, [...jest, 'test/storage'], env, stopping.signal);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
	process.on(signal, () => {
		stopping.abort();
	});
main().then(
	(isGood) => {
		process.exitCode = isGood ? 0 : 1;
	},
	(error: unknown) => {
		console.error(error);
		process.exitCode = 1;
	},
);
