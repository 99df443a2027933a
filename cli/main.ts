#!/usr/bin/env node
import { setImmediate } from 'node:timers/promises';
import { EXIT, type ExitCode } from './output/exitCodes';
import { Interruption, say } from './output/interruption';
import { run } from './program';
import { openTerminal } from './output/terminal';

async function main(): Promise<void> {
	const interruption = new Interruption((code) => process.exit(code));
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
		process.on(name, () => {
			interruption.receive(name);
		});
	let hasEnded = false;
	let lost: ExitCode | undefined;
	// Nobody reads any more: what was begun is undone all the same.
	for (const output of [process.stdout, process.stderr])
		output.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
			lost ??= code === 'EPIPE' ? EXIT.interrupted : notWritten(code);
			if (!hasEnded) interruption.stop();
		});
	const terminal = openTerminal(interruption, process.env);
	const exitCode = await run(process.argv.slice(2), process.env, terminal);
	hasEnded = true;
	for (const output of [process.stdout, process.stderr])
		await new Promise((resolve) => output.write('', resolve));
	await setImmediate();
	// A request that was given up may still have its connection.
	process.exit(exitCode === EXIT.done ? (lost ?? exitCode) : exitCode);
}

function notWritten(code: string): ExitCode {
	say(`wan-avatar: Not all of the output could be written (${code})`);
	return EXIT.failed;
}

void main();
