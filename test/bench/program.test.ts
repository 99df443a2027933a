import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it } from '@jest/globals';
import { runProgram } from './program';

const folder = mkdtempSync(join(tmpdir(), 'bench-program-'));
afterAll(() => {
	rmSync(folder, { recursive: true });
});

const NEVER = new AbortController().signal;

it('tells how a program ended that did not end well', async () => {
	const run = async (source: string, limitMs = 60_000) =>
		await runProgram({ args: ['-e', source], env: process.env, limitMs, signal: NEVER });
	expect(await run('')).toBeUndefined();
	expect(await run('process.exitCode = 3')).toBe('ended with exit 3');
	expect(await run('process.kill(process.pid, "SIGKILL")')).toBe('ended with SIGKILL');
	expect(await run('setInterval(() => {}, 1000)', 600)).toBe(
		'was ended at its limit of 0.01 minutes',
	);
});

it('asks a program to end first, and ends what it started too, also in a group of its own', async () => {
	const inner = join(folder, 'inner.cjs');
	const outer = join(folder, 'outer.cjs');
	const [innerPid, outerSaid] = [join(folder, 'pid'), join(folder, 'said')];
	writeFileSync(
		inner,
		`process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);
		require('fs').writeFileSync(${JSON.stringify(innerPid)}, String(process.pid));`,
	);
	writeFileSync(
		outer,
		`require('child_process').spawn(process.execPath, [${JSON.stringify(inner)}], { detached: true, stdio: 'ignore' });
		process.on('SIGTERM', () => { require('fs').writeFileSync(${JSON.stringify(outerSaid)}, 'in order'); process.exit(); });`,
	);
	const stop = new AbortController();
	const ran = runProgram({
		args: [outer],
		env: process.env,
		limitMs: 60_000,
		signal: stop.signal,
		graceMs: 1000,
	});
	while (!existsSync(innerPid) || readFileSync(innerPid, 'utf8') === '') await delay(50);
	stop.abort();
	expect(await ran).toBe('was stopped');
	expect(readFileSync(outerSaid, 'utf8')).toBe('in order');
	const pid = readFileSync(innerPid, 'utf8');
	while (isRunning(pid)) await delay(50);
});

/** One that has ended may stand in the list of processes until somebody asks for it. */
function isRunning(pid: string): boolean {
	const stat = `/proc/${pid}/stat`;
	return existsSync(stat) && !readFileSync(stat, 'utf8').includes(') Z ');
}
