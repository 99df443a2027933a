import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { delimiter, dirname } from 'node:path';
import * as z from 'zod/v4';

export interface NpmOptions {
	folder: string;
	/** Called for each line that npm says. */
	onLine?: (line: string) => void;
	/** Ends npm. */
	signal?: AbortSignal | undefined;
}

const KEPT_LINES = 20;

/**
 * Runs npm on the Node of this process, so that what it compiles fits that Node.
 * @throws Error with npm's last words
 */
export async function npm(args: string[], options: NpmOptions): Promise<void> {
	const { folder, onLine, signal } = options;
	const [program, ...first] = npmProgram();
	const child = spawn(program, [...first, ...args], {
		cwd: folder,
		stdio: ['ignore', 'pipe', 'pipe'],
		env: {
			...process.env,
			PATH: [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter),
		},
		...(signal ? { signal } : {}),
	});
	const lines: string[] = [];
	for (const input of [child.stdout, child.stderr])
		createInterface({ input }).on('line', (line) => {
			onLine?.(line);
			if (!line.startsWith('npm http')) lines.push(line);
			lines.splice(0, lines.length - KEPT_LINES);
		});
	const [code] = z
		.tuple([z.number().nullable()])
		.rest(z.unknown())
		.parse(await once(child, 'close'));
	if (code === 0) return;
	throw new Error([`npm ${args.join(' ')} ended with ${String(code)}:`, ...lines].join('\n'));
}

/** npm names itself to the scripts that it starts. */
function npmProgram(): [string, ...string[]] {
	const script = process.env.npm_execpath;
	return script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
}
