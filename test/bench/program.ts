import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/v4';

export interface Program {
	/** The arguments of Node. */
	args: readonly string[];
	env: NodeJS.ProcessEnv;
	limitMs: number;
	/** Ends it before its time. */
	signal: AbortSignal;
	/** How long it and what it started may take to end in order. */
	graceMs?: number;
}

const exited = z.tuple([z.number().nullable(), z.string().nullable()]);

/** Runs a program to its end, and all that it started with it; gives how it ended where that was not well. */
export async function runProgram({
	args,
	env,
	limitMs,
	signal,
	graceMs = 10_000,
}: Program): Promise<string | undefined> {
	// Its own process group: Ctrl+C reaches this program alone, which then ends the others in order.
	const child = spawn(process.execPath, args, { stdio: 'inherit', env, detached: true });
	const over = once(child, 'exit');
	const limit = delay(limitMs, undefined, { ref: false });
	const ended = await Promise.race([over, aborted(signal), limit]);
	if (ended === undefined && child.pid !== undefined) await endTree(child.pid, graceMs);
	const [code, killedBy] = exited.parse(await over);
	// What one that crashed has left in its group.
	if (code !== 0 && child.pid !== undefined) send(-child.pid, 'SIGTERM');
	if (signal.aborted) return 'was stopped';
	if (ended === undefined) return `was ended at its limit of ${String(limitMs / 60_000)} minutes`;
	return code === 0 ? undefined : `ended with ${killedBy ?? `exit ${String(code)}`}`;
}

async function aborted(signal: AbortSignal): Promise<undefined> {
	if (!signal.aborted) await once(signal, 'abort');
	return undefined;
}

/** The stand-in is in the group of the program, n8n in one of its own: each is told by itself. */
async function endTree(pid: number, graceMs: number): Promise<void> {
	const pids = [pid, ...descendants(pid)];
	for (const one of pids) send(one, 'SIGTERM');
	const endsAtMs = performance.now() + graceMs;
	while (pids.some(isAlive) && performance.now() < endsAtMs) await delay(50);
	const late = pids.flatMap((one) => [one, ...descendants(one)]);
	for (const one of late.filter(isAlive)) send(one, 'SIGKILL');
}

function descendants(pid: number): number[] {
	const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
	const children = all.map(Number).filter((one) => statOf(one)?.parent === pid);
	return children.flatMap((child) => [child, ...descendants(child)]);
}

function send(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(pid, signal);
	} catch {
		// It has ended meanwhile.
	}
}

function isAlive(pid: number): boolean {
	const stat = statOf(pid);
	return stat !== undefined && stat.state !== 'Z';
}

/** By Linux; nothing of a process that is gone. */
function statOf(pid: number): { state: string; parent: number } | undefined {
	try {
		const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
		const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		return { state, parent: Number(parent) };
	} catch {
		return undefined;
	}
}
