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

it('a round fits into half of the time, so that each target is run', async () => {
	const { code, out } = await fuzz('--minutes', '0.1', '--only', ', ');
	expect(code).toBe(0);
	expect(out).toMatch(/^true, in its time +[1-9]\d* /m);
	expect(out).toMatch(/^last, always so +[1-9]\d* /m);
});

it('a target that was not run is told, and is no success', async () => {
	const { code, out } = await fuzz('--minutes', '0.0000001', '--only', 'last');
	expect(code).toBe(1);
	expect(out).toMatch(/^last, always so +0 +\d+\.\d {2}NOT RUN$/m);
});

it.each(['99999:3', '12', '0:0'])('a path to no failure is told: %s', async (path) => {
	const { code, out } = await fuzz('--only', 'true', '--seed', '1', '--path', path);
	expect(code).toBe(0);
	expect(out).toContain('true, in its time: the path leads to no failure: it holds now');
	expect(out).not.toContain('NOT RUN');
});

it('a path to no values is told, and is no success', async () => {
	const { code, out } = await fuzz('--only', 'true', '--seed', '1', '--path', '1:99999');
	expect(code).toBe(1);
	expect(out).toContain('true, in its time: there are no values at this path');
});

const WRONG_MINUTES = '--minutes must be a number above 0 and at most 1440';
const WRONG_SEED = '--seed must be a whole number from 0 to 2147483647';
const WRONG_PATH = '--path must be numbers with : between them, the first at most 10000000';

it.each([
	['--minutes=two', WRONG_MINUTES],
	['--minutes=0', WRONG_MINUTES],
	['--minutes=-1', WRONG_MINUTES],
	['--minutes=', WRONG_MINUTES],
	['--minutes=Infinity', WRONG_MINUTES],
	['--minutes=1441', WRONG_MINUTES],
	['--seed=1.5', WRONG_SEED],
	['--seed=', WRONG_SEED],
	['--seed=x', WRONG_SEED],
	['--seed=99999999999', WRONG_SEED],
	['--path=1', '--path replays one target: --only and --seed belong to it'],
	['--path=a', WRONG_PATH],
	['--path=999999999', WRONG_PATH],
	['--minutes=0 --path=a', `${WRONG_MINUTES}; ${WRONG_PATH}`],
	['--only=nothing', 'No target has "nothing" in its name. There are: false for 1000'],
	['--wat', "Unknown option '--wat'"],
])('%s is refused in words', async (args, message) => {
	const { code, out } = await fuzz(...args.split(' '));
	expect(code).toBe(2);
	expect(out.startsWith(message)).toBe(true);
	expect(out.split('\n').slice(1)).toEqual([expect.stringMatching(/^npm run fuzz -- /), '']);
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
