#!/usr/bin/env node
import { Interruption } from './interruption';
import { run } from './program';
import { openTerminal } from './terminal';

async function main(): Promise<void> {
	const interruption = new Interruption((code) => process.exit(code));
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
		process.on(name, () => {
			interruption.receive(name);
		});
	// Nobody reads any more: what was begun is undone all the same.
	for (const output of [process.stdout, process.stderr])
		output.on('error', () => {
			interruption.stop();
		});
	const terminal = openTerminal(interruption, process.env);
	const exitCode = await run(process.argv.slice(2), process.env, terminal);
	for (const output of [process.stdout, process.stderr])
		await new Promise((resolve) => output.write('', resolve));
	// A request that was given up may still have its connection.
	process.exit(exitCode);
}

void main();
