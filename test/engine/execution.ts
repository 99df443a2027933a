import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { startEngine } from '../../demo/engine';
import { workflowOf } from './rig';

/** One execution in a process of its own, to be killed: reads its form from a file, prints what came out. */
async function main(): Promise<void> {
	const { credentials, parameters, options } = JSON.parse(
		readFileSync(process.argv[2] ?? '', 'utf8'),
	);
	const engine = await startEngine({ folder: resolve('.'), loading: 'lazy', credentials });
	const { error, items } = await engine.run(workflowOf(parameters, options), options);
	console.log(JSON.stringify({ error: error?.message, items: items('Wan Avatar') }));
}

void main().then(() => process.exit(0));
