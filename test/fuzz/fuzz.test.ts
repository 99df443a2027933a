import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';

it('a failure ends in 1, and its command fails again with the same values', async () => {
	const { code, out } = await fuzz('--minutes', '0.02', '--only', 'false for 1000 and more');
	expect(code).toBe(1);
	expect(out).toContain('counterexample: [1000,""]');
	expect(out).toMatch(/^false for 1000 and more +\d+ +\d+\.\d {2}FAILED$/m);
	const [, only, seed, path] =
		/replay: npm run fuzz -- --only "(.+)" --seed (\d+) --path (\S+)/.exec(out) ?? [];
	if (!only || !seed || !path) throw new Error(`No command in:\n${out}`);
	const again = await fuzz('--only', only, '--seed', seed, '--path', path);
	expect(again.code).toBe(1);
	expect(again.out).toContain('counterexample: [1000,""]');
	expect(again.out).toMatch(/^false for 1000 and more +1 /m);
});

it('what fails does not keep the others from their time', async () => {
	const { code, out } = await fuzz('--minutes', '0.05', '--only', 'e');
	expect(code).toBe(1);
	expect(out).toContain('Property timeout: exceeded limit of 100 milliseconds');
	const [, seconds] = /^true, in its time +\d+ +(\S+)$/m.exec(out) ?? [];
	expect(Number(seconds)).toBeGreaterThan(0);
});

it('what holds ends in 0 when the time is over, with a seed for each round', async () => {
	const { code, out } = await fuzz('--minutes', '0.1', '--only', 'true');
	expect(code).toBe(0);
	const seeds = Array.from(out.matchAll(/^Round \d+, seed (\d+)/gm), ([, seed]) => seed);
	expect(seeds.length).toBeGreaterThan(1);
	expect(new Set(seeds).size).toBe(seeds.length);
	const [, seconds] = /^true, in its time +\d+ +(\S+)$/m.exec(out) ?? [];
	expect(Number(seconds)).toBeGreaterThanOrEqual(5);
});

it('a run without an end is named, and ends the program', async () => {
	const { code, out } = await fuzz('--minutes', '0.1', '--only', 'loop');
	expect(code).not.toBe(0);
	expect(out).toMatch(/HANGS: loop\n {2}replay: .+ --only "loop" --seed \d+ --path 0$/m);
});

it('Ctrl+C ends it with the table', async () => {
	const child = start('--minutes', '5', '--only', 'true');
	const out = text(child.stdout);
	await once(child.stdout, 'data');
	child.kill('SIGINT');
	await once(child, 'close');
	expect(child.exitCode).toBe(0);
	expect(await out).toMatch(/^true, in its time +\d+ /m);
});

it.each([
	[['--minutes', 'two'], '--minutes must be a number'],
	[['--only', 'nothing'], 'No target has "nothing" in its name. There are: false for 1000'],
	[['--path', '1'], '--path replays one target'],
	[['--wat'], '--wat'],
])('%j is refused', async (args, message) => {
	const { code, out } = await fuzz(...args);
	expect(code).toBe(2);
	expect(out).toContain(message);
});

function start(...args: string[]) {
	return spawn(process.execPath, ['--import', 'tsx', 'test/fuzz/selfTest/run.ts', ...args], {
		stdio: ['ignore', 'pipe', 'pipe'],
	});
}

async function fuzz(...args: string[]): Promise<{ code: number | null; out: string }> {
	const child = start(...args);
	const [out, err] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, 'close'),
	]);
	return { code: child.exitCode, out: out + err };
}
