import { spawn, spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';
import type { ObjectStore } from '../../../standin/objectStore/objectStore';

/** A client that Debian packages, not another one that may be on the search path. */
export interface DebianClient {
	/** The package's name. */
	name: string;
	program: string;
	/** Makes it print its version. */
	versionArgs: readonly string[];
}

/** Where the client is not installed, the tests are skipped and say so; with SKIP_NOTHING set, they fail. */
export function describeWithClient(
	{ name, program, versionArgs }: DebianClient,
	tests: () => void,
): void {
	const { status, stdout } = spawnSync(program, versionArgs, { encoding: 'utf8' });
	if (status === 0) tellVersion(name, stdout.trim());
	if (status === 0 || process.env.SKIP_NOTHING) {
		describe(name, tests);
		return;
	}
	const skipped = `needs ${name}, which is not installed (Debian: apt-get install ${name})`;
	process.stderr.write(`skipped, ${skipped}\n`);
	describe.skip(skipped, tests);
}

/** Which client it was shows in the output of the tests. */
export function tellVersion(name: string, version: string): void {
	process.stderr.write(`client: ${name} ${version}\n`);
}

export interface Ended {
	exitCode: number | null;
	stdout: string;
	stderr: string;
}

/** Runs a client that knows of the store alone: nothing of this machine's own AWS settings reaches it. */
export function runClient(
	program: string,
	args: readonly string[],
	{ url, accessKey, secretKey }: ObjectStore,
): Promise<Ended> {
	const env = {
		PATH: process.env.PATH,
		AWS_ACCESS_KEY_ID: accessKey,
		AWS_SECRET_ACCESS_KEY: secretKey,
		AWS_DEFAULT_REGION: 'us-east-1',
		AWS_CONFIG_FILE: '/dev/null',
		AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
		AWS_EC2_METADATA_DISABLED: 'true',
		AWS_MAX_ATTEMPTS: '1',
		AWS_PAGER: '',
		STORE_URL: url,
	};
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
		const ended: Ended = { exitCode: null, stdout: '', stderr: '' };
		child.stdout.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()));
		child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()));
		child.once('error', reject).once('close', (exitCode) => {
			resolve({ ...ended, exitCode });
		});
	});
}
