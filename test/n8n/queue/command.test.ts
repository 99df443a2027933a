import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type Redis } from '../../../demo/n8n/queue/redis';
import { until } from '../rig';
import { missing } from './queueRig';

const PORT = 17_610;

/** Linux alone tells them this way, as queue mode is started for Debian. */
function childrenOf(pid: number): number[] {
	const text = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8');
	return text.split(' ').filter(Boolean).map(Number);
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

(missing === undefined ? describe : describe.skip)('npm run n8n -- --queue', () => {
	let folder: string;
	let redis: Redis;
	let command: ChildProcess | undefined;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'wan-avatar-redis-'));
		redis = await startRedis({ program: 'redis-server', folder, env: {} });
	});
	afterAll(async () => {
		if (command?.exitCode === null) {
			command.kill('SIGINT');
			await once(command, 'exit');
		}
		await redis.close();
		await rm(folder, { recursive: true, force: true });
	});

	it("starts all of it at somebody's Redis, and Ctrl+C ends what it started", async () => {
		const args = ['--import', 'tsx', 'demo/n8n/main.ts', '--queue', '--port', String(PORT)];
		const env = { ...process.env, ...redis.env };
		const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
		command = started;
		let printed = '';
		started.stdout.on('data', (chunk) => (printed += String(chunk)));
		await until(() => printed.includes('Stop with Ctrl+C') || started.exitCode !== null, 240_000);

		for (const port of [PORT, PORT + 2])
			expect((await fetch(`http://localhost:${String(port)}/healthz`)).status).toBe(200);
		expect(printed).toContain(`The webhook process is at http://localhost:${String(PORT + 2)}`);
		const children = childrenOf(started.pid ?? 0);
		const programs = children.map((pid) => readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8'));
		const names = ['redis-server', 'bin/postgres', 'n8n\0start', 'n8n\0webhook', 'n8n\0worker'];
		const counts = names.map((name) => programs.filter((one) => one.includes(name)).length);
		expect(counts).toEqual([0, 1, 1, 1, 2]);

		started.kill('SIGINT');
		await once(started, 'exit');
		expect(started.exitCode).toBe(0);
		expect(children.filter(isAlive)).toEqual([]);
	});
});
