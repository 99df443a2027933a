import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, it } from '@jest/globals';

const folder = mkdtempSync(join(tmpdir(), 'bench-main-'));
afterAll(() => {
	rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

it.each([
	['--only nonsense', 'No program has "nonsense" in its path. There are: test/bench/peers/jobs.ts'],
	[
		'--write --only polling',
		'--write with --only needs --rows: the rows of all others are taken from that file\nUsage:',
	],
	['--wat', "Unknown option '--wat'"],
])('%s is refused in words', async (args, message) => {
	const child = start(...args.split(' '));
	const err = text(child.stderr);
	expect(await once(child, 'close')).toEqual([1, null]);
	expect((await err).startsWith(message)).toBe(true);
});

it.each([
	['SIGINT', 130],
	['SIGTERM', 143],
] as const)('%s ends the program at hand, and leaves nothing', async (signal, code) => {
	const child = start('--only', 'polling');
	await once(child.stdout, 'data');
	expect(own()).toHaveLength(1);
	child.kill(signal);
	expect(await once(child, 'close')).toEqual([code, null]);
	expect(own()).toEqual([]);
});

function start(...args: string[]) {
	return spawn(process.execPath, ['--import', 'tsx', 'test/bench/main.ts', ...args], {
		stdio: ['ignore', 'pipe', 'pipe'],
		env: { ...process.env, TMPDIR: folder },
	});
}

function own(): string[] {
	return readdirSync(folder).filter((name) => name.startsWith('wan-avatar'));
}
