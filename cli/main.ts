#!/usr/bin/env node
import { run } from './program';
import { openTerminal } from './terminal';

async function main(): Promise<void> {
	const interruption = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM'] as const)
		process.on(signal, () => {
			interruption.abort();
		});
	const terminal = openTerminal(interruption.signal);
	process.exitCode = await run(process.argv.slice(2), process.env, terminal);
}

void main();
