import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod/v4';
import { startEngine } from '../../../../demo/engine';
import { workflowOf } from './rig';

const text = z.record(z.string(), z.string());

const locator = z.object({ __rl: z.literal(true), mode: z.string(), value: z.string() });

const execution = z.object({
	credentials: z.record(z.string(), text),
	parameters: z.record(z.string(), z.union([z.string(), locator])),
	options: z.object({ items: z.array(text), executionId: z.string() }),
});

/** One execution in a process of its own, to be killed: reads its form from a file, prints what came out. */
async function main(): Promise<void> {
	const file: unknown = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
	const { credentials, parameters, options } = execution.parse(file);
	const engine = await startEngine({ folder: resolve('.'), loading: 'lazy', credentials });
	const { error, items } = await engine.run(workflowOf(parameters, options), options);
	console.log(JSON.stringify({ error: error?.message, items: items('Wan Avatar') }));
}

void main().then(() => process.exit(0));
