import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Environment } from '../lib/deployment/rig';

/** A command line as a person at a terminal has it. */
export interface TerminalRun {
	/** All that the terminal has shown. */
	screen: () => string;
	/** Waits until it has shown this. */
	until: (words: string) => Promise<void>;
	/** Presses keys; `CTRL_C` and the like are below. */
	press: (keys: string) => void;
	/** Waits for the end; gives its exit code. */
	ended: () => Promise<number | null>;
}

export const CTRL_C = '\x03';
export const CTRL_D = '\x04';
export const ENTER = '\r';

/** Util-linux's `script`, which runs a command line in a pseudo-terminal and gives out its exit code. */
export const hasScript = spawnSync('script', ['--version']).status === 0;

export function typeAtTerminal(commandLine: string, environment: Environment): TerminalRun {
	const child = spawn('script', ['-qec', commandLine, '/dev/null'], {
		env: { PATH: process.env.PATH ?? '', TERM: 'xterm', SHELL: '/bin/sh', ...environment },
	});
	let screen = '';
	for (const stream of [child.stdout, child.stderr])
		stream.setEncoding('utf8').on('data', (text: string) => (screen += text));
	const end = once(child, 'close');
	return {
		screen: () => screen,
		until: async (words) => {
			while (!screen.includes(words)) {
				if (child.exitCode !== null) throw new Error(`It ended without "${words}": ${screen}`);
				await Promise.race([once(child.stdout, 'data'), end]);
			}
		},
		press: (keys) => {
			child.stdin.write(keys);
		},
		ended: async () => {
			await end;
			return child.exitCode;
		},
	};
}
