import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';
import { until } from '../rig';
import { missing } from './queueRig';

const PORT = 17_610;

let command: ChildProcess | undefined;

afterEach(async () => {
	if (command?.exitCode !== null) return;
	command.kill('SIGINT');
	await once(command, 'exit');
});

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

(missing === undefined ? it : it.skip)(
	'npm run n8n -- --queue starts six processes, and Ctrl+C ends all of them',
	async () => {
		const args = ['--import', 'tsx', 'demo/n8n/main.ts', '--queue', '--port', String(PORT)];
		const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
		command = started;
		let printed = '';
		started.stdout.on('data', (chunk) => (printed += String(chunk)));
		await until(() => printed.includes('Stop with Ctrl+C') || started.exitCode !== null, 240_000);

		for (const port of [PORT, PORT + 2])
			expect((await fetch(`http://localhost:${String(port)}/healthz`)).status).toBe(200);
		expect(printed).toContain(`The webhook process is at http://localhost:${String(PORT + 2)}`);
		const children = childrenOf(started.pid ?? 0);
		const programs = children.map((pid) => readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8'));
		const counts = [
			'redis-server',
			'bin/postgres',
			'n8n\0start',
			'n8n\0webhook',
			'n8n\0worker',
		].map((name) => programs.filter((program) => program.includes(name)).length);
		expect(counts).toEqual([1, 1, 1, 1, 2]);

		started.kill('SIGINT');
		await once(started, 'exit');
		expect(started.exitCode).toBe(0);
		expect(children.filter(isAlive)).toEqual([]);
	},
);
