import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Environment } from '../lib/deployment/rig';

const PROGRAM = join('dist', 'cli', 'wan-avatar.js');

/** The built program in a process of its own. */
export interface Program {
	child: ChildProcess;
	out: () => string;
	err: () => string;
	/** Waits until it has said this on stderr. */
	until: (words: string) => Promise<void>;
	/** Waits until it has ended; gives its exit code and how long that took from now on. */
	ended: () => Promise<{ exitCode: number | null; tookMs: number }>;
}

export function startProgram(args: string[], environment: Environment): Program {
	const child = spawn(process.execPath, [PROGRAM, ...args], { env: environment });
	let [out, err] = ['', ''];
	child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
	child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
	const end = once(child, 'close');
	return {
		child,
		out: () => out,
		err: () => err,
		until: async (words) => {
			while (!err.includes(words)) {
				if (child.exitCode !== null) throw new Error(`It ended without "${words}": ${err}`);
				await once(child.stderr, 'data');
			}
		},
		ended: async () => {
			const startMs = performance.now();
			await end;
			return { exitCode: child.exitCode, tookMs: performance.now() - startMs };
		},
	};
}
