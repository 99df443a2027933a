import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EXIT } from '../../cli/output/exitCodes';
import { startProgram } from './program';
import {
	CTRL_C,
	CTRL_D,
	ENTER,
	hasScript,
	typeAtTerminal,
	type TerminalRun,
} from './pseudoTerminal';
import { startRig, type Environment, type Rig } from '../lib/deployment/rig';

jest.setTimeout(120_000);

const QUESTION = 'Apply this plan? [y/N]';
const NEVER_MS = 600_000;

let rig: Rig;
let folder: string;

beforeEach(async () => {
	rig = await startRig();
	folder = mkdtempSync(join(tmpdir(), 'wan-avatar-terminal-'));
});

afterEach(async () => {
	await rig.close();
	rmSync(folder, { recursive: true, force: true });
});

/** The built program, with what a shell takes after it. */
function open(words: string, changes: Environment = {}): TerminalRun {
	const program = `'${process.execPath}' dist/cli/wan-avatar.js`;
	return typeAtTerminal(`${program} ${words}`, { ...rig.environment, ...changes });
}

/** Presses keys at the question of deploy. */
async function answer(keys: string): Promise<{ exitCode: number | null; screen: string }> {
	const run = open('deploy');
	await run.until(QUESTION);
	run.press(keys);
	return { exitCode: await run.ended(), screen: run.screen() };
}

const inTerminal = hasScript || process.env.SKIP_NOTHING ? describe : describe.skip;

inTerminal('in a pseudo-terminal (needs script of util-linux)', () => {
	it('deploys after a yes, and says what to do next', async () => {
		const { exitCode, screen } = await answer(`y${ENTER}`);
		expect(exitCode).toBe(EXIT.done);
		expect(rig.management.contents().endpoints).toHaveLength(1);
		expect(screen).toContain(rig.queue.baseUrl);
		expect(screen.trimEnd()).toMatch(/Next: give this address as Endpoint ID .* health$/);
	});

	it.each([
		['another answer', `no${ENTER}`],
		['Enter alone', ENTER],
		['Ctrl+D', CTRL_D],
	])('changes nothing after %s', async (_name, keys) => {
		const { exitCode, screen } = await answer(keys);
		expect(exitCode).toBe(EXIT.notConfirmed);
		expect(screen).toContain('Nothing was changed: the answer was not yes. Give --yes');
		expect(rig.writes()).toEqual([]);
	});

	it('ends with 130 after Ctrl+C at the question, and changes nothing', async () => {
		const { exitCode, screen } = await answer(CTRL_C);
		expect(exitCode).toBe(EXIT.interrupted);
		expect(screen).toContain('Stopped at the question: nothing was changed.');
		expect(rig.writes()).toEqual([]);
	});

	it('does so also by npm run, which gets the Ctrl+C too', async () => {
		const run = typeAtTerminal('npm run deploy', rig.environment);
		await run.until(QUESTION);
		run.press(CTRL_C);
		expect(await run.ended()).toBe(EXIT.interrupted);
		expect(rig.writes()).toEqual([]);
	});

	it('leaves the terminal as it was, also after Ctrl+C', async () => {
		const program = `'${process.execPath}' dist/cli/wan-avatar.js deploy`;
		const run = typeAtTerminal(`stty -a; ${program}; echo "it ended with $?"; stty -a`, {
			...rig.environment,
		});
		await run.until(QUESTION);
		run.press(CTRL_C);
		await run.ended();
		const screen = run.screen();
		expect(screen).toContain('it ended with 130');
		const settings = screen.match(/^speed [^]*?-?echoprt.*$/gm) ?? [];
		expect(settings).toHaveLength(2);
		expect(settings[1]).toBe(settings[0]);
	});

	it('Ctrl+C while it waits for a worker sets min workers back', async () => {
		await rig.close();
		rig = await startRig({ queue: { coldStartMs: NEVER_MS } });
		const run = open('deploy --yes --wait');
		await run.until('A worker is starting');
		run.press(CTRL_C);
		expect(await run.ended()).toBe(EXIT.interrupted);
		expect(rig.management.contents().endpoints).toMatchObject([{ workers: { min: 0 } }]);
	});

	it('shows how long it waits in one line that changes', async () => {
		await rig.close();
		rig = await startRig({ queue: { coldStartMs: 6000 } });
		const run = open('deploy --yes --wait');
		expect(await run.ended()).toBe(EXIT.done);
		expect(run.screen()).toMatch(/ {2}0:\d\d cold \(.*\): .*\r\n\x1b\[1A\x1b\[2K {2}0:\d\d /);
	});

	it('colours what is read by a person, and not with NO_COLOR or on a dumb terminal', async () => {
		const green = /\x1b\[32m {2}\+ create {2}endpoint wan-avatar\x1b\[39m/;
		const [coloured, plain, dumb] = [
			open('plan'),
			open('plan', { NO_COLOR: '1' }),
			open('plan', { TERM: 'dumb' }),
		];
		for (const run of [coloured, plain, dumb]) expect(await run.ended()).toBe(EXIT.done);
		expect(coloured.screen()).toMatch(green);
		for (const { screen } of [plain, dumb]) {
			expect(screen()).toContain('  + create  endpoint wan-avatar');
			expect(screen()).not.toContain('\x1b');
		}
	});

	it('moves no cursor on a dumb terminal while it waits', async () => {
		await rig.close();
		rig = await startRig({ queue: { coldStartMs: 6000 } });
		const run = open('deploy --yes --wait', { TERM: 'dumb' });
		expect(await run.ended()).toBe(EXIT.done);
		expect(run.screen()).toMatch(/ {2}0:\d\d cold .*\r\n {2}0:\d\d /);
		expect(run.screen()).not.toContain('\x1b');
	});

	it('colours neither JSON nor what goes to a file', async () => {
		const [json, text] = [join(folder, 'plan.json'), join(folder, 'plan.txt')];
		expect(await open(`plan --json > '${json}'`).ended()).toBe(EXIT.done);
		expect(await open(`plan > '${text}'`).ended()).toBe(EXIT.done);
		expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ changes_something: true });
		expect(readFileSync(text, 'utf8')).not.toContain('\x1b');
		const onScreen = open('plan --json 2>/dev/null');
		expect(await onScreen.ended()).toBe(EXIT.done);
		expect(JSON.parse(onScreen.screen())).toMatchObject({ name: 'wan-avatar' });
	});
});

describe('without a terminal', () => {
	it('asks nobody, and changes nothing', async () => {
		const program = startProgram(['deploy'], rig.environment);
		expect((await program.ended()).exitCode).toBe(EXIT.notConfirmed);
		expect(program.err()).toContain('there is no terminal to ask on');
		expect(program.err()).not.toContain('\x1b');
		expect(rig.writes()).toEqual([]);
	});
});

describe('each exit code of docs/deploy.md', () => {
	const ways: Record<keyof typeof EXIT, () => Promise<number | null>> = {
		done: async () => await end(['plan']),
		failed: async () => await end(['health']),
		usage: async () => await end(['plan', '--dotenv', 'missing.env']),
		notConfirmed: async () => await end(['deploy']),
		notReady: async () => await end(['deploy', '--yes', '--wait', '--workers-max', '0']),
		interrupted: async () => {
			rig.management.fault({ kind: 'silent', times: Infinity });
			const program = startProgram(['plan'], rig.environment);
			while (rig.management.calls().length === 0)
				await new Promise((resolve) => setTimeout(resolve, 20));
			program.child.kill('SIGINT');
			return (await program.ended()).exitCode;
		},
	};

	async function end(args: string[]): Promise<number | null> {
		return (await startProgram(args, rig.environment).ended()).exitCode;
	}

	it.each(Object.entries(EXIT))('%s is %d', async (name, exitCode) => {
		const way = new Map(Object.entries(ways)).get(name);
		expect(await way?.()).toBe(exitCode);
	});
});
